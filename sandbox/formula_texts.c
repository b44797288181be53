/* Formulas: functions of texts. Lengths and places count UTF-16 units, as in JavaScript. */
#include "sandbox/formula_tree.h"

#include "base/text.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

/* ---- letters ---- */

static locale_t letters;

static void letters_open(void)
{
	letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	assert(letters); /* part of glibc itself */
}

/* The character at 'at' and its bytes; 0 where there is none. */
static size_t decode(const char *at, wint_t *character_out)
{
	const unsigned char *byte = (const unsigned char *)at;
	size_t length = *byte < 0x80   ? 1
			: *byte < 0xC2 ? 0
			: *byte < 0xE0 ? 2
			: *byte < 0xF0 ? 3
			: *byte < 0xF5 ? 4
				       : 0;
	wint_t character = length == 1 ? *byte : *byte & (0x7Fu >> length);

	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
		character = character << 6 | (byte[i] & 0x3F);
	}
	*character_out = character;
	return length;
}

static size_t encode(wint_t character, char *out)
{
	size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = length; i-- > 0; character >>= 6)
		out[i] = (char)(i > 0 ? 0x80 | (character & 0x3F) : leads[length] | character);
	return length;
}

/* No letter's other case takes more than twice its bytes. */
#define CASE_GROWTH 2

static void map_letters(const char *text, char *out, wint_t (*map)(wint_t, locale_t))
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	wint_t character;

	pthread_once(&once, letters_open);
	while (*text) {
		size_t length = decode(text, &character);
		if (length > 0)
			out += encode(map(character, letters), out);
		else
			*out++ = *text;
		text += length > 0 ? length : 1;
	}
	*out = '\0';
}

static char *mapped(struct formula_walk *walk, const char *text, wint_t (*map)(wint_t, locale_t))
{
	char *room = formula_text_room(walk, strlen(text) * CASE_GROWTH + 1);

	if (room)
		map_letters(text, room, map);
	return room;
}

char *formula_name_lower(const char *name)
{
	char *lower = own_alloc(strlen(name) * CASE_GROWTH + 1);

	map_letters(name, lower, towlower_l);
	return lower;
}

/* ---- texts ---- */

/* NULL when memory is out. */
static struct formula_value text_or_fault(const char *text)
{
	return text ? formula_text(text) : formula_fault();
}

static struct formula_value copy_of(struct formula_walk *walk, const char *bytes, size_t length)
{
	char *room = formula_text_room(walk, length + 1);

	if (room)
		memcpy(room, bytes, length);
	return text_or_fault(room);
}

/* Behind so many units of the text; a character of two units is not torn. */
static const char *skip_units(const char *text, double count)
{
	wint_t character;

	while (*text) {
		size_t length = decode(text, &character);
		int units = length == 4 ? 2 : 1;
		if (!(count >= units))
			break;
		count -= units;
		text += length > 0 ? length : 1;
	}
	return text;
}

static double units_before(const char *text, const char *end)
{
	double count = 0;
	wint_t character;

	while (text < end) {
		size_t length = decode(text, &character);
		count += length == 4 ? 2 : 1;
		text += length > 0 ? length : 1;
	}
	return count;
}

static struct formula_value run_len(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	(void)count;
	return formula_number((double)text_utf16_length(formula_as_text(walk, values[0])));
}

static struct formula_value run_lower(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)count;
	return text_or_fault(mapped(walk, formula_as_text(walk, values[0]), towlower_l));
}

static struct formula_value run_upper(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)count;
	return text_or_fault(mapped(walk, formula_as_text(walk, values[0]), towupper_l));
}

static struct formula_value run_trim(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	static const char space[] = " \t\r\n\v\f";
	const char *text = formula_as_text(walk, values[0]);
	(void)count;

	text += strspn(text, space);
	size_t length = strlen(text);
	while (length > 0 && strchr(space, text[length - 1]))
		length--;
	return copy_of(walk, text, length);
}

