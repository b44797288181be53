/* One cell's value: making, comparing and showing it. */
#include "bridge/fields/cell.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_CHARACTERS 60 /* of a value in a log line or a message */

/* ---- making ---- */

static struct cell with_text(enum cell_kind kind, const char *text)
{
	if (!text || !*text)
		return (struct cell){0};
	return (struct cell){.kind = kind, .text = own_copy(text)};
}

struct cell cell_text(const char *text)
{
	return with_text(CELL_TEXT, text);
}

struct cell cell_choice(const char *name)
{
	return with_text(CELL_CHOICE, name);
}

struct cell cell_number(double number)
{
	return (struct cell){.kind = CELL_NUMBER, .number = number};
}

struct cell cell_truth(bool truth)
{
	return (struct cell){.kind = truth ? CELL_TRUE : CELL_EMPTY};
}

struct cell cell_time(int64_t time_ms)
{
	return (struct cell){.kind = CELL_TIME, .time_ms = time_ms};
}

struct cell cell_link(const char *id)
{
	struct cell cell = {0};

	if (id && *id)
		cell_links_add(&cell, id);
	return cell;
}

struct cell cell_wrong(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct cell cell = {.kind = CELL_WRONG, .text = own_format_list(format, arguments)};
	va_end(arguments);
	return cell;
}

void cell_links_add(struct cell *cell, const char *id)
{
	if (cell->kind != CELL_LINKS)
		*cell = (struct cell){.kind = CELL_LINKS};
	cell->ids = own_resize(cell->ids, cell->id_count + (size_t)1, sizeof *cell->ids);
	cell->ids[cell->id_count++] = own_copy(id);
}

static bool has_text(const struct cell *cell)
{
	return cell->kind == CELL_TEXT || cell->kind == CELL_CHOICE || cell->kind == CELL_WRONG;
}

void cell_done(struct cell *cell)
{
	if (cell->kind == CELL_EMPTY)
		return;
	if (has_text(cell))
		free(cell->text);
	for (size_t i = 0; i < cell->id_count; i++)
		free(cell->ids[i]);
	if (cell->kind == CELL_LINKS)
		free(cell->ids);
	*cell = (struct cell){0};
}

struct cell cell_copy(const struct cell *cell)
{
	struct cell copy = *cell;

	if (has_text(cell))
		copy.text = own_copy(cell->text);
	if (cell->kind != CELL_LINKS)
		return copy;
	copy = (struct cell){.kind = CELL_LINKS};
	for (size_t i = 0; i < cell->id_count; i++)
		cell_links_add(&copy, cell->ids[i]);
	return copy;
}

void cell_move(struct cell *to, struct cell *from)
{
	struct cell moved = *from;

	*from = (struct cell){0};
	cell_done(to);
	*to = moved;
}

/* ---- comparing ---- */

/* A text from which bytes are taken as the comparison sees them. */
struct reading {
	const char *at, *end;
	const struct cell_equivalence *equivalence;
};

static struct reading read_text(const char *text, const struct cell_equivalence *equivalence)
{
	const char *end = text + strlen(text);

	while (equivalence->trailing_breaks && end > text && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	return (struct reading){text, end, equivalence};
}

/* 0 at the end. */
static int next_byte(struct reading *reading)
{
	if (reading->at + 1 < reading->end && reading->at[0] == '\r' && reading->at[1] == '\n')
		reading->at++;
	if (reading->at == reading->end)
		return 0;
	char byte = *reading->at++;
	bool single_line = reading->equivalence->single_line;
	if (byte == '\r' || byte == '\n')
		return single_line ? ' ' : '\n';
	return single_line && byte == '\t' ? ' ' : (unsigned char)byte;
}

/* Past what Markdown is written with, and white space: "* a", "- a" and "\\- a" are all "a". */
static int next_bare_byte(struct reading *reading)
{
	int byte;

	do
		byte = next_byte(reading);
	while (byte && strchr(" \t\n*_\\`~#>+-=|[]()<!", byte));
	return byte;
}

static bool texts_equal(const char *a, const char *b, const struct cell_equivalence *equivalence,
			int (*next)(struct reading *reading))
{
	struct reading left = read_text(a, equivalence), right = read_text(b, equivalence);
	int byte;

	do {
		byte = next(&left);
		if (byte != next(&right))
			return false;
	} while (byte);
	return true;
}

static bool links_equal(const struct cell *a, const struct cell *b)
{
	if (a->id_count != b->id_count)
		return false;
	for (size_t i = 0; i < a->id_count; i++)
		if (strcmp(a->ids[i], b->ids[i]) != 0)
			return false;
	return true;
}

/* An empty cell is the text "". */
static const char *text_of(const struct cell *cell)
{
	if (cell->kind == CELL_TEXT)
		return cell->text;
	return cell->kind == CELL_EMPTY ? "" : NULL;
}

bool cell_equal(const struct cell *a, const struct cell *b, const struct cell_equivalence *equivalence)
{
	static const struct cell_equivalence exact = {0};

	if (!equivalence)
		equivalence = &exact;
	if (text_of(a) && text_of(b))
		return texts_equal(text_of(a), text_of(b), equivalence, next_byte);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case CELL_NUMBER:
		return a->number == b->number || fabs(a->number - b->number) < equivalence->tolerance;
	case CELL_TIME:
		return a->time_ms == b->time_ms;
	case CELL_CHOICE:
	case CELL_WRONG:
		return strcmp(a->text, b->text) == 0;
	case CELL_LINKS:
		return links_equal(a, b);
	default:
		return true; /* both ticked; texts are above */
	}
}

