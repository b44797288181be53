/* Two readings of the same table: which settings differ, and one setting taken from the other. */
#pragma once
#include "base/settings.h"

/* Calls 'differs' with the name of each setting whose value differs, in the order of the table: "AIRTABLE_TOKEN_*" for a family. */
void settings_compare(const struct setting *table, size_t count, const void *one, const void *other,
		      void (*differs)(void *context, const char *name), void *context);
/* The value in 'to', of a setting that is no family, becomes a copy of that in 'from'. */
void settings_copy_one(const struct setting *table, size_t count, const char *name, const void *from,
		       void *to);
