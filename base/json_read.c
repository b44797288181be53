/* Reading JSON: one pass over the bytes that checks all of RFC 8259 and builds json-c's objects.
 *
 * json-c's own reader is not used: it changes some input without a word (tested with 0.16: integers
 * beyond 64 bits, lone surrogates, doubled keys, keys with NUL) and accepts what is no JSON (NaN, control characters,
 * wrong UTF-8). A number with a fraction or exponent keeps its text, as in json-c.
 *
 * The path to the present place is kept as a stack of keys and indexes, whose memory is used again; it is
 * put into words only for a flaw.
 *
 * Three bytes of text ("{},") can take 800 bytes of memory. So each value is charged with about what it takes. A value
 * below which the charge or the depth passes its limit is left out: it is a flaw, and what stands behind it is read as
 * ever. What is charged, and how deep a value stands, is asked of whole documents: those of a list are three levels deep. */
#include "base/json.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct level {
	bool is_object;
	size_t index; /* in an array */
	char *key;    /* owned; in an object */
	size_t key_capacity;
};

enum charges {
	CHARGE_OBJECT = 760,
	CHARGE_MEMBER = 96, /* and its key */
	CHARGE_ARRAY = 160,
	CHARGE_ELEMENT = 16,
	CHARGE_VALUE = 64,     /* and a text */
	CHARGE_FRACTION = 112, /* which keeps its text */
};
#define UNIT_DEPTH 3 /* where a document stands in a list: "/rows/3/doc" */

struct reader {
	size_t charged;      /* bytes that the values so far take */
	size_t charged_most; /* for all */
	size_t unit_most;    /* for the unit that is being read */
	bool over;           /* one of both is passed: the values on the way up are given up */
	const char *begin, *at, *end;
	struct level levels[JSON_DEPTH_LIMIT];
	size_t depth;  /* levels in use */
	size_t known;  /* levels that ever were in use: their keys want freeing */
	char *scratch; /* owned; a text without its escapes */
	size_t scratch_capacity;
	struct json_flaws flaws;
	const char *wrong;            /* what makes it no JSON, at 'at' */
	const struct json_pick *pick; /* of the present value; NULL: all of it */
};

/* A text as it was found: in the input when it has no escapes, else in the scratch. */
struct piece {
	const char *bytes;
	size_t length;
	bool has_nul, has_lone_surrogate;
};

static bool read_value(struct reader *reader, struct json_object **value_out);
static bool skip_container(struct reader *reader);

static bool wrong(struct reader *reader, const char *words)
{
	if (!reader->wrong)
		reader->wrong = words;
	return false;
}

/* RFC 6901. */
static void add_path_step(struct text *path, const struct level *level)
{
	text_add(path, "/");
	if (!level->is_object) {
		text_format(path, "%zu", level->index);
		return;
	}
	for (const char *at = level->key; *at; at++) {
		if (*at == '~')
			text_add(path, "~0");
		else if (*at == '/')
			text_add(path, "~1");
		else
			text_add_bytes(path, at, 1);
	}
}

static char *path_here(const struct reader *reader)
{
	struct text path = {0};

	for (size_t i = 0; i < reader->depth; i++)
		add_path_step(&path, &reader->levels[i]);
	return text_take(&path);
}

static void add_flaw(struct reader *reader, const char *before, const char *bytes, size_t length,
		     const char *after)
{
	struct json_flaws *flaws = &reader->flaws;

	if (flaws->count++ >= JSON_FLAW_LIMIT)
		return;
	struct json_flaw *flaw = &flaws->kept[flaws->count - 1];
	size_t shown = text_utf8_prefix(bytes, length, 40);
	flaw->path = path_here(reader);
	snprintf(flaw->what, sizeof(flaw->what), "%s%.*s%s%s", before, (int)shown, bytes,
		 shown < length ? "…" : "", after);
}

static bool charge(struct reader *reader, size_t bytes)
{
	reader->charged += bytes;
	if (reader->charged <= reader->charged_most && reader->charged <= reader->unit_most)
		return true;
	reader->over = true;
	return wrong(reader, "it would take too much memory");
}

