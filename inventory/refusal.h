/* Why the app does not save a document: which fields are at fault, in its order, and a sentence for each. Pure. */
#pragma once
#include "base/error.h"

#include "base/own.h"

#include <stddef.h>

struct refusal_reason {
	char *key;      /* owned; of 'data'; NULL: the document as a whole */
	int index;      /* of the element in a list that is at fault; -1: all of it */
	char *sentence; /* owned; for people: names the field as the row calls it and says what to do */
};
struct refusal {
	size_t count;
	struct refusal_reason *reasons; /* owned */
};
void refusal_done(struct refusal *refusal);

void refusal_add(struct refusal *refusal, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void refusal_add_element(struct refusal *refusal, const char *key, int index, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* false with ERROR_REFUSED and all sentences when there is a reason; else true. */
must_use bool refusal_passes(const struct refusal *refusal, struct error *error);