bool cell_hides_zero(const struct cell *shown, const struct cell *sent,
		     const struct cell_equivalence *equivalence)
{
	return equivalence->hides_zero && shown->kind == CELL_EMPTY && sent->kind == CELL_NUMBER &&
	       sent->number == 0;
}

bool cell_shows_sent(const struct cell *shown, const struct cell *sent,
		     const struct cell_equivalence *equivalence)
{
	return cell_equal(shown, sent, equivalence) || cell_hides_zero(shown, sent, equivalence) ||
	       (equivalence->markdown && text_of(shown) && text_of(sent) &&
		texts_equal(text_of(shown), text_of(sent), equivalence, next_bare_byte));
}

bool cell_same(const struct cell *a, const struct cell *b)
{
	if (a->kind != b->kind)
		return false;
	if (has_text(a))
		return strcmp(a->text, b->text) == 0;
	return cell_equal(a, b, NULL);
}

/* ---- showing ---- */

/* Of a text of any length only so much is looked at as can be shown; a control character shows as a space. */
static void add_shown(struct text *words, const char *text)
{
	size_t left = strlen(text);

	for (size_t count = 0; left > 0 && count <= SHOWN_CHARACTERS; count++) {
		size_t size = text_utf8_character(text, left);
		bool plain = size > 0 && (unsigned char)*text >= ' ' && *text != 0x7F;
		text_add_bytes(words, plain ? text : " ", plain ? size : 1);
		text += size > 0 ? size : 1;
		left -= size > 0 ? size : 1;
	}
}

static void add_links(struct text *words, const struct cell *cell)
{
	for (size_t i = 0; i < cell->id_count && words->length <= (size_t)4 * SHOWN_CHARACTERS; i++) {
		bool unknown = cell->ids[i][0] == CELL_UNKNOWN_LINK;
		text_add(words, i > 0 ? ", " : "");
		text_add(words, unknown ? "row " : "");
		add_shown(words, cell->ids[i] + (unknown ? 1 : 0));
	}
}

static void add_number(struct text *words, double number)
{
	scoped(json_object) json = json_number(number);

	json_add_to(words, json);
}

static void add_time(struct text *words, int64_t time_ms)
{
	char iso[CLOCK_ISO_SIZE];

	if (clock_iso(time_ms, iso))
		text_add(words, iso);
	else
		text_format(words, "%lld ms", (long long)time_ms);
}

static void add_cell(struct text *words, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_EMPTY:
		text_add(words, "empty");
		break;
	case CELL_TEXT:
		text_add(words, "\"");
		add_shown(words, cell->text);
		text_add(words, "\"");
		break;
	case CELL_NUMBER:
		add_number(words, cell->number);
		break;
	case CELL_TRUE:
		text_add(words, "ticked");
		break;
	case CELL_TIME:
		add_time(words, cell->time_ms);
		break;
	case CELL_CHOICE:
	case CELL_WRONG:
		add_shown(words, cell->text);
		break;
	case CELL_LINKS:
		add_links(words, cell);
		break;
	}
}

/* Where the first 'count' characters end. */
static size_t characters_end(const char *words, size_t count)
{
	size_t length = strlen(words), at = 0;

	for (; count > 0 && at < length; count--)
		at += text_utf8_character(words + at, length - at);
	return at;
}

void cell_show(const struct cell *cell, char *words_out, size_t size)
{
	struct text words = {0};

	add_cell(&words, cell);
	const char *shown = text_or_empty(&words);
	bool cut = characters_end(shown, SHOWN_CHARACTERS) < words.length;
	size_t length = cut ? characters_end(shown, SHOWN_CHARACTERS - 1) : words.length;
	if (size > 0) {
		length = text_utf8_prefix(shown, length, size - 1);
		snprintf(words_out, size, "%.*s", (int)length, shown);
		if (cut && length + strlen("…") < size)
			snprintf(words_out + length, size - length, "…");
	}
	text_done(&words);
}

bool cell_refuse(struct error *error, const char *name, const struct cell *cell, const char *why)
{
	const char *quote = cell->kind == CELL_TEXT || cell->kind == CELL_CHOICE ? "\"" : "";
	char shown[256];

	cell_show(cell, shown, sizeof shown);
	return error_set(error, ERROR_REFUSED, "%s: %s%s%s %s", name, quote, shown, quote, why);
}