static void skip_space(struct reader *reader)
{
	while (reader->at < reader->end &&
	       (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t'))
		reader->at++;
}

static bool next_is(struct reader *reader, char wanted)
{
	skip_space(reader);
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

static bool read_hex(struct reader *reader, unsigned *unit_out)
{
	unsigned unit = 0;

	if (reader->end - reader->at < 4)
		return wrong(reader, "an escape is cut off");
	for (int i = 0; i < 4; i++) {
		char digit = *reader->at;
		unsigned value;
		if (digit >= '0' && digit <= '9')
			value = (unsigned)(digit - '0');
		else if (digit >= 'a' && digit <= 'f')
			value = (unsigned)(digit - 'a') + 10;
		else if (digit >= 'A' && digit <= 'F')
			value = (unsigned)(digit - 'A') + 10;
		else
			return wrong(reader, "\\u wants four hexadecimal digits");
		unit = unit * 16 + value;
		reader->at++;
	}
	*unit_out = unit;
	return true;
}

static char *put_utf8(char *out, unsigned point)
{
	if (point < 0x80) {
		*out++ = (char)point;
	} else if (point < 0x800) {
		*out++ = (char)(0xC0 | (point >> 6));
		*out++ = (char)(0x80 | (point & 63));
	} else if (point < 0x10000) {
		*out++ = (char)(0xE0 | (point >> 12));
		*out++ = (char)(0x80 | ((point >> 6) & 63));
		*out++ = (char)(0x80 | (point & 63));
	} else {
		*out++ = (char)(0xF0 | (point >> 18));
		*out++ = (char)(0x80 | ((point >> 12) & 63));
		*out++ = (char)(0x80 | ((point >> 6) & 63));
		*out++ = (char)(0x80 | (point & 63));
	}
	return out;
}

/* Behind "\u": one unit, or two that make a pair. */
static bool read_unicode(struct reader *reader, struct piece *piece, char **out)
{
	enum { REPLACEMENT = 0xFFFD };
	unsigned unit, second;

	if (!read_hex(reader, &unit))
		return false;
	if (unit >= 0xD800 && unit <= 0xDBFF && reader->end - reader->at >= 2 && reader->at[0] == '\\' &&
	    reader->at[1] == 'u') {
		const char *before_second = reader->at;
		reader->at += 2;
		if (!read_hex(reader, &second))
			return false;
		if (second >= 0xDC00 && second <= 0xDFFF)
			unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
		else
			reader->at = before_second;
	}
	if (unit >= 0xD800 && unit <= 0xDFFF) {
		piece->has_lone_surrogate = true;
		unit = REPLACEMENT;
	}
	piece->has_nul |= unit == 0;
	*out = put_utf8(*out, unit);
	return true;
}

static bool read_escape(struct reader *reader, struct piece *piece, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

	reader->at++;
	if (reader->at == reader->end)
		return wrong(reader, "a text has no end");
	if (*reader->at == 'u') {
		reader->at++;
		return read_unicode(reader, piece, out);
	}
	const char *found = *reader->at ? strchr(from, *reader->at) : NULL;
	if (!found)
		return wrong(reader, "no such escape");
	*(*out)++ = to[found - from];
	reader->at++;
	return true;
}

/* Over characters that stand for themselves. */
static bool skip_plain(struct reader *reader)
{
	const char *at = reader->at, *end = reader->end;

	while (at < end && *at != '"' && *at != '\\') {
		size_t size = 1;
		if ((signed char)*at < 0x20) {
			reader->at = at;
			if ((unsigned char)*at < 0x20)
				return wrong(reader, "a control character in a text");
			size = text_utf8_character(at, (size_t)(end - at));
			if (size == 0)
				return wrong(reader, "bytes that are no UTF-8");
		}
		at += size;
	}
	reader->at = at;
	return at < end || wrong(reader, "a text has no end");
}

/* Behind the first plain characters of a text that has escapes. What comes out is never longer
 * than what went in, so that the scratch is made large enough once. */
static bool read_escaped(struct reader *reader, const char *from, struct piece *piece)
{
	const char *closing = reader->at;

	while (closing < reader->end && *closing != '"')
		closing += *closing == '\\' && closing + 1 < reader->end ? 2 : 1;
	size_t needed = (size_t)(closing - from);
	if (needed > reader->scratch_capacity) {
		reader->scratch = own_resize(reader->scratch, needed, 2);
		reader->scratch_capacity = needed * 2;
	}
	char *out = reader->scratch;
	for (;;) {
		memcpy(out, from, (size_t)(reader->at - from));
		out += reader->at - from;
		if (*reader->at == '"')
			break;
		if (!read_escape(reader, piece, &out))
			return false;
		from = reader->at;
		if (!skip_plain(reader))
			return false;
	}
	piece->bytes = reader->scratch;
	piece->length = (size_t)(out - reader->scratch);
	return true;
}

/* At the opening quote; the piece holds until the next text is read. */
static bool read_piece(struct reader *reader, struct piece *piece)
{
	const char *from = ++reader->at;

	*piece = (struct piece){.bytes = from};
	if (!skip_plain(reader))
		return false;
	if (*reader->at == '"')
		piece->length = (size_t)(reader->at - from);
	else if (!read_escaped(reader, from, piece))
		return false;
	reader->at++;
	return true;
}

static void note_piece(struct reader *reader, const struct piece *piece, const char *what)
{
	if (piece->has_lone_surrogate)
		add_flaw(reader, what, "", 0, " has half of a surrogate pair");
	if (piece->has_nul)
		add_flaw(reader, what, "", 0, " has the character U+0000");
}

static bool read_text(struct reader *reader, struct json_object **value_out)
{
	struct piece piece = {0};

	if (!read_piece(reader, &piece))
		return false;
	note_piece(reader, &piece, "the text");
	if (!charge(reader, CHARGE_VALUE + piece.length))
		return false;
	*value_out = json_new_text_bytes(piece.bytes, piece.length);
	return true;
}

static size_t skip_digits(struct reader *reader)
{
	const char *from = reader->at;

	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
	return (size_t)(reader->at - from);
}

/* Checks the grammar of a number. */
static bool skip_number(struct reader *reader, bool *whole_out)
{
	if (*reader->at == '-')
		reader->at++;
	bool zero = reader->at < reader->end && *reader->at == '0';
	size_t digits = skip_digits(reader);
	if (digits == 0 || (zero && digits > 1))
		return wrong(reader, digits == 0 ? "a value was expected" : "a number begins with 0");
	*whole_out = true;
	if (reader->at < reader->end && *reader->at == '.') {
		*whole_out = false;
		reader->at++;
		if (skip_digits(reader) == 0)
			return wrong(reader, "digits were expected behind the point");
	}
	if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
		*whole_out = false;
		reader->at++;
		if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
			reader->at++;
		if (skip_digits(reader) == 0)
			return wrong(reader, "digits were expected in the exponent");
	}
	return true;
}

/* NULL when it has no place in 64 bits. */
static struct json_object *whole_number(const char *at, const char *end)
{
	bool negative = *at == '-';
	uint64_t number = 0;

	for (at += negative; at < end; at++)
		if (__builtin_mul_overflow(number, 10U, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
			return NULL;
	if (negative)
		return number <= (uint64_t)INT64_MAX + 1 ? json_new_int((int64_t)(0 - number)) : NULL;
	return number <= INT64_MAX ? json_new_int((int64_t)number) : json_new_unsigned(number);
}

/* Keeps its text. */
static struct json_object *exact_double(const char *bytes, size_t length, bool *finite_out)
{
	char small[64];
	scoped_text large = NULL;
	const char *text = small;

	if (length < sizeof(small)) {
		memcpy(small, bytes, length);
		small[length] = '\0';
	} else {
		large = own_copy_bytes(bytes, length);
		text = large;
	}
	double number = strtod(text, NULL);
	*finite_out = isfinite(number);
	return json_new_fraction(number, text);
}

static bool read_number(struct reader *reader, struct json_object **value_out)
{
	const char *from = reader->at;
	bool whole = true, finite = true;
	struct json_object *value = NULL;

	if (!skip_number(reader, &whole) || !charge(reader, whole ? CHARGE_VALUE : CHARGE_FRACTION))
		return false;
	if (whole)
		value = whole_number(from, reader->at);
	if (!value)
		value = exact_double(from, (size_t)(reader->at - from), &finite);
	if (!finite || (whole && json_is(value, json_type_double)))
		add_flaw(reader, "the number ", from, (size_t)(reader->at - from), " is out of range");
	*value_out = value;
	return true;
}

static bool read_word(struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return wrong(reader, "a value was expected");
	reader->at += length;
	return true;
}

static struct level *enter(struct reader *reader, bool is_object)
{
	if (!charge(reader, is_object ? CHARGE_OBJECT : CHARGE_ARRAY))
		return NULL;
	struct level *level = &reader->levels[reader->depth++];
	if (reader->depth > reader->known) {
		reader->known = reader->depth;
		*level = (struct level){0};
	}
	level->is_object = is_object;
	level->index = 0;
	return level;
}

static bool read_array(struct reader *reader, struct json_object **value_out)
{
	enum { FIRST_CAPACITY = 4 };
	struct level *level = enter(reader, false);

	if (!level)
		return false;
	reader->at++;
	struct json_object *array = json_new_array_sized(FIRST_CAPACITY);
	bool good = true;
	if (!next_is(reader, ']')) {
		for (;; level->index++) {
			struct json_object *value = NULL;
			good = read_value(reader, &value);
			good = good && charge(reader, CHARGE_ELEMENT);
			if (!good) {
				json_release(value);
				break;
			}
			json_append(array, value);
			if (next_is(reader, ','))
				continue;
			good = next_is(reader, ']') || wrong(reader, "',' or ']' was expected");
			break;
		}
	}
	reader->depth--;
	if (good)
		*value_out = array;
	else
		json_release(array);
	return good;
}

/* Into the level's own memory, where it stays while the value below it is read. */
static bool read_key(struct reader *reader, struct level *level, struct piece *key)
{
	skip_space(reader);
	if (reader->at == reader->end || *reader->at != '"')
		return wrong(reader, "a key was expected");
	if (!read_piece(reader, key))
		return false;
	if (key->length + 1 > level->key_capacity) {
		level->key_capacity = key->length + 32;
		level->key = own_resize(level->key, level->key_capacity, 1);
	}
	memcpy(level->key, key->bytes, key->length);
	level->key[key->length] = '\0';
	return next_is(reader, ':') || wrong(reader, "':' was expected");
}

/* ---- what is not wanted ---- */

static bool skip_value(struct reader *reader);

static bool skip_members(struct reader *reader)
{
	struct piece key;

	if (next_is(reader, '}'))
		return true;
	do {
		skip_space(reader);
		if (reader->at == reader->end || *reader->at != '"')
			return wrong(reader, "a key was expected");
		if (!read_piece(reader, &key))
			return false;
		if (!next_is(reader, ':'))
			return wrong(reader, "':' was expected");
		if (!skip_value(reader))
			return false;
	} while (next_is(reader, ','));
	return next_is(reader, '}') || wrong(reader, "',' or '}' was expected");
}

static bool skip_elements(struct reader *reader)
{
	if (next_is(reader, ']'))
		return true;
	do
		if (!skip_value(reader))
			return false;
	while (next_is(reader, ','));
	return next_is(reader, ']') || wrong(reader, "',' or ']' was expected");
}

static bool skip_value(struct reader *reader)
{
	struct piece text;
	bool whole;

	skip_space(reader);
	if (reader->at == reader->end)
		return wrong(reader, "the text ends where a value was expected");
	char first = *reader->at;
	if (first == '"')
		return read_piece(reader, &text);
	if (first == 't' || first == 'f' || first == 'n')
		return read_word(reader, first == 't' ? "true" : first == 'f' ? "false" : "null");
	if (first != '{' && first != '[')
		return skip_number(reader, &whole);
	if (reader->depth == JSON_DEPTH_LIMIT)
		return skip_container(reader);
	reader->depth++; /* only counted: no flaw is told from here */
	reader->at++;
	bool good = first == '{' ? skip_members(reader) : skip_elements(reader);
	reader->depth--;
	return good;
}

/* Whether the member is wanted, and what of its value. */
static bool is_picked(const struct json_pick *pick, const char *key, const struct json_pick **below_out)
{
	*below_out = NULL;
	for (size_t i = 0; pick && i < pick->count; i++)
		if (strcmp(pick->keys[i].name, key) == 0) {
			*below_out = pick->keys[i].below;
			return !pick->keys[i].dropped;
		}
	return !pick || pick->others;
}

/* ---- objects ---- */

static bool read_picked(struct reader *reader, const struct json_pick *below, struct json_object **value_out)
{
	const struct json_pick *here = reader->pick;

	reader->pick = below;
	bool good = read_value(reader, value_out);
	reader->pick = here;
	return good;
}

/* One key and its value; json-c keeps the last of doubled ones. */
static bool read_member(struct reader *reader, struct level *level, struct json_object *object)
{
	struct piece key = {0};
	struct json_object *value = NULL;

	const struct json_pick *below;

	if (!read_key(reader, level, &key))
		return false;
	if (!is_picked(reader->pick, level->key, &below))
		return skip_value(reader);
	note_piece(reader, &key, "the key");
	bool doubled = json_find(object, level->key, NULL);
	if (doubled)
		add_flaw(reader, "the key ", level->key, strlen(level->key), " comes twice");
	if (!charge(reader, CHARGE_MEMBER + key.length) || !read_picked(reader, below, &value))
		return false;
	if (doubled)
		json_put(object, level->key, value);
	else
		json_put_new(object, level->key, value);
	return true;
}

static bool read_object(struct reader *reader, struct json_object **value_out)
{
	struct level *level = enter(reader, true);

	if (!level)
		return false;
	reader->at++;
	struct json_object *object = json_new_object();
	bool good = true;
	if (!next_is(reader, '}')) {
		do
			good = read_member(reader, level, object);
		while (good && next_is(reader, ','));
		good = good && (next_is(reader, '}') || wrong(reader, "',' or '}' was expected"));
	}
	reader->depth--;
	if (good)
		*value_out = object;
	else
		json_release(object);
	return good;
}

static size_t strcspn_within(const struct reader *reader, const char *ends)
{
	const char *at = reader->at;

	while (at < reader->end && (!*at || !strchr(ends, *at)))
		at++;
	return (size_t)(at - reader->at);
}

/* Over an object or an array, which only has to have its ends. */
static bool skip_container(struct reader *reader)
{
	struct piece piece;
	size_t open = 0;

	do {
		reader->at += strcspn_within(reader, "{}[]\"");
		if (reader->at == reader->end)
			return wrong(reader, "the text ends within a value");
		if (*reader->at == '"') {
			if (!read_piece(reader, &piece))
				return false;
			continue;
		}
		open += *reader->at == '{' || *reader->at == '[' ? 1 : (size_t)-1;
		reader->at++;
	} while (open > 0);
	return true;
}

/* It is null instead, and a flaw. */
static bool leave_out(struct reader *reader, const char *from, const char *why,
		      struct json_object **value_out)
{
	add_flaw(reader, why, "", 0, "");
	reader->at = from;
	*value_out = NULL;
	return skip_container(reader);
}

static bool read_container(struct reader *reader, struct json_object **value_out)
{
	return *reader->at == '{' ? read_object(reader, value_out) : read_array(reader, value_out);
}

/* A document, or whatever else stands there: one that takes too much memory stops only itself. */
static bool read_unit(struct reader *reader, struct json_object **value_out)
{
	const char *from = reader->at;
	size_t before = reader->charged;

	reader->unit_most = before + JSON_UNIT_MEMORY;
	bool good = read_container(reader, value_out);
	reader->unit_most = SIZE_MAX;
	if (good || !reader->over)
		return good;
	reader->over = false;
	reader->wrong = NULL;
	reader->charged = before;
	return leave_out(reader, from, "it has so many values that it would take too much memory", value_out);
}

static bool read_value(struct reader *reader, struct json_object **value_out)
{
	skip_space(reader);
	if (reader->at == reader->end)
		return wrong(reader, "the text ends where a value was expected");
	switch (*reader->at) {
	case '{':
	case '[':
		if (reader->depth == JSON_DEPTH_LIMIT)
			return leave_out(reader, reader->at, "it is " JSON_DEPTH_WORDS, value_out);
		return reader->depth == UNIT_DEPTH ? read_unit(reader, value_out)
						   : read_container(reader, value_out);
	case '"':
		return read_text(reader, value_out);
	case 't':
		if (!read_word(reader, "true"))
			return false;
		*value_out = json_new_bool(1);
		return true;
	case 'f':
		if (!read_word(reader, "false"))
			return false;
		*value_out = json_new_bool(0);
		return true;
	case 'n':
		*value_out = NULL;
		return read_word(reader, "null");
	default:
		return read_number(reader, value_out);
	}
}

static bool refuse_place(const struct reader *reader, struct error *error)
{
	size_t line = 1, column = 1;

	for (const char *at = reader->begin; at < reader->at; at++) {
		if (*at == '\n') {
			line++;
			column = 1;
		} else if ((*at & 0xC0) != 0x80) {
			column++;
		}
	}
	return error_set(error, ERROR_REFUSED, "this %s: line %zu, column %zu: %s",
			 reader->over ? "JSON cannot be read" : "is no JSON", line, column, reader->wrong);
}

static bool refuse_flaw(const struct json_flaws *flaws, struct error *error)
{
	const struct json_flaw *flaw = &flaws->kept[0];

	return error_set(error, ERROR_REFUSED, "this JSON cannot be kept as it is: %s at \"%s\"", flaw->what,
			 flaw->path);
}

static void reader_done(struct reader *reader)
{
	for (size_t i = 0; i < reader->known; i++)
		free(reader->levels[i].key);
	free(reader->scratch);
	json_flaws_done(&reader->flaws);
}

bool json_read(const char *bytes, size_t length, struct json_object **json_out, struct json_flaws *flaws,
	       struct error *error)
{
	return json_read_picked(bytes, length, NULL, json_out, flaws, error);
}

bool json_read_picked(const char *bytes, size_t length, const struct json_pick *pick,
		      struct json_object **json_out, struct json_flaws *flaws, struct error *error)
{
	struct reader
		reader; /* levels are set as they are entered: clearing them all would cost more than a row */
	struct json_object *json = NULL;

	if (length > JSON_LENGTH_LIMIT)
		return error_set(error, ERROR_REFUSED, "a JSON text of %zu bytes is too long", length);
	reader.begin = reader.at = bytes;
	reader.end = bytes + length;
	reader.depth = reader.known = 0;
	reader.scratch = NULL;
	reader.scratch_capacity = 0;
	reader.flaws.count = 0;
	reader.wrong = NULL;
	reader.charged = 0;
	reader.charged_most = JSON_UNIT_MEMORY + 2 * length;
	reader.unit_most = SIZE_MAX;
	reader.over = false;
	reader.pick = pick;
	bool good = read_value(&reader, &json);
	if (good) {
		skip_space(&reader);
		good = reader.at == reader.end || wrong(&reader, "something stands behind the value");
	}
	if (!good)
		refuse_place(&reader, error);
	else if (reader.flaws.count > 0 && !flaws)
		good = refuse_flaw(&reader.flaws, error);
	if (good) {
		*json_out = json;
		if (flaws && reader.flaws.count > 0)
			*flaws = reader.flaws;
		else if (flaws)
			flaws->count = 0;
		reader.flaws.count = 0;
	} else {
		json_release(json);
	}
	reader_done(&reader);
	return good;
}

void json_flaws_done(struct json_flaws *flaws)
{
	for (size_t i = 0; i < flaws->count && i < JSON_FLAW_LIMIT; i++)
		free(flaws->kept[i].path);
	flaws->count = 0;
}

const struct json_flaw *json_flaws_below(const struct json_flaws *flaws, const char *path)
{
	static const struct json_flaw others = {NULL, "more flaws than can be listed"};
	size_t length = strlen(path);

	for (size_t i = 0; i < flaws->count && i < JSON_FLAW_LIMIT; i++) {
		const char *found = flaws->kept[i].path;
		if (strncmp(found, path, length) == 0 && (found[length] == '\0' || found[length] == '/'))
			return &flaws->kept[i];
	}
	return flaws->count > JSON_FLAW_LIMIT ? &others : NULL;
}
