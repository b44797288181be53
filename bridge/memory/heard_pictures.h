/* What is heard of pictures and of their links to items: whose row is to be looked at.
 *
 * A start goes through all links once; from then on the feed tells. Of each item its pair keeps a hash of its links (pair.h), which the
 * ledger's entry has of those that were handled: so nothing that was heard is lost with the process. */
#pragma once
#include "bridge/memory/document_cache.h"
#include "bridge/memory/memory.h"

/* Before anything of a cycle is read: whether pictures flow in it, and the first time in a process which item has which links. */
must_use bool sync_begin_pictures(struct sync *sync, struct error *error);
/* 'list' as in endpoint_news; or NULL. */
void sync_hear_pictures(struct sync *sync, struct json_object *list);
/* Items whose attached files have become pictures, or have turned out not to. */
void sync_hear_imports(struct sync *sync);
/* Whether the item has any, as far as is known without asking. */
bool sync_has_links(const struct sync *sync, const struct pair *item);
/* Hash of links, {_id: body}: of what they say, in whatever order; 0: there are none. */
uint64_t picture_links_hash(struct json_object *links);
/* Whether every link of an item is known whose id does not begin with that of the item. */
bool sync_knows_links(const struct sync *sync);
/* Wants those links of the item whose ids do not begin with its own. */
void sync_want_odd_links(const struct sync *sync, const struct pair *item, struct document_cache *documents);
/* The item is looked at when this picture comes. */
void sync_await_picture(struct sync *sync, const char *full_id, const struct pair *item);
