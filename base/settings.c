/* One table says what can be set; every place a value may come from is looked at in the same order:
 *
 *     NAME or NAME_FILE in the environment, NAME or NAME_FILE in the file, the table's fallback
 */
#include "base/settings.h"
#include "base/log.h"
#include "base/settings_file.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* What is loaded just now. */
struct load {
	const struct setting *table;
	size_t count;
	struct settings_file file;
	char *base; /* the caller's struct */
};

/* A value as given, and where: "environment: NAME" or "file:3: NAME". */
struct found {
	char *value; /* owned */
	char *place; /* owned */
};

static void found_done(struct found *found)
{
	free(found->value);
	free(found->place);
	*found = (struct found){0};
}

/* ---- places ---- */

/* An empty variable is what a container's environment makes of one that was not given. */
static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

struct place {
	const char *plain, *by_file; /* values, or NULL */
	int plain_line, file_line;
};

static struct place look_into_environment(const char *name, const char *name_file)
{
	return (struct place){from_environment(name), from_environment(name_file), 0, 0};
}

static struct place look_into_file(const struct settings_file *file, const char *name, const char *name_file)
{
	const struct settings_line *plain = settings_file_find(file, name);
	const struct settings_line *by_file = settings_file_find(file, name_file);

	return (struct place){plain ? plain->value : NULL, by_file ? by_file->value : NULL,
			      plain ? plain->number : 0, by_file ? by_file->number : 0};
}

static char *place_words(const struct load *load, const char *name, int line)
{
	return line > 0 ? own_format("%s:%d: %s", load->file.path, line, name)
			: own_format("environment: %s", name);
}

static bool take_from(const struct load *load, const char *name, const char *name_file,
		      const struct place *place, struct found *found_out, struct error *error)
{
	char *value = NULL;

	if (place->plain && place->by_file) {
		scoped_text words = place_words(load, name, place->plain_line);
		return error_set(error, ERROR_FATAL, "%s is given together with %s: remove one of the two",
				 words, name_file);
	}
	bool by_file = place->by_file != NULL;
	scoped_text words =
		place_words(load, by_file ? name_file : name, by_file ? place->file_line : place->plain_line);
	if (!by_file)
		value = own_copy(place->plain);
	else if (!settings_value_read(place->by_file, &value, error))
		return error_wrap(error, "%s", words);
	found_out->value = value;
	found_out->place = take(words);
	return true;
}

/* A value that is nowhere leaves found_out empty. */
static bool find_value(const struct load *load, const struct setting *setting, const char *name,
		       struct found *found_out, struct error *error)
{
	scoped_text name_file = own_format("%s%s", name, SETTING_FILE_ENDING);
	struct place places[] = {look_into_environment(name, name_file),
				 look_into_file(&load->file, name, name_file)};

	for (size_t i = 0; i < countof(places); i++) {
		if (!setting_is_secret(setting))
			places[i].by_file = NULL;
		if (places[i].plain || places[i].by_file)
			return take_from(load, name, name_file, &places[i], found_out, error);
	}
	return true;
}

static bool find_path(const char *name, const struct settings_file *file, char **path_out,
		      struct error *error)
{
	scoped_text name_file = own_format("%s%s", name, SETTING_FILE_ENDING);
	struct place places[] = {look_into_environment(name, name_file),
				 look_into_file(file, name, name_file)};

	for (size_t i = 0; i < countof(places); i++) {
		if (places[i].plain)
			return error_set(error, ERROR_FATAL, "%s is given in the %s itself, and not as %s",
					 name, i == 0 ? "environment" : "settings' file", name_file);
		if (places[i].by_file) {
			*path_out = own_copy(places[i].by_file);
			return true;
		}
	}
	*path_out = NULL;
	return true;
}

bool settings_file_path(const char *name, const char *file_variable, char **path_out, struct error *error)
{
	const char *path = file_variable ? from_environment(file_variable) : NULL;
	struct settings_file file = {0};

	if (path && !settings_file_read(path, &file, error))
		return error_wrap(error, "%s", file_variable);
	bool good = find_path(name, &file, path_out, error);
	settings_file_done(&file);
	return good;
}

/* ---- values ---- */

static bool refuse(const struct setting *setting, const char *place, const char *value, const char *complaint,
		   struct error *error)
{
	bool shown = !setting_is_secret(setting) && !strchr(value, '@');

	return error_set(error, ERROR_FATAL, "%s %s%s%.100s%s (%s)", place, complaint,
			 shown ? ", it is \"" : "", shown ? value : "", shown ? "\"" : "", setting->words);
}

static bool keep_number(const struct setting *setting, const char *place, const char *value, int *kept,
			struct error *error)
{
	char complaint[100];
	bool limited = setting->least != 0 || setting->most != 0;
	int number = 0;

	const char *general = setting_value_complaint(value);
	if (general)
		return refuse(setting, place, value, general, error);
	if (!*value)
		limited = false; /* no fallback either */
	else if (!setting_value_number(value, &number))
		return refuse(setting, place, value, "must be a whole number", error);
	if (limited && (number < setting->least || number > setting->most)) {
		snprintf(complaint, sizeof(complaint), "must be from %d to %d", setting->least,
			 setting->most);
		return refuse(setting, place, value, complaint, error);
	}
	*kept = number;
	return true;
}

