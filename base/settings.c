/* One table says what can be set; every place a value may come from is looked at in the same order:
 *
 *     NAME or NAME_FILE in the environment, NAME or NAME_FILE in the file, the table's fallback
 */
#include "base/settings.h"
#include "base/log.h"
#include "base/settings_file.h"
#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const char file_ending[] = "_FILE";

enum { SECRET_WORD_LEAST = 32 }; /* a word of a secret of several lines that is itself one */

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

/* ---- the table ---- */

static bool is_family(const struct setting *setting)
{
	return setting->name[strlen(setting->name) - 1] == '*';
}

static bool is_number(const struct setting *setting)
{
	return setting->type == SETTING_SECONDS || setting->type == SETTING_COUNT;
}

static bool is_name_of(const struct setting *setting, const char *name)
{
	size_t length = strlen(setting->name);

	if (is_family(setting))
		return strncmp(name, setting->name, length - 1) == 0 && name[length - 1];
	return strcmp(name, setting->name) == 0;
}

/* "NAME_FILE" of a secret: 'NAME', to be freed; else NULL. */
static char *without_file_ending(const char *name)
{
	size_t length = strlen(name), ending = sizeof(file_ending) - 1;

	if (length <= ending || strcmp(name + length - ending, file_ending) != 0)
		return NULL;
	return own_copy_bytes(name, length - ending);
}

/* Whose key this is. Single settings come before families: AIRTABLE_TOKEN_FILE belongs to
 * AIRTABLE_TOKEN, not to a member "FILE" of AIRTABLE_TOKEN_*. */
static const struct setting *owner_of(const struct load *load, const char *key)
{
	scoped_text plain = without_file_ending(key);

	for (int families = 0; families < 2; families++) {
		for (size_t i = 0; i < load->count; i++) {
			const struct setting *setting = &load->table[i];
			if (is_family(setting) != (families == 1))
				continue;
			if (is_name_of(setting, key) ||
			    (plain && setting->type == SETTING_SECRET && is_name_of(setting, plain)))
				return setting;
		}
	}
	return NULL;
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
	scoped_text name_file = own_format("%s%s", name, file_ending);
	struct place places[] = {look_into_environment(name, name_file),
				 look_into_file(&load->file, name, name_file)};

	for (size_t i = 0; i < countof(places); i++) {
		if (setting->type != SETTING_SECRET)
			places[i].by_file = NULL;
		if (places[i].plain || places[i].by_file)
			return take_from(load, name, name_file, &places[i], found_out, error);
	}
	return true;
}

/* ---- values: each check changes the text to what is kept, or says what is wrong ---- */

static const char *check_text(char *value)
{
	return text_is_utf8(value, strlen(value)) ? NULL : "is no UTF-8";
}

/* Calls for each run of bytes between those of 'between'. */
static void each_piece(const char *words, const char *between, void (*use)(const char *piece))
{
	for (words += strspn(words, between); *words; words += strspn(words, between)) {
		size_t length = strcspn(words, between);
		scoped_text piece = own_copy_bytes(words, length);
		use(piece);
		words += length;
	}
}

static void mask_word(const char *word)
{
	if (strlen(word) >= SECRET_WORD_LEAST)
		log_secret(word);
}

static void mask_line(const char *line)
{
	log_secret(line);
	each_piece(line, " \t", mask_word);
}

/* Line by line, as several keys may be given in one, and long words for themselves. */
static const char *check_secret(char *value)
{
	const char *complaint = check_text(value);

	if (complaint)
		return complaint;
	log_secret(value);
	each_piece(value, "\r\n", mask_line);
	return NULL;
}

static const char *check_url(char *value)
{
	size_t scheme = strncmp(value, "https://", 8) == 0 ? 8 : strncmp(value, "http://", 7) == 0 ? 7 : 0;
	size_t length = strlen(value);

	if (scheme == 0)
		return "must begin with http:// or https://";
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at <= 0x20 || *at == 0x7F)
			return "has a space or a control character in it";
	if (strchr(value, '@'))
		return "must hold no user or password: they have settings of their own";
	if (strpbrk(value, "?#"))
		return "must have no '?' or '#'";
	if (value[scheme] == '/' || value[scheme] == ':' || value[scheme] == '\0')
		return "names no host";
	while (value[length - 1] == '/')
		value[--length] = '\0';
	return NULL;
}

static const char *check_listen(char *value)
{
	char host[64];
	int port;

	return settings_listen(value, host, sizeof(host), &port, NULL)
		       ? NULL
		       : "must be address:port, as 127.0.0.1:8791 or [::1]:8791";
}

/* "a, b ,c" is kept as "a,b,c". */
static const char *check_list(char *value)
{
	char *out = value;
	bool at_item = false;

	for (const char *in = value; *in; in++) {
		bool is_space = *in == ' ' || *in == '\t' || *in == '\r' || *in == '\n';
		if (is_space && (!at_item || in[1 + strspn(in + 1, " \t\r\n")] == ',' ||
				 in[1 + strspn(in + 1, " \t\r\n")] == '\0'))
			continue;
		if (*in == ',' && !at_item)
			return "has an empty place before a comma";
		at_item = *in != ',';
		*out++ = *in;
	}
	if (out > value && out[-1] == ',')
		return "ends with a comma";
	*out = '\0';
	return check_text(value);
}

