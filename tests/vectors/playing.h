/* Playing the steps of a vector on a database in memory, with the recording's clock and ids. */
#pragma once
#include "inventory/save.h"
#include "tests/fakes/database.h"
#include "tests/vectors/vectors.h"

struct playing {
	struct database database;
	int64_t now_ms;
	struct json_object *uuids; /* borrowed; those of this step, or NULL */
	size_t uuids_used;
	unsigned histories;            /* written so far: their random ends are a fixed sequence */
	struct json_object *writes;    /* owned; of this step: {doc, error} */
	struct json_object *revisions; /* owned; after each step, {_id: _rev} */
	struct vector_result *result;
};

void playing_begin(struct playing *playing, struct vector_result *result);
void playing_done(struct playing *playing);
void playing_next(struct playing *playing, struct json_object *step); /* its clock and uuids */

/* How a step ended. */
struct outcome {
	enum { OUTCOME_DONE, OUTCOME_REFUSED, OUTCOME_CONFLICT } end;
	struct json_object *paths; /* owned; NULL: no field was named */
	struct datum *datum;       /* owned; what was saved */
	char sentence[512];
};
void outcome_done(struct outcome *outcome);

/* {"__type", "__id", …} as the app has it. */
struct datum *playing_datum(struct playing *playing, struct json_object *recorded);
/* Saves, and what is saved in its wake. */
void playing_save(struct playing *playing, const struct save_request *request, struct outcome *outcome);
/* The same with the recorded options. */
void playing_save_with(struct playing *playing, const struct datum *given, struct json_object *attachments,
		       struct json_object *options, struct outcome *outcome);

/* [[key], [key, index], …], as the app names what is at fault; the caller frees. */
struct json_object *playing_paths(const struct refusal *refusal);

/* A write of this step; false: a conflict. */
bool playing_put(struct playing *playing, struct json_object *body);

/* {refused, paths} or {conflict}; and the documents that were put. */
void playing_compare_error(struct playing *playing, const struct outcome *outcome, struct json_object *error);
void playing_compare_writes(struct playing *playing, struct json_object *writes);
void playing_compare_documents(struct playing *playing, struct json_object *ours, struct json_object *theirs);
/* One document; the order of keys in what it holds counts. */
void playing_compare_document(struct vector_result *result, const char *where, struct json_object *ours,
			      struct json_object *theirs);
