/* One request to /v0, from its target to its answer.
 *
 * The order of the checks: route and shape of ids (404), token (401), base and table (403), then the
 * rate limit, which is the server's, then the body (422). */
#pragma once
#include "sandbox/world.h"

struct sandbox_route;

struct sandbox_call {
	struct sandbox *sandbox;
	/* in, borrowed */
	const char *method;
	const struct sandbox_target *target;
	const char *authorization, *content_type; /* or NULL */
	const char *body;
	size_t body_length;
	int64_t now_us;  /* steady */
	size_t skip_row; /* a list leaves out this row of its page; 0: none */
	/* found out */
	const struct sandbox_route *route; /* NULL: undefined */
	enum sandbox_kind kind;
	struct json_object *json; /* owned; the body, when it can be read */
	struct sandbox_base *base;
	struct sandbox_table *table;
	const char *record_id; /* borrowed from the target */
	/* out */
	struct sandbox_answer answer; /* owned */
};

/* Route, kind and body; once, first. */
void sandbox_call_read(struct sandbox_call *call);
/* All that is looked at before the rate limit. */
must_use bool sandbox_call_check(struct sandbox_call *call, struct error *error);
/* Check, do and answer; a refusal becomes the answer. */
void sandbox_call_run(struct sandbox_call *call);
void sandbox_call_done(struct sandbox_call *call);
/* The token behind "Bearer ", or "". */
const char *sandbox_call_token(const struct sandbox_call *call);

/* The routes' functions. */
must_use bool sandbox_list_get(struct sandbox_call *call, struct error *error);
must_use bool sandbox_list_post(struct sandbox_call *call, struct error *error);
must_use bool sandbox_record_get(struct sandbox_call *call, struct error *error);
must_use bool sandbox_records_create(struct sandbox_call *call, struct error *error);
must_use bool sandbox_records_update(struct sandbox_call *call,
				     struct error *error); /* PATCH and PUT, upserts too */
must_use bool sandbox_record_update(struct sandbox_call *call, struct error *error);
must_use bool sandbox_records_delete(struct sandbox_call *call, struct error *error);
must_use bool sandbox_record_delete(struct sandbox_call *call, struct error *error);
must_use bool sandbox_meta_tables(struct sandbox_call *call, struct error *error);
must_use bool sandbox_meta_bases(struct sandbox_call *call, struct error *error);
must_use bool sandbox_meta_whoami(struct sandbox_call *call, struct error *error);

/* Shared by them. */
struct json_object *sandbox_record_show(const struct sandbox_record *record,
					struct sandbox_field *const *fields, size_t count, bool by_id);
/* "true", "1", JSON true; false for what is absent. */
must_use bool sandbox_read_truth(const char *words, bool *truth_out, struct error *error);
bool sandbox_base_granted(const struct sandbox_call *call, const char *base_id);
