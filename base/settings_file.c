/* Files of KEY=value lines, and files that hold one value. */
#include "base/settings_file.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SETTINGS_FILE_LIMIT = 1 << 20,
	SETTINGS_VALUE_LIMIT = 64 << 10,
	KEY_LIMIT = 128,
};

static bool read_all(int file, size_t limit, struct text *content, struct error *error)
{
	char bytes[4096];
	ssize_t got;

	content->ceiling = limit;
	while ((got = read(file, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, ERROR_FATAL, "cannot be read: %s", strerror(errno));
		text_add_bytes(content, bytes, (size_t)got);
		if (content->full)
			return error_set(error, ERROR_FATAL, "is larger than %zu bytes", limit);
	}
	if (memchr(text_or_empty(content), '\0', content->length) ||
	    !text_is_utf8(text_or_empty(content), content->length))
		return error_set(error, ERROR_FATAL, "is no text in UTF-8");
	return true;
}

static bool read_regular(const char *path, size_t limit, struct text *content, struct error *error)
{
	struct stat about;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us up */

	if (file < 0)
		return error_set(error, ERROR_FATAL, "cannot be opened: %s", strerror(errno));
	bool good = false;
	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
		error_set(error, ERROR_FATAL, "is no regular file");
	else
		good = read_all(file, limit, content, error);
	close(file);
	return good;
}

bool settings_value_read(const char *path, char **value_out, struct error *error)
{
	struct text content = {0};

	if (!read_regular(path, SETTINGS_VALUE_LIMIT, &content, error)) {
		text_done(&content);
		return error_wrap(error, "the file %s", path);
	}
	scoped_text value = text_take(&content);
	if (value[strspn(value, " \t\r\n")] == '\0')
		return error_set(error, ERROR_FATAL, "the file %s is empty: put the value into it", path);
	for (size_t length = strlen(value); length > 0 && strchr("\r\n", value[length - 1]); length--)
		value[length - 1] = '\0';
	*value_out = take(value);
	return true;
}

static bool is_key(const char *key)
{
	size_t length = strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	return length > 0 && length <= KEY_LIMIT && key[length] == '\0';
}

static char *trim(char *words)
{
	words += strspn(words, " \t");
	for (size_t length = strlen(words); length > 0 && strchr(" \t\r", words[length - 1]); length--)
		words[length - 1] = '\0';
	return words;
}

/* Behind the opening quote. NULL: a complaint. */
static char *unquote(const char *at, char quote, const char **complaint_out)
{
	static const char from[] = "nt\"\\", to[] = "\n\t\"\\";
	struct text value = {0};

	for (; *at && *at != quote; at++) {
		const char *escape = quote == '"' && *at == '\\' && at[1] ? strchr(from, at[1]) : NULL;
		if (quote == '"' && *at == '\\' && !escape) {
			*complaint_out = "only \\n \\t \\\" \\\\ are known within double quotes";
			text_done(&value);
			return NULL;
		}
		text_add_bytes(&value, escape ? &to[escape - from] : at, 1);
		at += escape ? 1 : 0;
	}
	if (*at != quote || at[1]) {
		*complaint_out =
			*at ? "something stands behind the closing quote" : "the closing quote is missing";
		text_done(&value);
		return NULL;
	}
	return text_take(&value);
}

static char *value_of(char *words, const char **complaint_out)
{
	char *value = trim(words);

	if (*value == '"' || *value == '\'')
		return unquote(value + 1, *value, complaint_out);
	return own_copy(value);
}

/* The line is written into. */
static const char *read_line(struct settings_file *file, char *line, int number)
{
	const char *complaint = NULL;
	char *key = trim(line);

	if (!*key || *key == '#')
		return NULL;
	char *equals = strchr(key, '=');
	if (!equals)
		return "a line is KEY=value, or begins with #";
	*equals = '\0';
	key = trim(key);
	if (!is_key(key))
		return "a key has letters, digits and _ only";
	if (settings_file_find(file, key))
		return "this key was set further up already";
	char *value = value_of(equals + 1, &complaint);
	if (!value)
		return complaint;
	file->lines = own_resize(file->lines, file->count + 1, sizeof(*file->lines));
	file->lines[file->count++] = (struct settings_line){own_copy(key), value, number};
	return NULL;
}

static bool read_lines(struct settings_file *file, char *content, struct error *error)
{
	static const char byte_order_mark[] = "\xEF\xBB\xBF";
	int number = 1;

	if (strncmp(content, byte_order_mark, sizeof(byte_order_mark) - 1) == 0)
		content += sizeof(byte_order_mark) - 1;
	for (char *line = content, *next; line; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		const char *complaint = read_line(file, line, number);
		if (complaint)
			return error_set(error, ERROR_FATAL, "%s:%d: %s", file->path, number, complaint);
	}
	return true;
}

bool settings_file_read(const char *path, struct settings_file *file_out, struct error *error)
{
	struct text content = {0};
	struct settings_file file = {0};

	if (!read_regular(path, SETTINGS_FILE_LIMIT, &content, error)) {
		text_done(&content);
		return error_wrap(error, "the settings file %s", path);
	}
	scoped_text words = text_take(&content);
	file.path = own_copy(path);
	if (!read_lines(&file, words, error)) {
		settings_file_done(&file);
		return false;
	}
	*file_out = file;
	return true;
}

void settings_file_done(struct settings_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->lines[i].key);
		free(file->lines[i].value);
	}
	free(file->lines);
	free(file->path);
	*file = (struct settings_file){0};
}

const struct settings_line *settings_file_find(const struct settings_file *file, const char *key)
{
	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->lines[i].key, key) == 0)
			return &file->lines[i];
	return NULL;
}