/* ---- filling the struct ---- */

static bool keep(const struct load *load, const struct setting *setting, const char *place, const char *value,
		 struct error *error)
{
	void *kept = load->base + setting->offset;

	if (setting_is_number(setting))
		return keep_number(setting, place, value, kept, error);
	scoped_text text = own_copy(value);
	const char *complaint = setting_value_check(setting->type, text);
	if (complaint)
		return refuse(setting, place, value, complaint, error);
	*(char **)kept = take(text);
	return true;
}

static bool load_single(const struct load *load, const struct setting *setting, struct error *error)
{
	struct found found = {0};

	if (!find_value(load, setting, setting->name, &found, error))
		return false;
	bool good;
	if (found.value && (*found.value || !setting_is_number(setting)))
		good = keep(load, setting, found.place, found.value, error);
	else
		good = keep(load, setting, setting->name, setting->fallback ? setting->fallback : "", error);
	found_done(&found);
	return good;
}

static bool add_member(const struct load *load, const struct setting *setting, const char *name,
		       struct error *error)
{
	struct settings_family *family = (struct settings_family *)(void *)(load->base + setting->offset);
	const char *end = name + strlen(setting->name) - 1;
	struct found found = {0};

	if (settings_family_get(family, end))
		return true; /* the environment was first */
	if (!find_value(load, setting, name, &found, error))
		return false;
	const char *complaint = found.value && *found.value ? setting_value_check(setting->type, found.value)
							    : "has no value";
	if (complaint) {
		refuse(setting, found.place ? found.place : name, found.value ? found.value : "", complaint,
		       error);
		found_done(&found);
		return false;
	}
	family->members = own_resize(family->members, family->count + 1, sizeof(*family->members));
	family->members[family->count++] = (struct settings_member){own_copy(end), take(found.value)};
	found_done(&found);
	return true;
}

/* A key of the environment or the file that may belong to the family. */
static bool load_member(const struct load *load, const struct setting *setting, const char *key,
			struct error *error)
{
	if (settings_owner(load->table, load->count, key) != setting)
		return true;
	scoped_text plain = setting_is_secret(setting) ? setting_name_without_file(key) : NULL;
	bool by_file = plain && setting_is_name_of(setting, plain);
	return add_member(load, setting, by_file ? plain : key, error);
}

static bool load_family(const struct load *load, const struct setting *setting, struct error *error)
{
	for (char **at = environ; *at; at++) {
		scoped_text key = own_copy_bytes(*at, strcspn(*at, "="));
		if (from_environment(key) && !load_member(load, setting, key, error))
			return false;
	}
	for (size_t i = 0; i < load->file.count; i++)
		if (!load_member(load, setting, load->file.lines[i].key, error))
			return false;
	return true;
}

/* ---- unknown keys ---- */

/* 'far_out' may be NULL. */
static bool check_keys(const struct load *load, struct error *error)
{
	for (size_t i = 0; i < load->file.count; i++) {
		const struct settings_line *line = &load->file.lines[i];
		if (settings_owner(load->table, load->count, line->key))
			continue;
		return error_set(error, ERROR_FATAL, "%s:%d: there is no setting %s, the nearest is %s",
				 load->file.path, line->number, line->key,
				 settings_nearest(load->table, load->count, line->key, NULL));
	}
	return true;
}

/* ---- all ---- */

static bool load_all(struct load *load, struct error *error)
{
	if (!check_keys(load, error))
		return false;
	for (size_t i = 0; i < load->count; i++) {
		const struct setting *setting = &load->table[i];
		if (!(setting_is_family(setting) ? load_family : load_single)(load, setting, error))
			return false;
	}
	return true;
}

bool settings_load(const struct setting *table, size_t count, const char *file_variable, void *settings,
		   struct error *error)
{
	struct load load = {.table = table, .count = count, .base = settings};
	const char *path = file_variable ? from_environment(file_variable) : NULL;

	if (path && !settings_file_read(path, &load.file, error))
		return error_wrap(error, "%s", file_variable);
	bool good = load_all(&load, error);
	if (!good)
		settings_done(table, count, settings);
	settings_file_done(&load.file);
	return good;
}

static void family_done(struct settings_family *family)
{
	for (size_t i = 0; i < family->count; i++) {
		free(family->members[i].name);
		free(family->members[i].value);
	}
	free(family->members);
	*family = (struct settings_family){0};
}

void settings_done(const struct setting *table, size_t count, void *settings)
{
	for (size_t i = 0; i < count; i++) {
		void *kept = (char *)settings + table[i].offset;
		if (setting_is_family(&table[i]))
			family_done(kept);
		else if (setting_is_number(&table[i]))
			*(int *)kept = 0;
		else
			own_free_text(kept);
	}
}

const char *settings_family_get(const struct settings_family *family, const char *name)
{
	for (size_t i = 0; i < family->count; i++)
		if (strcmp(family->members[i].name, name) == 0)
			return family->members[i].value;
	return NULL;
}

void settings_help(const struct setting *table, size_t count, struct text *text)
{
	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = &table[i];
		text_format(text, "  %-24s %s", setting->name, setting->words);
		if (setting->fallback && *setting->fallback)
			text_format(text, " [%s]", setting->fallback);
		text_add(text, setting_is_secret(setting) ? " (or its path in ..._FILE)\n" : "\n");
	}
}
