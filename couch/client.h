/* A CouchDB server and one database on it: address and credentials. */
#pragma once
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "base/own.h"

/* Borrowed by everything of couch/; one per thread, like the http that it is given. */
struct couch_client;

struct couch_address {
	const char *url;                  /* the server: "http://couchdb:5984", no database, no credentials */
	const char *user, *password;      /* NULL: none */
	const char *database;             /* NULL: the server as a whole */
	bool allowed_after_stop;          /* its requests are those that http_stop() still lets leave */
	bool once;                        /* not even a read is tried again */
	int total_ms;                     /* of a request; 0: as long as base/http.h allows */
	const struct http_permit *permit; /* of what writes; borrowed until the close; or NULL */
};

#define COUCH_READ_TRIES 4 /* in all, of what only reads */

struct couch_client *couch_client_open(struct http *http, const struct couch_address *address);
void couch_client_close(struct couch_client **couch);
const char *couch_client_database(const struct couch_client *couch); /* "" for the server */
struct http *couch_client_http(const struct couch_client *couch);

/* ---- only for the files of couch/ ---- */

const char *couch_client_server(const struct couch_client *couch); /* without the last '/' */
bool couch_client_asks_once(const struct couch_client *couch);
/* Of what follows the database, or the server; the caller frees. */
char *couch_client_url(const struct couch_client *couch, bool server, const char *path);
/* Credentials and limits into a request. */
void couch_client_fill(const struct couch_client *couch, bool writes, struct http_request *request);
