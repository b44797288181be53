#include "sandbox/normalise.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

static char *single_line(const char *words)
{
	char *text = own_copy(words);

	for (char *at = text; *at; at++)
		if (*at == '\t')
			*at = ' ';
	return text;
}

static char *multiline(const char *words)
{
	size_t length = strlen(words);

	while (length > 0 && words[length - 1] == '\n')
		length--;
	return own_copy_bytes(words, length);
}

static bool is_word(char character)
{
	return isalnum((unsigned char)character) || (unsigned char)character >= 0x80;
}

/* Where the emphasis that opens at 'at' with 'mark' closes, or NULL: it opens none. */
static const char *closing(const char *at, const char *mark)
{
	size_t length = strlen(mark);

	if (strncmp(at, mark, length) != 0 || at[length] == '\0' || at[length] == *mark ||
	    isspace((unsigned char)at[length]))
		return NULL;
	const char *end = strstr(at + length, mark);
	const char *line = strchr(at, '\n');
	return end && (!line || end < line) && end[length] != *mark ? end : NULL;
}

/* Writes one character or one emphasis, and answers where it ends. */
static const char *add_rich(struct text *text, const char *line, const char *at)
{
	bool inside = at > line && is_word(at[-1]);
	const char *strong = inside ? NULL : closing(at, "__");
	const char *soft = at > line && at[-1] == '*' ? NULL : closing(at, "*");

	if (strong || soft) {
		size_t mark = strong ? 2 : 1;
		const char *end = strong ? strong : soft;
		text_add(text, strong ? "**" : "_");
		text_add_bytes(text, at + mark, (size_t)(end - at) - mark);
		text_add(text, strong ? "**" : "_");
		return end + mark;
	}
	if (*at == '_' && inside && is_word(at[1]))
		text_add(text, "\\");
	text_add_bytes(text, at, 1);
	return at + 1;
}

static char *rich(const char *words)
{
	struct text text = {0};
	const char *at = words;

	while (*at) {
		const char *line = at;
		if (strncmp(at, "* ", 2) == 0) {
			text_add(&text, "- ");
			at += 2;
		}
		while (*at && *at != '\n')
			at = add_rich(&text, line, at);
		text_add(&text, "\n");
		at += *at == '\n';
	}
	if (text.length == 0)
		text_add(&text, "\n");
	return text_take(&text);
}

char *sandbox_normalise(const char *type, const char *words)
{
	if (strcmp(type, "singleLineText") == 0)
		return single_line(words);
	if (strcmp(type, "multilineText") == 0)
		return multiline(words);
	return strcmp(type, "richText") == 0 ? rich(words) : own_copy(words);
}
