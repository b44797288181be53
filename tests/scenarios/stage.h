/* Both real servers and the bridge between them, in one process, under a clock that is moved instead of waited for.
 *
 * The database lies on the server of TEST_COUCHDB_URL, the base in an airtable-sandbox of our own (AIRTABLE_SANDBOX).
 * Bridge and sandbox show the same time; it runs on by itself, and stage_move_clock() moves both. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/own.h"
#include "bridge/sync/cycle.h"
#include "couch/client.h"

struct stage;

/* Starts the sandbox. There may be one stage in a process, since it replaces the process's clock. */
must_use bool stage_open(struct stage **stage_out, struct error *error);
void stage_close(struct stage **stage);

/* A new database of these documents (without _rev) and, in the sandbox, these bases ({"bases":[…]} as sandbox/save.h has it).
 * Whatever the scene before left behind is deleted. The clock goes to now_ms, which may be in the past. */
must_use bool stage_begin(struct stage *stage, struct json_object *documents, struct json_object *bases,
			  int64_t now_ms, struct error *error);
/* The bridge ends without a word and begins anew on what is stored at the next pass. */
void stage_restart_bridge(struct stage *stage);

/* One pass of the first integration that the database holds; full: every row is compared. With no integration that could be
 * synced nothing is done. What a server refuses for the moment is tried again after a pause of the stage's clock. */
must_use bool stage_pass(struct stage *stage, bool full, struct error *error);
/* One pass as it is wished, tried once. */
must_use bool stage_pass_once(struct stage *stage, const struct cycle_wish *wish, struct error *error);
/* Called whenever a bridge begins: may put something between the sync and its sides, and change its settings. */
typedef void stage_set_up(void *context, struct sync_setup *setup, struct integration_config *config);
void stage_on_begin(struct stage *stage, stage_set_up *set_up, void *context);
/* Milliseconds until the bridge has something to do by itself; -1: never. */
int64_t stage_due_in_ms(struct stage *stage);
/* What it has written so far on both sides, in documents and rows; 0 after a restart. */
int64_t stage_writes(const struct stage *stage);
/* Of the bridge that is running, or NULL. */
struct sync *stage_sync(struct stage *stage);

int64_t stage_now_ms(const struct stage *stage);
/* Forward only. */
void stage_move_clock(struct stage *stage, int64_t by_ms);
/* Forward to this moment; one that is over stays over. */
void stage_move_clock_to(struct stage *stage, int64_t now_ms);

/* The sandbox's control paths (sandbox/control.h). 'body' is put; answer_out may be NULL. From any thread. */
must_use bool stage_control(struct stage *stage, const char *method, const char *path,
			    struct json_object *body, struct json_object **answer_out, struct error *error);
/* A client for the database with an http of its own, for the present thread; ended by stage_couch_close(). */
struct stage_couch {
	struct http *http;
	struct couch_client *client;
};
struct stage_couch stage_couch_open(const struct stage *stage);
void stage_couch_close(struct stage_couch *couch);
/* All documents of the database, whole; design documents left out. The caller puts. */
must_use bool stage_documents(struct stage *stage, struct json_object **documents_out, struct error *error);
/* All rows of a table, cells by names of fields: [{"id","createdTime","fields"}]. The caller puts. */
must_use bool stage_rows(struct stage *stage, const char *base, const char *table,
			 struct json_object **rows_out, struct error *error);
