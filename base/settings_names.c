#include "base/settings_names.h"
#include "base/nearest.h"
#include "base/own.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { NEAR_ENOUGH = 2 }; /* letters */

/* ---- right names ---- */

bool setting_is_family(const struct setting *setting)
{
	return setting->name[strlen(setting->name) - 1] == '*';
}

bool setting_is_number(const struct setting *setting)
{
	return setting->type == SETTING_SECONDS || setting->type == SETTING_COUNT;
}

bool setting_is_secret(const struct setting *setting)
{
	return setting->type == SETTING_SECRET || setting->type == SETTING_TOKEN;
}

bool setting_is_name_of(const struct setting *setting, const char *name)
{
	size_t length = strlen(setting->name);

	if (setting_is_family(setting))
		return strncmp(name, setting->name, length - 1) == 0 && name[length - 1];
	return strcmp(name, setting->name) == 0;
}

char *setting_name_without_file(const char *name)
{
	size_t length = strlen(name), ending = strlen(SETTING_FILE_ENDING);

	if (length <= ending || strcmp(name + length - ending, SETTING_FILE_ENDING) != 0)
		return NULL;
	return own_copy_bytes(name, length - ending);
}

/* Single settings come before families: AIRTABLE_TOKEN_FILE belongs to
 * AIRTABLE_TOKEN, not to a member "FILE" of AIRTABLE_TOKEN_*. */
const struct setting *settings_owner(const struct setting *table, size_t count, const char *key)
{
	scoped_text plain = setting_name_without_file(key);

	for (int families = 0; families < 2; families++) {
		for (size_t i = 0; i < count; i++) {
			const struct setting *setting = &table[i];
			if (setting_is_family(setting) != (families == 1))
				continue;
			if (setting_is_name_of(setting, key) ||
			    (plain && setting_is_secret(setting) && setting_is_name_of(setting, plain)))
				return setting;
		}
	}
	return NULL;
}

/* ---- wrong ones ---- */

/* The first word of a name, with its '_'. */
static size_t first_word(const char *name)
{
	size_t length = strcspn(name, "_");

	return length + (name[length] == '_');
}

/* A name that was cut short is nearer than one with other letters. */
static size_t distance(const char *key, const char *name)
{
	bool cut = strlen(key) > first_word(name) && strncmp(key, name, strlen(key)) == 0;

	return cut ? 1 : nearest_distance(key, name);
}

const char *settings_nearest(const struct setting *table, size_t count, const char *key, size_t *far_out)
{
	const char *nearest = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t far = distance(key, table[i].name);
		if (far < least) {
			least = far;
			nearest = table[i].name;
		}
	}
	if (far_out)
		*far_out = least;
	return nearest;
}

/* ---- strangers in the environment ---- */

static bool begins_like_two(const struct setting *table, size_t count, const char *name)
{
	size_t length = first_word(name), alike = 0;

	for (size_t i = 0; i < count; i++)
		alike += name[length - 1] == '_' && strncmp(table[i].name, name, length) == 0;
	return alike >= 2;
}

static bool is_of_a_service(const char *name)
{
	static const char *const words[] = {"PORT", "SERVICE_", "ENV_", "NAME"};

	name += first_word(name);
	for (size_t i = 0; i < countof(words); i++)
		if (strncmp(name, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* NULL: it is nothing of ours. */
static const char *meant_by(const struct setting *table, size_t count, const char *file_variable,
			    const char *name)
{
	size_t far = 0, far_from_file = distance(name, file_variable);
	const char *nearest = settings_nearest(table, count, name, &far);
	bool alike = begins_like_two(table, count, name);

	if (strcmp(name, file_variable) == 0 || settings_owner(table, count, name) || is_of_a_service(name))
		return NULL;
	if (far_from_file < far) {
		nearest = file_variable;
		far = far_from_file;
		alike = alike || strncmp(name, file_variable, first_word(file_variable)) == 0;
	}
	return alike || far <= NEAR_ENOUGH ? nearest : NULL;
}

void settings_strangers(const struct setting *table, size_t count, const char *file_variable,
			settings_stranger *tell, void *context)
{
	for (char **at = environ; *at; at++) {
		scoped_text name = own_copy_bytes(*at, strcspn(*at, "="));
		const char *value = getenv(name);
		const char *meant = value && *value ? meant_by(table, count, file_variable, name) : NULL;
		if (meant)
			tell(context, name, meant);
	}
}
