/* What a save looks up in other documents, for the saves of a batch, one after the other. What one save writes, the next one sees
 * (document_cache.h). The pairs tell which documents have a value. */
#pragma once
#include "bridge/memory/document_cache.h"
#include "bridge/memory/memory.h"
#include "inventory/view.h"

struct related {
	struct sync *sync;
	struct document_cache documents;
	struct json_object *seen; /* {_id: revision}; what the present save looked at */
	bool counted;             /* and at the contents of something that has some */
	/* {_id: null}; documents that it looked at and that saves before it have changed or deleted */
	struct json_object *leans;
};

void related_init(struct related *related, struct sync *sync);
void related_done(struct related *related);
/* Notes that it will be asked for. */
void related_want(struct related *related, enum document_type type, const char *id);
/* Reads all that are wanted in one request. */
must_use bool related_read(struct related *related, struct error *error);
/* Nothing is saved yet. */
void related_begin(struct related *related);
/* What the save looked at since the last call: {_id: its revision as stored, "" for none; null: of a save before}; the caller
 * frees. counted_out: it also counted what stands in something. */
struct json_object *related_take_seen(struct related *related, bool *counted_out);
/* {_id: null} of those documents that saves before it have changed, and that it looked at since the last call: it depends on these saves.
 * The caller frees. NULL: none. */
struct json_object *related_take_leans(struct related *related);
struct inventory_view related_view(struct related *related);
