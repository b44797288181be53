#include "web/cookie.h"
#include <string.h>

#define BLANKS " \t"

/* Whether this piece is "name=value"; the value is not copied when it does not fit. */
static bool take_piece(const char *piece, size_t length, const char *name, char *value_out, size_t size)
{
	size_t name_length = strlen(name);

	if (length <= name_length || strncmp(piece, name, name_length) != 0 || piece[name_length] != '=')
		return false;
	const char *value = piece + name_length + 1;
	size_t value_length = length - name_length - 1;
	while (value_length > 0 && strchr(BLANKS, value[value_length - 1]))
		value_length--;
	if (value_length < size) {
		memcpy(value_out, value, value_length);
		value_out[value_length] = '\0';
	}
	return true;
}

bool web_cookie_find(const char *header, const char *name, char *value_out, size_t size)
{
	unsigned found = 0;

	value_out[0] = '\0';
	for (const char *at = header ? header : ""; *at;) {
		at += strspn(at, BLANKS);
		size_t length = strcspn(at, ";");
		found += take_piece(at, length, name, value_out, size);
		at += length + (at[length] == ';');
	}
	if (found != 1)
		value_out[0] = '\0';
	return found == 1 && value_out[0] != '\0';
}
