/* Files of KEY=value lines, and files that hold one value. Only for settings.c. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include <stddef.h>

struct settings_line {
	char *key, *value; /* owned */
	int number;
};
struct settings_file {
	char *path; /* owned; NULL: there is none */
	size_t count;
	struct settings_line *lines; /* owned */
};

/* ERROR_FATAL: no readable regular file, too large, no UTF-8, a line that is none, a key that comes twice. No
 * sentence shows a value. */
must_use bool settings_file_read(const char *path, struct settings_file *file_out, struct error *error);
void settings_file_done(struct settings_file *file);
const struct settings_line *settings_file_find(const struct settings_file *file, const char *key); /* NULL */

/* The whole of a file that holds one value, without line ends behind it. One that holds nothing is an error. */
must_use bool settings_value_read(const char *path, char **value_out, struct error *error);
