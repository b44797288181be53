/* Formulas: the functions, one table. Lengths and places in texts count UTF-16 units, as in JavaScript. */
#include "sandbox/formula_tree.h"

#include "base/text.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)

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

/* ---- numbers ---- */

static struct formula_value run_abs(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	double number;
	(void)walk;
	(void)count;

	return formula_as_number(values[0], &number) ? formula_number(fabs(number)) : formula_fault();
}

static struct formula_value run_int(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	double number;
	(void)walk;
	(void)count;

	return formula_as_number(values[0], &number) ? formula_number(floor(number)) : formula_fault();
}

/* Halves go up, towards positive infinity, says Airtable. */
static struct formula_value run_round(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	double number, places = 0;
	(void)walk;

	if (!formula_as_number(values[0], &number) || (count > 1 && !formula_as_number(values[1], &places)))
		return formula_fault();
	if (!isfinite(number))
		return formula_number(number);
	double scale = pow(10, trunc(places));
	double rounded = floor(number * scale + 0.5) / scale;
	/* So many places that the number has none to lose, or so few that nothing is left to scale by. */
	return formula_number(isfinite(rounded) ? rounded : places > 0 ? number : 0);
}

/* Folds the numbers among the arguments, blanks left out. */
static struct formula_value fold(struct formula_walk *walk, const struct formula_node *call,
				 double (*join)(double so_far, double next))
{
	double result = 0, number;
	bool any = false;

	for (const struct formula_node *part = call->parts; part; part = part->next) {
		struct formula_value value = formula_walk_node(walk, part);
		if (!formula_as_number(value, &number))
			return formula_fault();
		if (value.kind == FORMULA_BLANK)
			continue;
		result = any ? join(result, number) : number;
		any = true;
	}
	return formula_number(result);
}

static double add(double a, double b)
{
	return a + b;
}

static struct formula_value run_min(struct formula_walk *walk, const struct formula_node *call)
{
	return fold(walk, call, fmin);
}

static struct formula_value run_max(struct formula_walk *walk, const struct formula_node *call)
{
	return fold(walk, call, fmax);
}

static struct formula_value run_sum(struct formula_walk *walk, const struct formula_node *call)
{
	return fold(walk, call, add);
}

/* ---- logic ---- */

/* How many arms there are and how many of them are true; false when one is a fault. */
static bool count_arms(struct formula_walk *walk, const struct formula_node *call, size_t *arms_out,
		       size_t *true_out)
{
	size_t arms = 0, truths = 0;

	for (const struct formula_node *part = call->parts; part; part = part->next, arms++) {
		struct formula_value value = formula_walk_node(walk, part);
		if (value.kind == FORMULA_FAULT)
			return false;
		truths += formula_is_true(value);
	}
	*arms_out = arms;
	*true_out = truths;
	return true;
}

static struct formula_value run_and(struct formula_walk *walk, const struct formula_node *call)
{
	size_t arms, truths;

	return count_arms(walk, call, &arms, &truths) ? formula_truth(arms == truths) : formula_fault();
}

static struct formula_value run_xor(struct formula_walk *walk, const struct formula_node *call)
{
	size_t arms, truths;

	return count_arms(walk, call, &arms, &truths) ? formula_truth(truths % 2 == 1) : formula_fault();
}

static struct formula_value run_or(struct formula_walk *walk, const struct formula_node *call)
{
	return formula_walk_either(walk, call->either);
}

static struct formula_value run_not(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	(void)walk;
	(void)count;
	return formula_truth(!formula_is_true(values[0]));
}

static struct formula_value run_if(struct formula_walk *walk, const struct formula_node *call)
{
	const struct formula_node *then = call->parts->next;
	struct formula_value condition = formula_walk_node(walk, call->parts);

	if (condition.kind == FORMULA_FAULT)
		return condition;
	if (formula_is_true(condition))
		return formula_walk_node(walk, then);
	return then->next ? formula_walk_node(walk, then->next) : formula_blank();
}

/* SWITCH(value, pattern, result, pattern, result, ..., otherwise) */
static struct formula_value run_switch(struct formula_walk *walk, const struct formula_node *call)
{
	struct formula_value value = formula_walk_node(walk, call->parts);
	const struct formula_node *part = call->parts->next;

