/* Four body shapes carry errors, and the edge in front of the service knows none of them:
 *
 *     {"error":{"type":"T","message":"M"}}   {"error":{"type":"T"}}
 *     {"error":"T"}                          {"errors":[{"error":"T","message":"M"}]}
 *
 * The type decides first, then the status. */
#include "airtable/answer.h"
#include "base/log.h"
#include <math.h>
#include <string.h>

#define ITERATOR_LOST "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"

enum {
	SHOWN_FIRST = 150, /* bytes of a message in our sentence: its beginning, and its end */
	SHOWN_LAST = 150,
	SHOWN_TYPE = 60,
};

struct complaint {
	const char *type, *message; /* borrowed from the body; "" when it says none */
};

static const char *first_text(struct json_object *object, const char *key, const char *other_key)
{
	return json_text_or(object, key, json_text_or(object, other_key, ""));
}

static struct complaint complaint_read(struct json_object *body)
{
	struct complaint found = {"", ""};
	if (!json_is(body, json_type_object))
		return found;
	struct json_object *object = json_child(body, "error", json_type_object);
	struct json_object *array = json_child(body, "errors", json_type_array);
	if (!object && array && json_length(array) > 0)
		object = json_at(array, 0);
	if (json_is(object, json_type_object)) {
		found.type = first_text(object, "type", "error");
		found.message = json_text_or(object, "message", "");
	} else {
		found.type = json_text_or(body, "error", "");
		found.message = json_text_or(body, "message", "");
	}
	return found;
}

struct meaning {
	int status_from, status_to;
	const char *type; /* NULL: any */
	enum error_kind kind;
};

/* The first that fits. */
static const struct meaning meanings[] = {
	{400, 599, ITERATOR_LOST, ERROR_LOST}, {429, 429, "PUBLIC_API_BILLING_LIMIT_EXCEEDED", ERROR_FATAL},
	{429, 429, NULL, ERROR_RETRY},         {401, 401, NULL, ERROR_FATAL},
	{403, 403, NULL, ERROR_FATAL},         {404, 404, NULL, ERROR_LOST},
	{400, 499, NULL, ERROR_REFUSED},       {500, 599, NULL, ERROR_RETRY},
};

static enum error_kind kind_of(int status, const char *type)
{
	for (size_t i = 0; i < countof(meanings); i++) {
		const struct meaning *meaning = &meanings[i];
		if (status >= meaning->status_from && status <= meaning->status_to &&
		    (!meaning->type || strcmp(meaning->type, type) == 0))
			return meaning->kind;
	}
	return ERROR_RETRY; /* no status of Airtable's: a proxy, a portal */
}

/* A message can be long in its middle, where it repeats what it was given: which field it is about may stand at its end. */
static char *shown_message(const char *words)
{
	scoped_text masked = own_copy(words);
	log_mask(masked); /* before it is cut: half a secret would not be known */
	text_drop_stop(masked);
	size_t length = strlen(masked);
	size_t first = text_utf8_prefix(masked, length, SHOWN_FIRST);
	if (length <= SHOWN_FIRST + SHOWN_LAST)
		return own_copy(masked);
	const char *last = masked + length - SHOWN_LAST;
	while ((*last & 0xC0) == 0x80) /* the rest of a character */
		last++;
	return own_format("%.*s … %s", (int)first, masked, last);
}

static bool set_error(const struct http_reply *reply, const char *what, struct json_object *body,
		      struct error *error)
{
	struct complaint said = complaint_read(body);
	enum error_kind kind = kind_of(reply->status, said.type);
	scoped_text type = log_quote(said.type[0] ? said.type : reply->content_type, SHOWN_TYPE);
	scoped_text message = shown_message(said.message);
	if (said.type[0])
		error_set(error, kind, "%s: HTTP %d %s%s%s", what, reply->status, type,
			  said.message[0] ? ": " : "", message);
	else
		error_set(error, kind,
			  "%s: HTTP %d, and the answer (%zu bytes, type '%s') names no error of Airtable's",
			  what, reply->status, reply->body_length, type);
	if (!error)
		return false;
	error->status = reply->status;
	error->retry_after_ms = reply->retry_after_ms;
	size_t code_length = text_utf8_prefix(said.type, strlen(said.type), sizeof(error->code) - 1);
	memcpy(error->code, said.type, code_length);
	error->code[code_length] = '\0';
	return false;
}

static void add_pointer_key(struct text *path, const char *key)
{
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			text_add(path, *key == '~' ? "~0" : "~1");
		else
			text_add_bytes(path, key, 1);
	}
}

static struct json_object *flawed_cell(const char *why)
{
	struct json_object *cell = json_new_object();
	json_put_text(cell, "error", why);
	return cell;
}

