/* Settings from one table: environment, NAME_FILE, a file of KEY=value lines, defaults.
 *
 * The same table prints --help and is checked against the README by `make lint`. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "base/settings_names.h"
#include "base/text.h"
#include <stddef.h>

/* AIRTABLE_TOKEN_<base id>: names' ends and values. */
struct settings_family {
	size_t count;
	struct settings_member {
		char *name; /* what stands for '*' */
		char *value;
	} * members;
};

/* Fills 'settings' (zeroed by the caller, and again on failure) from the process's environment; DAVENPORT_CONFIG's
 * file gives what the environment does not ('file_variable' names that variable, or NULL). An empty variable is one
 * that is not there; a text without a value is "", never NULL. Unknown keys in the file, values of a wrong
 * shape, unreadable files, NAME and NAME_FILE in the same place: ERROR_FATAL with file, line, key and what to do; a
 * secret's value is never in the sentence. Lists are kept without spaces around their commas.
 *
 * The file: KEY=value a line; lines that begin with '#' and empty ones are skipped; "..." knows \n \t \" \\, '...' nothing. */
must_use bool settings_load(const struct setting *table, size_t count, const char *file_variable,
			    void *settings, struct error *error);
/* The path that NAME_FILE gives for this secret, of which no file need be there yet. NULL: NAME_FILE is set nowhere. ERROR_FATAL: NAME
 * itself is set, so that no file counts, or the settings' file cannot be read. The caller frees. */
must_use bool settings_file_path(const char *name, const char *file_variable, char **path_out,
				 struct error *error);
void settings_done(const struct setting *table, size_t count, void *settings);
const char *settings_family_get(const struct settings_family *family, const char *name); /* NULL */
/* One line a setting: name, fallback, words. */
void settings_help(const struct setting *table, size_t count, struct text *text);