static const char *check_value(enum setting_type type, char *value)
{
	static const char *(*const checks[])(char *value) = {
		[SETTING_TEXT] = check_text,     [SETTING_SECRET] = check_secret, [SETTING_URL] = check_url,
		[SETTING_LISTEN] = check_listen, [SETTING_LIST] = check_list,
	};

	return *value ? checks[type](value) : NULL;
}

static bool refuse(const struct setting *setting, const char *place, const char *value, const char *complaint,
		   struct error *error)
{
	bool shown = setting->type != SETTING_SECRET && !strchr(value, '@');

	return error_set(error, ERROR_FATAL, "%s %s%s%.100s%s (%s)", place, complaint,
			 shown ? ", it is \"" : "", shown ? value : "", shown ? "\"" : "", setting->words);
}

static bool read_whole(const char *value, int *number_out)
{
	char *end;

	if (!*value || strspn(value, "0123456789") != strlen(value) || strlen(value) > 10)
		return false;
	long long number = strtoll(value, &end, 10);
	if (number > INT_MAX)
		return false;
	*number_out = (int)number;
	return true;
}

static bool keep_number(const struct setting *setting, const char *place, const char *value, int *kept,
			struct error *error)
{
	char complaint[100];
	bool limited = setting->least != 0 || setting->most != 0;
	int number = 0;

	if (!*value)
		limited = false; /* no fallback either */
	else if (!read_whole(value, &number))
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

	if (is_number(setting))
		return keep_number(setting, place, value, kept, error);
	scoped_text text = own_copy(value);
	const char *complaint = check_value(setting->type, text);
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
	if (found.value && (*found.value || !is_number(setting)))
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
	const char *complaint =
		found.value && *found.value ? check_value(setting->type, found.value) : "has no value";
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
	if (owner_of(load, key) != setting)
		return true;
	scoped_text plain = setting->type == SETTING_SECRET ? without_file_ending(key) : NULL;
	bool by_file = plain && is_name_of(setting, plain);
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

/* How many letters must be changed, put in or left out (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 64 };
	size_t row[LONGEST + 1];
	size_t b_length = strlen(b);

	if (b_length > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 1; j <= b_length; j++) {
			size_t changed = diagonal + (a[i] != b[j - 1]);
			diagonal = row[j];
			size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			row[j] = changed < least ? changed : least;
		}
	}
	return row[b_length];
}

static const char *nearest_name(const struct load *load, const char *key)
{
	const char *nearest = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < load->count; i++) {
		size_t far = distance(key, load->table[i].name);
		if (far < least) {
			least = far;
			nearest = load->table[i].name;
		}
	}
	return nearest;
}

static bool check_keys(const struct load *load, struct error *error)
{
	for (size_t i = 0; i < load->file.count; i++) {
		const struct settings_line *line = &load->file.lines[i];
		if (owner_of(load, line->key))
			continue;
		return error_set(error, ERROR_FATAL, "%s:%d: there is no setting %s, the nearest is %s",
				 load->file.path, line->number, line->key, nearest_name(load, line->key));
	}
	return true;
}

static bool load_all(struct load *load, struct error *error)
{
	if (!check_keys(load, error))
		return false;
	for (size_t i = 0; i < load->count; i++) {
		const struct setting *setting = &load->table[i];
		if (!(is_family(setting) ? load_family : load_single)(load, setting, error))
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
		if (is_family(&table[i]))
			family_done(kept);
		else if (is_number(&table[i]))
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
		text_add(text, setting->type == SETTING_SECRET ? " (or its path in ..._FILE)\n" : "\n");
	}
}

/* A host of a listen text, without brackets: "::1" only came in them. */
static bool is_host(const char *host, bool bracketed)
{
	struct in6_addr address;

	if (bracketed)
		return inet_pton(AF_INET6, host, &address) == 1;
	return *host && !strpbrk(host, ": \t\r\n[]/@");
}

bool settings_listen(const char *listen, char *host_out, size_t host_size, int *port_out, struct error *error)
{
	enum { PORT_MOST = 65535 };
	const char *colon = strrchr(listen, ':');
	int port;

	if (!colon || !read_whole(colon + 1, &port) || port > PORT_MOST)
		return error_set(error, ERROR_FATAL, "\"%.100s\" is no address:port", listen);
	size_t length = (size_t)(colon - listen);
	bool bracketed = length >= 2 && listen[0] == '[' && colon[-1] == ']';
	scoped_text host = own_copy_bytes(listen + bracketed, length - (bracketed ? 2 : 0));
	if (strlen(host) >= host_size || !is_host(host, bracketed))
		return error_set(error, ERROR_FATAL, "\"%.100s\" is no address:port", listen);
	memcpy(host_out, host, strlen(host) + 1);
	*port_out = port;
	return true;
}
