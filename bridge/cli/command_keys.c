#include "bridge/cli/command_keys.h"

#include "base/json.h"
#include "base/text.h"
#include "bridge/cli/command_databases.h"
#include "bridge/pictures/keys_file.h"
#include "public-images/link.h"

#include <stdio.h>
#include <string.h>

#define LINKS_LAST_H ((int)((IMAGE_LINK_SAME_S + IMAGE_LINK_LEAST_S) / 3600))

/* What one word behind 'keys' does: it changes the keys, and says what it did. */
struct action {
	const char *name;
	bool takes_id, writes;
	bool (*change)(struct keys_file *file, const char *path, const char *id, struct text *said,
		       struct error *error);
};

/* ---- the actions ---- */

static bool make(struct keys_file *file, const char *path, const char *id, struct text *said,
		 struct error *error)
{
	struct image_keys *keys = keys_file_keys(file);

	(void)id;
	if (keys->count > 0)
		return error_set(
			error, ERROR_REFUSED,
			"%s has keys already: 'davenport keys rotate' adds one that signs from then on",
			path);
	if (!image_keys_rotate(keys, error))
		return false;
	text_format(said, "%s has its first key, %s: it signs new links to pictures", path,
		    image_keys_active(keys)->id);
	return true;
}

static bool need_keys(const struct image_keys *keys, const char *path, struct error *error)
{
	return keys->count > 0 ||
	       error_set(error, ERROR_REFUSED, "%s has no keys: 'davenport keys make' makes the first one",
			 path);
}

static bool list(struct keys_file *file, const char *path, const char *id, struct text *said,
		 struct error *error)
{
	const struct image_keys *keys = keys_file_keys(file);

	(void)id;
	if (!need_keys(keys, path, error))
		return false;
	for (size_t i = 0; i < keys->count; i++)
		text_format(said, "%s%-*s %s", i ? "\n" : "", IMAGE_KEY_ID_SIZE - 1, keys->list[i].id,
			    i ? "checks links that were given out before" : "signs new links");
	return true;
}

static bool rotate(struct keys_file *file, const char *path, const char *id, struct text *said,
		   struct error *error)
{
	struct image_keys *keys = keys_file_keys(file);

	(void)id;
	if (!need_keys(keys, path, error) || !image_keys_rotate(keys, error))
		return false;
	text_format(
		said,
		"%s signs new links once 'davenport run' gets SIGHUP. %s still checks those that were given "
		"out: retire it when they have ended, which is %d hours after that",
		keys->list[0].id, keys->list[1].id, LINKS_LAST_H);
	return true;
}

static bool retire(struct keys_file *file, const char *path, const char *id, struct text *said,
		   struct error *error)
{
	if (!need_keys(keys_file_keys(file), path, error) ||
	    !image_keys_retire(keys_file_keys(file), id, error))
		return false;
	text_format(said, "%s is gone: links that it signed end once 'davenport run' gets SIGHUP", id);
	return true;
}

static const struct action actions[] = {
	{"make", false, true, make},
	{"list", false, false, list},
	{"rotate", false, true, rotate},
	{"retire", true, true, retire},
};

/* ---- the words behind the command ---- */

static const struct action *read_action(const struct command_options *options, struct error *error)
{
	const char *name = options->word_count > 0 ? options->words[0] : NULL;

	for (size_t i = 0; name && i < countof(actions); i++) {
		if (strcmp(actions[i].name, name) != 0)
			continue;
		if (options->word_count == (actions[i].takes_id ? 2 : 1))
			return &actions[i];
		error_set(error, ERROR_FATAL, "keys %s takes %s", name,
			  actions[i].takes_id ? "the ID of one key: 'davenport keys list' shows them"
					      : "nothing behind it");
		return NULL;
	}
	error_set(error, ERROR_FATAL, "keys takes make, list, rotate or retire%s%.60s%s",
		  name ? ", and '" : "", name ? name : "", name ? "' is none of them" : "");
	return NULL;
}

static bool read_path(char **path_out, struct error *error)
{
	if (!settings_file_path("IMAGE_KEYS", SETTINGS_FILE_VARIABLE, path_out, error))
		return false;
	return *path_out ||
	       error_set(error, ERROR_FATAL,
			 "IMAGE_KEYS_FILE is not set: name the file in it that holds the keys, or is to "
			 "hold them");
}

/* ---- the command ---- */

static void fill_answer(struct json_object *answer, const char *path, const struct image_keys *keys)
{
	struct json_object *all = json_new_array();

	json_put_text(answer, "file", path);
	for (size_t i = 0; i < keys->count; i++) {
		struct json_object *key = json_new_object();
		json_put_text(key, "id", keys->list[i].id);
		json_put(key, "active", json_new_bool(i == 0));
		json_append(all, key);
	}
	json_put(answer, "keys", all);
}

static bool act(const struct action *action, const char *path, const char *id, struct json_object *answer,
		struct text *said, struct error *error)
{
	scoped(keys_file) file = NULL;

	if (!keys_file_open(path, &file, error))
		return false;
	bool good = action->change(file, path, id, said, error) &&
		    (!action->writes || keys_file_write(file, error));
	if (good)
		fill_answer(answer, path, keys_file_keys(file));
	return good;
}

static int misused(const struct error *error)
{
	fprintf(stderr, "davenport: %s\n", error->text);
	return EXIT_USAGE;
}

int keys_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	struct text said = {0};
	struct error error = {0};
	const struct action *action = read_action(options, &error);
	scoped_text path = NULL;

	(void)settings;
	if (!action || !read_path(&path, &error))
		return misused(&error);
	bool good = act(action, path, options->words[1], answer, &said, &error);
	int status = good ? EXIT_DONE : command_fails(&error, answer);
	if (options->json)
		command_prints(answer);
	else if (good)
		printf("%s\n", text_or_empty(&said));
	text_done(&said);
	return status;
}
