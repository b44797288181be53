/* What a save looks up in other documents, for the saves of a batch, one after the other.
 *
 * A document that is not known yet is noted, and answered as "none" for the time being. related_read() reads all that were noted
 * in one request, and the saves are done anew. What one save writes, the next one sees. */
#pragma once
#include "bridge/memory/memory.h"
#include "inventory/view.h"

struct related {
	struct sync *sync;
	struct json_object *read;   /* {_id: body, or null: none} */
	struct json_object *saved;  /* likewise, over it; what the saves before have written */
	struct json_object *wanted; /* {_id: null}; to be read */
	struct json_object *seen;   /* {_id: revision}; what the present save looked at */
	bool counted;               /* and at the contents of something that has some */
	/* {_id: null}; documents that it looked at and that saves before it have changed or deleted */
	struct json_object *leans;
};

void related_init(struct related *related, struct sync *sync);
void related_done(struct related *related);
/* Gives a document that is known already; 'body' NULL: there is none. */
void related_give(struct related *related, const char *full_id, struct json_object *body);
/* Notes that it will be asked for. */
void related_want(struct related *related, enum document_type type, const char *id);
bool related_wants(const struct related *related);
must_use bool related_read(struct related *related, struct error *error);
/* Nothing is saved yet. */
void related_begin(struct related *related);
/* A save has written this; 'body' NULL: deleted it. */
void related_save(struct related *related, const char *full_id, struct json_object *body);
/* Forgets what a save has written: what is stored counts again. */
void related_forget(struct related *related, const char *full_id);
/* What the save looked at since the last call: {_id: its revision as stored, "" for none; null: of a save before}; the caller
 * frees. counted_out: it also counted what stands in something. */
struct json_object *related_take_seen(struct related *related, bool *counted_out);
/* {_id: null} of those documents that saves before it have changed, and that it looked at since the last call: it depends on these saves.
 * The caller frees. NULL: none. */
struct json_object *related_take_leans(struct related *related);
struct inventory_view related_view(struct related *related);
