/* What the app was seen to do, in files beside the tests. */
#pragma once
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

#define VECTORS_LIMIT ((size_t)4 << 20) /* bytes of a file */

/* An array, what cannot be kept as it is included; ends the program with its sentence when it cannot be read. Tests run in
 * the tree's root. */
static inline struct json_object *vectors_read(const char *path)
{
	char *bytes = own_alloc(VECTORS_LIMIT);
	FILE *file = fopen(path, "rb");
	size_t length = file ? fread(bytes, 1, VECTORS_LIMIT, file) : 0;
	struct json_object *json = NULL;
	struct json_flaws flaws = {0};
	struct error error = {0};

	if (file)
		fclose(file);
	if (!json_read(bytes, length, &json, &flaws, &error) || !json_is(json, json_type_array)) {
		printf("Bail out! %s: %s\n", path, file ? error.text : "cannot be opened");
		fflush(stdout);
		abort();
	}
	json_flaws_done(&flaws);
	free(bytes);
	return json;
}

/* Calls 'visit' for every object at or below 'json'. */
typedef void vectors_visit(void *context, struct json_object *object);
static inline void vectors_walk(struct json_object *json, vectors_visit *visit, void *context)
{
	if (json_is(json, json_type_array)) {
		for (size_t i = 0; i < json_length(json); i++)
			vectors_walk(json_at(json, i), visit, context);
	} else if (json_is(json, json_type_object)) {
		visit(context, json);
		json_each (json, key, value) {
			(void)key;
			vectors_walk(value, visit, context);
		}
	}
}
