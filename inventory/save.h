/* One save of a document as the app does it: what is written, or why it is refused. Pure.
 *
 *   read what is stored → merge what is given → derive → an id → schema → validate → pictures there? → compare → history
 *
 * save_document() says what to write (the history first). When that is written, save_cascade() says what else is to be
 * saved because of it, each again by save_document() and before the next, as its wake may hold more: an item's links to
 * pictures, pictures, what integrations are told of a delete. save_all() does both in memory, for those who write
 * everything at once. */
#pragma once
#include "inventory/datum.h"
#include "inventory/derive.h"
#include "inventory/refusal.h"
#include "inventory/view.h"

struct save_history {
	const char *created_by; /* or NULL */
	int64_t batch;          /* 0: none */
	const char *event_name; /* or NULL */
};

struct save_request {
	/* Type, id (NULL: a new one), and the keys that are set or unset; what is not among them stays. 'rev' is what the caller has
	 * read, or NULL. 'deleted' deletes; keys that are given as well are in its history. created_at and updated_at count when they
	 * are set. */
	const struct datum *given;
	struct json_object *attachments;    /* borrowed; {name: {content_type, data}} to be added, or NULL */
	const struct save_history *history; /* NULL: none is written */
	bool ignore_conflict;               /* the stored revision, whatever the caller has read */
	bool force_touch, no_touch;         /* updated_at changes always, never */
	bool skip_checks;                   /* schema and validation */
	bool skip_callbacks;                /* nothing is derived, and nothing saved in its wake */
};

struct save_result {
	struct json_object *history; /* owned; to be written before the body; or NULL */
	struct json_object *body;    /* owned; NULL: nothing changed, nothing is written */
	struct datum *datum;         /* owned; as it is when that is written */
	struct refusal refusal;      /* owned; on ERROR_REFUSED: the fields at fault, if the app names them */
	bool alone;                  /* nothing is to be saved in its wake */
};
void save_result_done(struct save_result *result);

/* ERROR_REFUSED: see result->refusal; the error holds all its sentences. Other errors are the view's. The result is to
 * be ended in any case. */
must_use bool save_document(const struct save_request *request, const struct inventory_view *view,
			    const struct inventory_source *source, struct save_result *result_out,
			    struct error *error);

/* What is saved in the wake of a result that has a body. The view shows what was written. */
struct save_cascade {
	size_t count;
	struct save_next {
		struct datum *given; /* owned */
		bool must; /* its refusal is one of the whole; else what cannot be saved is left as it is */
	} * next;          /* owned */
};
void save_cascade_done(struct save_cascade *cascade);
must_use bool save_cascade(const struct save_result *result, const struct inventory_view *view,
			   struct save_cascade *cascade_out, struct error *error);

/* All documents to write, in order, an array; one document's later form takes the earlier one's place, and what cannot
 * be saved in the wake is left as it is. Of pictures whose bytes are given, size and digest are the database's to say:
 * save_cascade() after the write. The result is that of the document itself. */
must_use bool save_all(const struct save_request *request, const struct inventory_view *view,
		       const struct inventory_source *source, struct json_object **bodies_out,
		       struct save_result *result_out, struct error *error);