	if (value.kind == FORMULA_FAULT)
		return value;
	for (; part && part->next; part = part->next->next) {
		struct formula_value pattern = formula_walk_node(walk, part);
		if (pattern.kind == FORMULA_FAULT)
			return pattern;
		if (formula_is_equal(value, pattern))
			return formula_walk_node(walk, part->next);
	}
	return part ? formula_walk_node(walk, part) : formula_blank();
}

static struct formula_value run_blank(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_blank();
}

static struct formula_value run_true(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_truth(true);
}

static struct formula_value run_false(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_truth(false);
}

static struct formula_value run_error(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_fault();
}

static struct formula_value run_iserror(struct formula_walk *walk, const struct formula_node *call)
{
	return formula_truth(formula_walk_node(walk, call->parts).kind == FORMULA_FAULT);
}

/* ---- the row and the time ---- */

static struct formula_value run_record_id(struct formula_walk *walk, const struct formula_value *values,
					  size_t count)
{
	(void)values;
	(void)count;
	return formula_text(walk->row->record_id(walk->row->context));
}

static struct formula_value run_created(struct formula_walk *walk, const struct formula_value *values,
					size_t count)
{
	(void)values;
	(void)count;
	return formula_time(walk->row->created_ms(walk->row->context));
}

static struct formula_value run_modified(struct formula_walk *walk, const struct formula_node *call)
{
	size_t count = 0;
	for (const struct formula_node *part = call->parts; part; part = part->next)
		count++;
	int *fields = (int *)(void *)formula_text_room(walk, count * sizeof *fields);
	if (!fields)
		return formula_fault();

	size_t at = 0;
	for (const struct formula_node *part = call->parts; part; part = part->next)
		fields[at++] = part->field;
	int64_t modified_ms = walk->row->modified_ms(walk->row->context, fields, count);
	return modified_ms == 0 ? formula_blank() : formula_time(modified_ms);
}

static struct formula_value run_now(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	(void)values;
	(void)count;
	return formula_time(walk->now_ms);
}

static struct formula_value run_today(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)values;
	(void)count;
	return formula_time(formula_unit_start(formula_unit_find("day"), walk->now_ms));
}

enum times { TIMES_BOTH, TIMES_BLANK, TIMES_BAD };

/* A blank is no date, and no fault either: a row that was never edited is not after anything. */
static enum times read_times(const struct formula_value *values, int64_t *first_ms_out,
			     int64_t *second_ms_out)
{
	if (values[0].kind == FORMULA_BLANK || values[1].kind == FORMULA_BLANK)
		return TIMES_BLANK;
	if (!formula_as_time(values[0], first_ms_out) || !formula_as_time(values[1], second_ms_out))
		return TIMES_BAD;
	return TIMES_BOTH;
}

/* The argument's unit, or the default when it was not given; NULL for a name that is none. */
static const struct formula_unit *unit_argument(const struct formula_value *values, size_t count,
						size_t place, const char *otherwise)
{
	if (count <= place)
		return formula_unit_find(otherwise);
	return values[place].kind == FORMULA_TEXT ? formula_unit_find(values[place].text) : NULL;
}

static struct formula_value run_is_after(struct formula_walk *walk, const struct formula_value *values,
					 size_t count)
{
	int64_t first_ms = 0, second_ms = 0;
	enum times times = read_times(values, &first_ms, &second_ms);
	(void)walk;
	(void)count;

	return times == TIMES_BAD ? formula_fault()
				  : formula_truth(times == TIMES_BOTH && first_ms > second_ms);
}

static struct formula_value run_is_before(struct formula_walk *walk, const struct formula_value *values,
					  size_t count)
{
	const struct formula_value swapped[2] = {values[1], values[0]};

	return run_is_after(walk, swapped, count);
}

static struct formula_value run_is_same(struct formula_walk *walk, const struct formula_value *values,
					size_t count)
{
	int64_t first_ms = 0, second_ms = 0;
	enum times times = read_times(values, &first_ms, &second_ms);
	const struct formula_unit *unit = unit_argument(values, count, 2, "millisecond");
	(void)walk;

	if (times == TIMES_BAD || !unit)
		return formula_fault();
	return formula_truth(times == TIMES_BOTH &&
			     formula_unit_start(unit, first_ms) == formula_unit_start(unit, second_ms));
}

