/* Documents that were seen: what a pair keeps of them, and which ones are queued. */
#pragma once
#include "bridge/memory/memory.h"

/* Takes a document's new state into the pairs: parents, leaves, presence. */
void sync_note_document(struct sync *sync, struct pair *pair, const struct endpoint_record *document);
/* Hash of a document's live leaves; 0 for a record that is not there. */
uint64_t leaves_hash_of(const struct endpoint_record *document);
/* Queues every document that is not as it was handled. All are known from the feed by then. */
void sync_queue_documents(struct sync *sync);