static struct formula_value slice(struct formula_walk *walk, const char *text, double start, double length)
{
	const char *from = skip_units(text, start);

	return copy_of(walk, from, (size_t)(skip_units(from, length) - from));
}

static struct formula_value run_left(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	double length;
	(void)count;

	return formula_as_number(values[1], &length)
		       ? slice(walk, formula_as_text(walk, values[0]), 0, length)
		       : formula_fault();
}

static struct formula_value run_right(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	const char *text = formula_as_text(walk, values[0]);
	double length;
	(void)count;

	if (!formula_as_number(values[1], &length))
		return formula_fault();
	length = length > 0 ? trunc(length) : 0;
	return slice(walk, text, (double)text_utf16_length(text) - length, length);
}

static struct formula_value run_mid(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	double start, length;
	(void)count;

	if (!formula_as_number(values[1], &start) || !formula_as_number(values[2], &length) || start < 1)
		return formula_fault();
	return slice(walk, formula_as_text(walk, values[0]), start - 1, length);
}

/* Where the needle is, counted from 1; 0 when it is nowhere. */
static struct formula_value position(const char *needle, const char *hay, const struct formula_value *start)
{
	double from = 1;

	if (start && (!formula_as_number(*start, &from) || from < 0))
		return formula_fault();
	const char *found = strstr(skip_units(hay, from - 1), needle);
	return formula_number(found ? units_before(hay, found) + 1 : 0);
}

static struct formula_value run_find(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	return position(formula_as_text(walk, values[0]), formula_as_text(walk, values[1]),
			count > 2 ? &values[2] : NULL);
}

static struct formula_value run_search(struct formula_walk *walk, const struct formula_value *values,
				       size_t count)
{
	const char *needle = mapped(walk, formula_as_text(walk, values[0]), towlower_l);
	const char *hay = mapped(walk, formula_as_text(walk, values[1]), towlower_l);

	if (!needle || !hay)
		return formula_fault();
	struct formula_value where = position(needle, hay, count > 2 ? &values[2] : NULL);
	return where.kind == FORMULA_NUMBER && where.number == 0 ? formula_blank() : where;
}

static struct formula_value run_concatenate(struct formula_walk *walk, const struct formula_node *call)
{
	return formula_walk_join(walk, call->parts);
}

/* Digits with commas between them, as "1,234.50"; not what else strtod takes ("inf", "0x10"). */
static struct formula_value run_value(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	enum { MOST = 64 };
	char digits[MOST + 1];
	size_t length = 0;
	double number;
	(void)count;

	if (values[0].kind != FORMULA_TEXT)
		return formula_as_number(values[0], &number) ? values[0] : formula_fault();
	struct formula_value trimmed = run_trim(walk, values, 1);
	for (const char *at = formula_as_text(walk, trimmed); *at; at++) {
		if (!strchr("0123456789.+-eE,", *at) || length == MOST)
			return formula_fault();
		if (*at != ',')
			digits[length++] = *at;
	}
	digits[length] = '\0';
	char *end;
	number = strtod(digits, &end);
	return length > 0 && !*end ? formula_number(number) : formula_fault();
}

/* ---- the table, in the order of the alphabet ---- */

#define ANY FORMULA_ARGUMENTS_ANY

static const struct formula_function functions[] = {
	{"CONCATENATE", 1, ANY, NULL, run_concatenate, false},
	{"FIND", 2, 3, run_find, NULL, false},
	{"LEFT", 2, 2, run_left, NULL, false},
	{"LEN", 1, 1, run_len, NULL, false},
	{"LOWER", 1, 1, run_lower, NULL, false},
	{"MID", 3, 3, run_mid, NULL, false},
	{"RIGHT", 2, 2, run_right, NULL, false},
	{"SEARCH", 2, 3, run_search, NULL, false},
	{"TRIM", 1, 1, run_trim, NULL, false},
	{"UPPER", 1, 1, run_upper, NULL, false},
	{"VALUE", 1, 1, run_value, NULL, false},
};

const struct formula_functions formula_texts = {functions, countof(functions)};
