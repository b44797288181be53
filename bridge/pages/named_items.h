/* Items of a database by words of their name. */
#pragma once
#include "base/error.h"
#include "base/own.h"

#include <stddef.h>

#define NAMED_ITEMS_MOST 50

struct couch_client;
struct named_items {
	size_t count;
	bool more; /* there are more than NAMED_ITEMS_MOST */
	struct named_item {
		char *full_id, *name; /* owned */
	} list[NAMED_ITEMS_MOST];
};
/* Whose name has the words in it, or whose ID they are; letters of ASCII in either case. Reads the names of all items. */
must_use bool named_items_find(struct couch_client *couch, const char *words, struct named_items *items_out,
			       struct error *error);
void named_items_done(struct named_items *items);