static struct formula_value run_diff(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	int64_t first_ms = 0, second_ms = 0;
	enum times times = read_times(values, &first_ms, &second_ms);
	const struct formula_unit *unit = unit_argument(values, count, 2, "second");
	(void)walk;

	if (times == TIMES_BAD || !unit)
		return formula_fault();
	return times == TIMES_BLANK ? formula_blank()
				    : formula_number(formula_unit_between(unit, second_ms, first_ms));
}

static struct formula_value run_dateadd(struct formula_walk *walk, const struct formula_value *values,
					size_t count)
{
	const struct formula_unit *unit = unit_argument(values, count, 2, "day");
	int64_t time_ms, moved_ms;
	double amount;
	(void)walk;

	if (values[0].kind == FORMULA_BLANK)
		return formula_blank();
	if (!unit || !formula_as_time(values[0], &time_ms) || !formula_as_number(values[1], &amount) ||
	    !formula_unit_add(unit, time_ms, amount, &moved_ms))
		return formula_fault();
	return formula_time(moved_ms);
}

static struct formula_value run_parse(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	int64_t time_ms;
	(void)walk;

	if (values[0].kind == FORMULA_BLANK)
		return formula_blank();
	if (count > 1 && values[0].kind == FORMULA_TEXT && values[1].kind == FORMULA_TEXT)
		return formula_date_read_as(values[0].text, values[1].text, &time_ms) ? formula_time(time_ms)
										      : formula_fault();
	return formula_as_time(values[0], &time_ms) ? formula_time(time_ms) : formula_fault();
}

/* ---- the table, in the order of the alphabet ---- */

#define ANY FORMULA_ARGUMENTS_ANY

static const struct formula_function functions[] = {
	{"ABS", 1, 1, run_abs, NULL, false},
	{"AND", 1, ANY, NULL, run_and, false},
	{"BLANK", 0, 0, run_blank, NULL, false},
	{"CONCATENATE", 1, ANY, NULL, run_concatenate, false},
	{"CREATED_TIME", 0, 0, run_created, NULL, false},
	{"DATEADD", 3, 3, run_dateadd, NULL, false},
	{"DATETIME_DIFF", 2, 3, run_diff, NULL, false},
	{"DATETIME_PARSE", 1, 2, run_parse, NULL, false},
	{"ERROR", 0, 0, run_error, NULL, false},
	{"FALSE", 0, 0, run_false, NULL, false},
	{"FIND", 2, 3, run_find, NULL, false},
	{"IF", 2, 3, NULL, run_if, false},
	{"INT", 1, 1, run_int, NULL, false},
	{"ISERROR", 1, 1, NULL, run_iserror, false},
	{"IS_AFTER", 2, 2, run_is_after, NULL, false},
	{"IS_BEFORE", 2, 2, run_is_before, NULL, false},
	{"IS_SAME", 2, 3, run_is_same, NULL, false},
	{"LAST_MODIFIED_TIME", 0, ANY, NULL, run_modified, true},
	{"LEFT", 2, 2, run_left, NULL, false},
	{"LEN", 1, 1, run_len, NULL, false},
	{"LOWER", 1, 1, run_lower, NULL, false},
	{"MAX", 1, ANY, NULL, run_max, false},
	{"MID", 3, 3, run_mid, NULL, false},
	{"MIN", 1, ANY, NULL, run_min, false},
	{"NOT", 1, 1, run_not, NULL, false},
	{"NOW", 0, 0, run_now, NULL, false},
	{"OR", 1, ANY, NULL, run_or, false},
	{"RECORD_ID", 0, 0, run_record_id, NULL, false},
	{"RIGHT", 2, 2, run_right, NULL, false},
	{"ROUND", 1, 2, run_round, NULL, false},
	{"SEARCH", 2, 3, run_search, NULL, false},
	{"SUM", 1, ANY, NULL, run_sum, false},
	{"SWITCH", 3, ANY, NULL, run_switch, false},
	{"TODAY", 0, 0, run_today, NULL, false},
	{"TRIM", 1, 1, run_trim, NULL, false},
	{"TRUE", 0, 0, run_true, NULL, false},
	{"UPPER", 1, 1, run_upper, NULL, false},
	{"VALUE", 1, 1, run_value, NULL, false},
	{"XOR", 1, ANY, NULL, run_xor, false},
};

const struct formula_function *formula_function_find(const char *name)
{
	for (size_t i = 0; i < countof(functions); i++)
		if (strcasecmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

bool formula_function_is(const struct formula_function *function, const char *name)
{
	return strcmp(function->name, name) == 0;
}
