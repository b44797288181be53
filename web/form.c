#include "web/form.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte = (char)(byte | 0x20);
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The byte that stands for '%' and two digits; -1: they are none, or there are no two. */
static int decoded_byte(const char *digits, size_t length)
{
	if (length < 2)
		return -1;
	int high = digit_of(digits[0]), low = digit_of(digits[1]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* The caller frees. NULL: it cannot be read. */
static char *decode(const char *words, size_t length)
{
	char *out = own_alloc(length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		int byte = words[i] == '+' ? ' ' : (unsigned char)words[i];
		if (words[i] == '%') {
			byte = decoded_byte(words + i + 1, length - i - 1);
			i += 2;
		}
		if (byte <= 0) {
			free(out);
			return NULL;
		}
		out[used++] = (char)byte;
	}
	if (text_is_utf8(out, used))
		return out;
	free(out);
	return NULL;
}

static bool add_field(struct web_form *form, const char *words, size_t length)
{
	const char *sign = memchr(words, '=', length);
	size_t name_length = sign ? (size_t)(sign - words) : length;

	if (length == 0)
		return true; /* "a=1&&b=2" */
	if (form->count == WEB_FORM_FIELDS_MOST)
		return false;
	struct web_form_field *field = &form->fields[form->count++];
	field->name = decode(words, name_length);
	field->value = decode(sign ? sign + 1 : "", sign ? length - name_length - 1 : 0);
	return field->name && field->value;
}

bool web_form_read(const char *words, size_t length, struct web_form *form_out)
{
	struct web_form form = {0};
	const char *end = words + length;

	for (bool more = length > 0; more;) {
		const char *sign = memchr(words, '&', (size_t)(end - words));
		const char *field_end = sign ? sign : end;
		if (!add_field(&form, words, (size_t)(field_end - words))) {
			web_form_done(&form);
			return false;
		}
		words = field_end + 1;
		more = sign;
	}
	*form_out = form;
	return true;
}

const char *web_form_value(const struct web_form *form, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < form->count; i++) {
		if (strcmp(form->fields[i].name, name) != 0)
			continue;
		if (value)
			return NULL;
		value = form->fields[i].value;
	}
	return value;
}

void web_form_done(struct web_form *form)
{
	for (size_t i = 0; i < form->count; i++) {
		free(form->fields[i].name);
		free(form->fields[i].value);
	}
	*form = (struct web_form){0};
}