/* What a flaw leaves behind, for when there were more of them than paths were kept. */
static bool is_suspicious(struct json_object *value)
{
	switch (json_type_of(value)) {
	case json_type_double:
		return !(fabs(json_double_of(value)) < 0x1p63);
	case json_type_string: {
		const char *words = json_text_of(value);
		return strstr(words, "\uFFFD") || strlen(words) != json_text_length(value);
	}
	case json_type_array:
		for (size_t i = 0; i < json_length(value); i++) {
			if (is_suspicious(json_at(value, i)))
				return true;
		}
		return false;
	case json_type_object: {
		json_each (value, key, child) {
			(void)key;
			if (is_suspicious(child))
				return true;
		}
		return false;
	}
	default:
		return false;
	}
}

/* The cells of one record that hold a flaw are replaced. */
static void mark_cells(struct json_object *fields, size_t row, const struct json_flaws *flaws)
{
	struct text path = {0};
	json_each (fields, field, value) {
		text_clear(&path);
		text_format(&path, "/records/%zu/fields/", row);
		add_pointer_key(&path, field);
		const struct json_flaw *flaw = json_flaws_below(flaws, text_or_empty(&path));
		if (flaw &&
		    (flaw->path || is_suspicious(value))) /* a key keeps its place: the walk stays valid */
			json_put(fields, field, flawed_cell(flaw->what));
	}
	text_done(&path);
}

static bool is_in_cell(const char *path)
{
	static const char records[] = "/records/", fields[] = "/fields/";
	if (strncmp(path, records, strlen(records)) != 0)
		return false;
	path += strlen(records);
	path += strspn(path, "0123456789");
	return strncmp(path, fields, strlen(fields)) == 0;
}

static bool mark_flaws(struct json_object *answer, const struct json_flaws *flaws, struct error *error)
{
	for (size_t i = 0; i < flaws->count && i < JSON_FLAW_LIMIT; i++) {
		if (!is_in_cell(flaws->kept[i].path))
			return error_set(error, ERROR_RETRY, "%s: %s", flaws->kept[i].path,
					 flaws->kept[i].what);
	}
	struct json_object *records = json_child(answer, "records", json_type_array);
	for (size_t row = 0; records && row < json_length(records); row++) {
		struct json_object *record = json_at(records, row);
		struct json_object *fields = json_child(record, "fields", json_type_object);
		if (fields)
			mark_cells(fields, row, flaws);
	}
	return true;
}

static bool read_json(const struct http_reply *reply, struct json_object **answer_out, struct error *error)
{
	scoped(json_object) answer = NULL;
	struct json_flaws flaws = {0};
	if (!json_read(reply->body, reply->body_length, &answer, &flaws, error))
		return false;
	bool good = true;
	if (!json_is(answer, json_type_object))
		good = error_set(error, ERROR_RETRY, "%s where an object was expected",
				 json_type_word(answer));
	else if (flaws.count > 0)
		good = mark_flaws(answer, &flaws, error);
	json_flaws_done(&flaws);
	if (good)
		*answer_out = take(answer);
	return good;
}

/* What was done is open when a success cannot be read: ERROR_RETRY, whatever is wrong with it. */
static bool read_success(const struct http_reply *reply, const char *what, struct json_object **answer_out,
			 struct error *error)
{
	struct error why;
	if (reply->body_length == 0) {
		*answer_out = NULL;
		return true;
	}
	if (read_json(reply, answer_out, &why))
		return true;
	error_set(error, ERROR_RETRY, "%s: HTTP %d with an answer that cannot be used: %s", what,
		  reply->status, why.text);
	if (error)
		error->status = reply->status;
	return false;
}

bool airtable_answer_read(const struct http_reply *reply, const char *what, struct json_object **answer_out,
			  struct error *error)
{
	if (reply->status >= 200 && reply->status <= 299)
		return read_success(reply, what, answer_out, error);
	scoped(json_object) body = NULL;
	struct json_object *read = NULL;
	if (reply->body_length > 0 && json_read(reply->body, reply->body_length, &read, NULL, NULL))
		body = read; /* else set_error says that no error of Airtable's was in it */
	return set_error(reply, what, body, error);
}

bool airtable_answer_is_rate(const struct error *error)
{
	return error->kind == ERROR_RETRY && error->status == 429;
}

bool airtable_answer_is_forbidden(const struct error *error)
{
	return error->status == 403 && strcmp(error->code, "INVALID_PERMISSIONS") == 0;
}

const char *airtable_answer_said(const struct error *error)
{
	const char *status = strstr(error->text, ": HTTP ");
	return status && error->code[0] ? status + strlen(": HTTP ") : "";
}

bool airtable_answer_is_iterator_lost(const struct error *error)
{
	return error->kind == ERROR_LOST && strcmp(error->code, ITERATOR_LOST) == 0;
}
