/* The settings of one table, by their names: whose a name is, and what a wrong one was meant to be. */
#pragma once
#include "base/setting_value.h"
#include <stdbool.h>
#include <stddef.h>

#define SETTING_FILE_ENDING "_FILE" /* behind a secret's name: the file that holds it */

struct setting {
	const char *name; /* "COUCHDB_URL"; a name ending in '*' stands for a family: AIRTABLE_TOKEN_* */
	enum setting_type type;
	size_t offset; /* in the struct; for a family (of texts or secrets): of a struct settings_family */
	const char *fallback; /* as text, NULL: empty */
	int least, most;      /* for numbers; 0, 0: any */
	const char *words;    /* one line for --help */
};

bool setting_is_family(const struct setting *setting);
bool setting_is_number(const struct setting *setting);
bool setting_is_secret(const struct setting *setting);
bool setting_is_name_of(const struct setting *setting, const char *name);
/* "NAME_FILE": NAME, to be freed; else NULL. */
char *setting_name_without_file(const char *name);

/* Whose key this is, NAME_FILE of a secret's too; or NULL. */
const struct setting *settings_owner(const struct setting *table, size_t count, const char *key);
/* The name that a wrong one was probably meant to be, and how many letters it is away. 'far_out' may be NULL. */
const char *settings_nearest(const struct setting *table, size_t count, const char *key, size_t *far_out);

/* Variables of the environment that look as if they were meant for this table, and are none of its settings: those that begin like two
 * of its settings do ("COUCHDB_"), or like 'file_variable', and those that differ from one by a letter or two. 'nearest' is the
 * name that comes nearest. What container managers set for a service of that name (COUCHDB_PORT, COUCHDB_SERVICE_HOST) is left out. */
typedef void settings_stranger(void *context, const char *name, const char *nearest);
void settings_strangers(const struct setting *table, size_t count, const char *file_variable,
			settings_stranger *tell, void *context);
