/* Which pair waits for which: one whose link has no counterpart yet, or whose edit was refused because of other documents, is
 * queued when that changes. */
#pragma once
#include "bridge/index/pairs.h"

/* Sets what a link in the pair waits for: 'waits' is enum pair_waits; 'record_ids' are the rows without a document, none if they
 * are not known. */
void pairs_set_waits(struct pairs *pairs, struct pair *pair, unsigned waits, const char *const *record_ids,
		     size_t record_count);
/* The pair has got its counterpart: queues what waited for it. */
void pairs_requeue_waiting(struct pairs *pairs, struct pair *pair);
/* Queues the pair if nothing that it waits for is still to come. */
void pairs_requeue_if_free(struct pairs *pairs, struct pair *pair);
/* Sets the documents that the pair's refusal names, in place of those before; NULL: none. */
void pairs_set_blocked_by(struct pairs *pairs, struct pair *pair, struct json_object *full_ids);
/* This document has changed: queues what was refused because of it (sync-rules 21). */
void pairs_requeue_refused(struct pairs *pairs, const struct pair *document);
