#include "tests/fakes/spoil.h"

#include "base/own.h"

#include <string.h>

const char *const spoil_with[] = {NULL,   "null",    "false", "7",      "-1e300",
				  "\"\"", "\"odd\"", "[]",    "[null]", "{}"};
const size_t spoil_count = countof(spoil_with);

size_t spoil_places(struct json_object *json)
{
	size_t count = 0;

	for (size_t i = 0; i < json_length(json); i++)
		count += 1 + spoil_places(json_at(json, i));
	json_each (json, key, value) {
		(void)key;
		count += 1 + spoil_places(value);
	}
	return count;
}

static struct json_object *value_of(const char *words)
{
	struct json_object *value = NULL;

	return json_read(words, strlen(words), &value, NULL, NULL) ? value : NULL;
}

/* Counts down to the place; true when it was in here. */
static bool spoil_below(struct json_object *json, size_t *place, const char *instead)
{
	for (size_t i = 0; i < json_length(json); i++) {
		if ((*place)-- == 0) {
			if (instead)
				json_set_at(json, i, value_of(instead));
			else
				json_remove_at(json, i, 1);
			return true;
		}
		if (spoil_below(json_at(json, i), place, instead))
			return true;
	}
	json_each (json, key, value) {
		if ((*place)-- == 0) {
			if (instead)
				json_put(json, key, value_of(instead));
			else
				json_remove(json, key);
			return true;
		}
		if (spoil_below(value, place, instead))
			return true;
	}
	return false;
}

bool spoil(struct json_object *json, size_t place, const char *instead)
{
	return spoil_below(json, &place, instead);
}
