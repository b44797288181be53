/* The Inventory app's documents: reading and writing of their data. Pure. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/own.h"
#include "inventory/document_type.h"

#define DOCUMENT_ID_LIMIT 400 /* bytes of an id at the most; longer ones are refused, not cut */

/* What makes a collection or item document readable for a sync: 'type' as its _id says, 'data' an object,
 * and the fields of the app's schema that are there of the right JSON type, the required ones not missing
 * (name not empty; inventory schema). ERROR_REFUSED with a sentence that names document, field, what was
 * found and what is expected. */
must_use bool document_check(enum document_type type, struct json_object *body, struct error *error);

/* Whether the app's schema asks for this key of 'data'. */
bool document_needs(enum document_type type, const char *key);
/* White space as the app's trim() sees it (JavaScript's): "" and "\u3000" are blank. */
bool document_text_is_blank(const char *words);

/* 'data', or NULL. Borrowed. */
struct json_object *document_data(struct json_object *body);
int64_t document_created_at(struct json_object *body); /* 0 when absent or no number */
int64_t document_updated_at(struct json_object *body);

/* A new document: _id, type, data (empty), in the app's key order. */
struct json_object *document_new(enum document_type type, const char *id);
/* Puts the keys of 'data' in the order in which the app writes them: the schema's, then unknown keys as
 * given. Keys that look like non-negative integers come before everything. */
void document_order_data(enum document_type type, struct json_object *body);
/* created_at if missing, and updated_at; ms. */
void document_touch(struct json_object *body, int64_t now_ms);

/* The app link, the app's note of a pairing: data.integrations.<integration> = {id: record id, modified_at: ms}. */
const char *document_app_link(struct json_object *body, const char *integration_id); /* record id, or NULL */
/* Its modified_at: what the row's "Modified At" showed when the app had made both alike; 0: none. */
int64_t document_app_link_time(struct json_object *body, const char *integration_id);
/* Sets the app link and nothing else (updated_at is not touched). modified_ms 0: left out. */
void document_set_app_link(enum document_type type, struct json_object *body, const char *integration_id,
			   const char *record_id, int64_t modified_ms);
/* Takes it out; nothing else changes, as the app does it. */
void document_drop_app_link(struct json_object *body, const char *integration_id);

/* Whether 'id' could be a document's id: not empty, UTF-8, no control characters or white space at the ends,
 * within DOCUMENT_ID_LIMIT, no slash. */
bool document_id_is_valid(const char *id);
/* A UUID-shaped id that follows from the words (version 8, BLAKE2b): the same for the same words, always. */
void document_id_from(const char *const *words, size_t count, char uuid_out[37]);
