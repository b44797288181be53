/* Settings from one table: environment, NAME_FILE, a file of KEY=value lines, defaults.
 *
 * The same table prints --help and is checked against the README by `make lint`. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "base/text.h"
#include <stddef.h>

enum setting_type {
	SETTING_TEXT,    /* char * */
	SETTING_SECRET,  /* char *; also as NAME_FILE; made known to the log for masking */
	SETTING_URL,     /* char *; http or https, no credentials inside, no trailing slash kept */
	SETTING_SECONDS, /* int */
	SETTING_COUNT,   /* int, not negative; 0 where the words say so */
	SETTING_LISTEN,  /* char *; "address:port" */
	SETTING_LIST,    /* char *; comma separated, kept as one text */
};

struct setting {
	const char *name; /* "COUCHDB_URL"; a name ending in '*' stands for a family: AIRTABLE_TOKEN_* */
	enum setting_type type;
	size_t offset; /* in the struct; for a family (of texts or secrets): of a struct settings_family */
	const char *fallback; /* as text, NULL: empty */
	int least, most;      /* for numbers; 0, 0: any */
	const char *words;    /* one line for --help */
};

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
void settings_done(const struct setting *table, size_t count, void *settings);
const char *settings_family_get(const struct settings_family *family, const char *name); /* NULL */
/* One line a setting: name, fallback, words. */
void settings_help(const struct setting *table, size_t count, struct text *text);
/* host and port of a SETTING_LISTEN text; host_out is at least 64 bytes. "[::1]:80" too. */
must_use bool settings_listen(const char *listen, char *host_out, size_t host_size, int *port_out,
			      struct error *error);
