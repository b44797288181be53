/* A request to /v0 on its way to its answer: what each route works on, and what several of them need. */
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
void sandbox_call_done(struct sandbox_call *call);
/* The token behind "Bearer ", or "". */
const char *sandbox_call_token(const struct sandbox_call *call);
/* The token as the sandbox knows it, or NULL. */
const struct sandbox_token *sandbox_call_token_known(const struct sandbox_call *call);

struct json_object *sandbox_record_show(const struct sandbox_record *record,
					struct sandbox_field *const *fields, size_t count, bool by_id);
/* "true", "1", JSON true; false for what is absent. */
must_use bool sandbox_read_truth(const char *words, bool *truth_out, struct error *error);
bool sandbox_base_granted(const struct sandbox_call *call, const char *base_id);
