/* For the fuzz targets: what has to hold beside "no crash, no leak". */
#pragma once
#include "base/json.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Ends the program with the input kept, as a crash does. */
#define must(what)                                                                                           \
	do {                                                                                                 \
		if (!(what)) {                                                                               \
			fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #what);       \
			abort();                                                                             \
		}                                                                                            \
	} while (0)

/* What is written is read back equal, and written again in the same words. */
static inline void must_survive_writing(struct json_object *json)
{
	scoped(json_object) again = NULL;
	scoped_text words = json_write(json);

	must(json_read(words, strlen(words), &again, NULL, NULL));
	must(json_equal(json, again));
	scoped_text words_again = json_write(again);
	must(strcmp(words, words_again) == 0);
}
