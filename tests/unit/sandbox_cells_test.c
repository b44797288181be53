/* What each type of field takes and shows, with typecast and without; what counts as a modification. */
#include "sandbox/cells.h"
#include "sandbox/rows.h"
#include "tests/unit/sandbox_steps.h"

struct cell_case {
	const char *sentence;
	const char *field, *value; /* JSON */
	bool typecast;
	const char *shown;          /* JSON; NULL: refused */
	const char *type, *message; /* of the refusal; message NULL: any */
};

#define NO(field)            "INVALID_VALUE_FOR_COLUMN", "Field \"" field "\" cannot accept the provided value"
#define UNREAD(value, field) "INVALID_VALUE_FOR_COLUMN", "Cannot parse value \"" value "\" for field " field
#define COMPUTED(field)                                                                                      \
	"INVALID_VALUE_FOR_COLUMN", "Field \"" field "\" cannot accept a value because the field is "        \
				    "computed"
#define IDS "INVALID_VALUE_FOR_COLUMN", "Value is not an array of record IDs."
#define OPTION(name)                                                                                         \
	"INVALID_MULTIPLE_CHOICE_OPTIONS",                                                                   \
		"Insufficient permissions to create new select option \"\\\"" name "\\\"\""

static const struct cell_case cell_cases[] = {
	{"text is kept as it is", "Name", "\"  a\\u00a0\\n b \"", false, "\"  a\\u00a0\\n b \"", NULL, NULL},
	{"an empty text is an empty cell", "Name", "\"\"", false, "null", NULL, NULL},
	{"null empties a cell", "Name", "null", false, "null", NULL, NULL},
	{"a number is no text", "Name", "5", false, NULL, NO("Name")},
	{"typecast makes a text of a number", "Name", "5.25", true, "\"5.25\"", NULL, NULL},
	{"typecast makes a text of a truth", "Name", "true", true, "\"true\"", NULL, NULL},
	{"an object is no text, typecast or not", "Name", "{}", true, NULL, NO("Name")},
	{"a number", "Count", "2.01", false, "2.01", NULL, NULL},
	{"a number keeps more digits than its precision shows", "Count", "1.23456789", false, "1.23456789",
	 NULL, NULL},
	{"zero is a value", "Count", "0", false, "0", NULL, NULL},
	{"a text is no number", "Count", "\"5\"", false, NULL, UNREAD("5", "Count")},
	{"an empty text is no number", "Count", "\"\"", false, NULL, UNREAD("", "Count")},
	{"typecast reads a number", "Count", "\" 1,234.5 \"", true, "1234.5", NULL, NULL},
	{"typecast reads a percentage", "Count", "\"12.5%\"", true, "0.125", NULL, NULL},
	{"typecast of an empty text empties a number", "Count", "\"\"", true, "null", NULL, NULL},
	{"typecast does not read words as a number", "Count", "\"five\"", true, NULL,
	 UNREAD("five", "Count")},
	{"typecast does not read a hexadecimal number", "Count", "\"0x10\"", true, NULL,
	 UNREAD("0x10", "Count")},
	{"typecast does not read infinity", "Count", "\"1e999\"", true, NULL, UNREAD("1e999", "Count")},
	{"a truth is no number", "Count", "true", false, NULL, UNREAD("true", "Count")},
	{"a rating within its scale", "Rating", "3", false, "3", NULL, NULL},
	{"a rating above its scale", "Rating", "4", false, NULL, UNREAD("4", "Rating")},
	{"a rating of 0", "Rating", "0", false, NULL, UNREAD("0", "Rating")},
	{"a broken rating", "Rating", "1.5", false, NULL, UNREAD("1.5", "Rating")},
	{"a tick", "Done", "true", false, "true", NULL, NULL},
	{"no tick is an empty cell", "Done", "false", false, "null", NULL, NULL},
	{"a text is no tick", "Done", "\"true\"", false, NULL, NO("Done")},
	{"typecast reads a tick", "Done", "\"Checked\"", true, "true", NULL, NULL},
	{"typecast reads 1 as a tick", "Done", "1", true, "true", NULL, NULL},
	{"typecast reads 0 as no tick", "Done", "0", true, "null", NULL, NULL},
	{"typecast does not read any word as a tick", "Done", "\"perhaps\"", true, NULL, NO("Done")},
	{"a choice", "Kind", "\"Box\"", false, "\"Box\"", NULL, NULL},
	{"a choice in other letters is another", "Kind", "\"box\"", false, NULL, OPTION("box")},
	{"an empty text is no choice", "Kind", "\"\"", false, NULL, OPTION("")},
	{"a choice by its id", "Kind", "\"selB\"", false, "\"Box\"", NULL, NULL},
	{"an unknown id is no choice", "Kind", "\"selZ\"", false, NULL, OPTION("selZ")},
	{"typecast makes a choice", "Kind", "\"Crate\"", true, "\"Crate\"", NULL, NULL},
	{"typecast of an empty text empties a select", "Kind", "\"\"", true, "null", NULL, NULL},
	{"a list is no single choice", "Kind", "[\"Box\"]", false, NULL, UNREAD("[\"Box\"]", "Kind")},
	{"choices, each once", "Tags", "[\"y\",\"x\",\"y\"]", false, "[\"y\",\"x\"]", NULL, NULL},
	{"no choices are an empty cell", "Tags", "[]", false, "null", NULL, NULL},
	{"a text is no list of choices", "Tags", "\"x\"", false, NULL, NO("Tags")},
	{"typecast splits choices at commas", "Tags", "\"x, new ,y\"", true, "[\"x\",\"new\",\"y\"]", NULL,
	 NULL},
	{"an unknown choice among known ones", "Tags", "[\"x\",\"z\"]", false, NULL, OPTION("z")},
	{"a number among choices", "Tags", "[1]", false, NULL, NO("Tags")},
	{"a day", "Day", "\"2026-04-24\"", false, "\"2026-04-24\"", NULL, NULL},
	{"a day that is none", "Day", "\"2026-02-30\"", false, NULL, NO("Day")},
	{"a time is no day", "Day", "\"2026-04-24T07:00:00.000Z\"", false, NULL, NO("Day")},
	{"typecast takes the day of a time", "Day", "\"2026-04-24T07:00:00.000Z\"", true, "\"2026-04-24\"",
	 NULL, NULL},
	{"an empty text is no day", "Day", "\"\"", false, NULL, NO("Day")},
	{"a time", "When", "\"2026-04-24T07:00:00.123Z\"", false, "\"2026-04-24T07:00:00.123Z\"", NULL, NULL},
	{"a time with an offset is shown in UTC", "When", "\"2026-04-24T07:00:00+02:00\"", false,
	 "\"2026-04-24T05:00:00.000Z\"", NULL, NULL},
	{"a time without a zone is in UTC", "When", "\"2026-04-24T07:00:00\"", false,
	 "\"2026-04-24T07:00:00.000Z\"", NULL, NULL},
	{"a day in a time is its midnight", "When", "\"2026-04-24\"", false, "\"2026-04-24T00:00:00.000Z\"",
	 NULL, NULL},
	{"a number is a time, in milliseconds", "When", "1745478000000", false,
	 "\"2025-04-24T07:00:00.000Z\"", NULL, NULL},
	{"a number beyond all calendars is no time", "When", "1e300", false, NULL, NO("When")},
	{"a truth is no time", "When", "true", false, NULL, NO("When")},
	{"words are no time", "When", "\"tomorrow\"", true, NULL, NO("When")},
	{"links", "Place", "[\"recQ0000000000001\",\"recP0000000000001\"]", false,
	 "[\"recQ0000000000001\",\"recP0000000000001\"]", NULL, NULL},
	{"a link given twice is one", "Place", "[\"recQ0000000000001\",\"recQ0000000000001\"]", false,
	 "[\"recQ0000000000001\"]", NULL, NULL},
	{"links as objects", "Place", "[{\"id\":\"recQ0000000000001\"}]", false, "[\"recQ0000000000001\"]",
	 NULL, NULL},
	{"no links are an empty cell", "Place", "[]", false, "null", NULL, NULL},
	{"a text is no list of links", "Place", "\"recQ0000000000001\"", false, NULL, IDS},
	{"numbers are no links", "Place", "[5]", false, NULL, IDS},
	{"a link to an unknown row", "Place", "[\"recZ0000000000001\"]", false, NULL, "ROW_DOES_NOT_EXIST",
	 "Record ID recZ0000000000001 does not exist in this table"},
	{"a link to a row of another table", "Place", "[\"recA0000000000001\"]", false, NULL,
	 "ROW_DOES_NOT_EXIST", "Record ID recA0000000000001 does not exist in this table"},
	{"a name is no link", "Place", "[\"there\"]", false, NULL, "ROW_DOES_NOT_EXIST", NULL},
	{"typecast finds a link by its row's name", "Place", "[\"there\"]", true, "[\"recQ0000000000001\"]",
	 NULL, NULL},
	{"typecast splits links at commas", "Place", "\"there, here\"", true,
	 "[\"recQ0000000000001\",\"recP0000000000001\"]", NULL, NULL},
	{"typecast makes a row for a new name", "Place", "\"nowhere\"", true, "[\"*\"]", NULL, NULL},
	{"typecast makes no row for an id", "Place", "[\"recZ0000000000001\"]", true, NULL,
	 "ROW_DOES_NOT_EXIST", NULL},
	{"a file", "Files", "[{\"url\":\"https://e.example/a/b.jpg?c\",\"filename\":\"d.jpg\"}]", false,
	 "[{\"id\":\"/att\",\"url\":\"https://e.example/a/b.jpg?c\",\"filename\":\"d.jpg\"}]", NULL, NULL},
	{"a file without a name has its path's", "Files", "[{\"url\":\"https://e.example/a/b.jpg?c\"}]",
	 false, "[{\"filename\":\"b.jpg\"}]", NULL, NULL},
	{"files in the order given", "Files",
	 "[{\"url\":\"http://e.example/2\"},{\"url\":\"http://e.example/1\"}]", false,
	 "[{\"filename\":\"2\"},{\"filename\":\"1\"}]", NULL, NULL},
	{"no files are an empty cell", "Files", "[]", false, "null", NULL, NULL},
	{"a text is no file", "Files", "\"http://e.example/\"", false, NULL, "INVALID_ATTACHMENT_OBJECT",
	 NULL},
	{"a data URL is no file", "Files", "[{\"url\":\"data:text/plain,a\"}]", false, NULL,
	 "INVALID_ATTACHMENT_OBJECT", NULL},
	{"a whole file as it was read is refused", "Files",
	 "[{\"id\":\"att00000000000001\",\"url\":\"http://e.example/\",\"filename\":\"a\",\"size\":5}]",
	 false, NULL, "INVALID_ATTACHMENT_OBJECT", NULL},
	{"a refused file is shown as it was given", "Files", "[{\"url\":\"ftp://e.example/\"}]", false, NULL,
	 "INVALID_ATTACHMENT_OBJECT",
	 "Invalid attachment object for field Files: {\"url\":\"ftp://e.example/\"}"},
	{"a file by the id of none here", "Files", "[{\"id\":\"att00000000000001\"}]", false, NULL,
	 "INVALID_ATTACHMENT_OBJECT", NULL},
	{"somebody by id", "Who", "{\"id\":\"usr1\"}", false, "{\"id\":\"usr1\"}", NULL, NULL},
	{"somebody by nothing", "Who", "{\"name\":\"x\"}", false, NULL, NO("Who")},
	{"a number that counts by itself", "#", "5", true, NULL, COMPUTED("#")},
	{"a computed cell cannot even be emptied", "Self", "null", false, NULL, COMPUTED("Self")},
	{"a time of modification", "Changed", "\"2026-04-24T07:00:00.000Z\"", false, NULL,
	 COMPUTED("Changed")},
	{"a lookup", "Look", "[]", false, NULL, COMPUTED("Look")},
	{"a type that the sandbox has no name for", "Button", "{}", false, NULL, COMPUTED("Button")},
};

static struct json_object *parse(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return json;
}

static void expect_shown(const struct cell_case *row, struct sandbox_record *record,
			 struct sandbox_field *field)
{
	scoped(json_object) shown = sandbox_cell_show(record, field);
	scoped(json_object) wanted = parse(row->shown);
	char path[100] = "";
	scoped_text words = json_write(shown);

	if (!steps_meet(wanted, shown, path, sizeof(path)))
		fail_msg("%s instead of %s", words, row->shown);
}

/* The rehearsal and the real thing must say the same. */
static void check_cell(void **state)
{
	const struct cell_case *row = *state;
	struct sandbox sandbox;
	struct error error = {0};

	steps_open(&sandbox);
	struct sandbox_base *base = sandbox_find_base(sandbox.store, "app00000000000001");
	struct sandbox_record *record = sandbox_find_record(base, "recA0000000000001");
	scoped(json_object) fields = json_new_object();
	uint64_t version = sandbox.store->version;
	json_put(fields, row->field, parse(row->value));
	bool taken = sandbox_fields_check(record->table, record, fields, row->typecast, &error);
	assert_int_equal(sandbox.store->version, version);
	if (taken != (row->shown != NULL))
		fail_msg("%s", taken ? "taken" : error.text);
	if (taken) {
		sandbox_fields_write(record, fields, row->typecast, false);
		expect_shown(row, record, sandbox_find_field(record->table, row->field));
	} else {
		assert_int_equal(error.status, 422);
		assert_string_equal(error.code, row->type);
		if (row->message)
			assert_string_equal(error.text, row->message);
	}
	sandbox_done(&sandbox);
}

#define THINGS "/v0/app00000000000001/Things"
#define PATCH(fields)                                                                                        \
	"PATCH " THINGS, "{\"records\":[{\"id\":\"recA0000000000001\",\"fields\":" fields "}]}", 200
#define SHOWS(fields) "{\"records\":[{\"fields\":" fields "}]}"

static const struct story stories[] = {
	{"refusals name their field in quotes when that is asked for",
	 {{"POST /_sandbox/options", "{\"quoted_refusals\":true}", 200, "{\"quoted_refusals\":true}"},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"recA0000000000001\",\"fields\":{\"Count\":\"5\"}}]}",
	   422, "{\"error\":{\"message\":\"Field \\\"Count\\\" cannot accept the provided value\"}}"}}},
	{"a write moves the row's and the cell's time",
	 {{PATCH("{\"Count\":3}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:00.500Z\",\"Count "
					 "Changed\":\"2026-11-23T10:00:00.500Z\"}")},
	  {"WAIT 1000", NULL, 0, NULL},
	  {PATCH("{\"Name\":\"other\"}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:01.500Z\",\"Count "
						"Changed\":\"2026-11-23T10:00:00.500Z\"}")}}},
	{"an equal value moves no time",
	 {{PATCH("{\"Count\":3}"), NULL},
	  {"WAIT 1000", NULL, 0, NULL},
	  {PATCH("{\"Count\":3.0,\"Notes\":\"\",\"Done\":false}"),
	   SHOWS("{\"Changed\":\"2026-11-23T10:00:00.500Z\"}")}}},
	{"an equal value moves the time when that is asked for",
	 {{"POST /_sandbox/options", "{\"bump_equal\":true}", 200, "{\"bump_equal\":true}"},
	  {PATCH("{\"Count\":3}"), NULL},
	  {"WAIT 1000", NULL, 0, NULL},
	  {PATCH("{\"Count\":3}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:01.500Z\"}")}}},
	{"times are rounded to the nearest second when that is asked for, down",
	 {{"POST /_sandbox/options", "{\"times\":\"rounded\"}", 200, "{\"times\":\"rounded\"}"},
	  {"WAIT 900", NULL, 0, NULL},
	  {PATCH("{\"Count\":3}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:01.000Z\"}")},
	  {"POST " THINGS, "{\"fields\":{\"Name\":\"n\"}}", 200,
	   "{\"createdTime\":\"2026-11-23T10:00:01.000Z\"}"}}},
	{"and up",
	 {{"POST /_sandbox/options", "{\"times\":\"rounded\"}", 200, NULL},
	  {PATCH("{\"Count\":3}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:01.000Z\"}")},
	  {"POST " THINGS, "{\"fields\":{\"Name\":\"n\"}}", 200,
	   "{\"createdTime\":\"2026-11-23T10:00:01.000Z\",\"fields\":{\"Changed\":\"2026-11-23T10:00:01."
	   "000Z\"}}"}}},
	{"times that there are not", {{"POST /_sandbox/options", "{\"times\":\"vague\"}", 422, NULL}}},
	{"a tab in a single line becomes a space",
	 {{PATCH("{\"Name\":\"a\\tb\"}"), SHOWS("{\"Name\":\"a b\"}")}}},
	{"line breaks at the end of a long text are dropped",
	 {{PATCH("{\"Notes\":\"a\\n b \\n\\n\"}"), SHOWS("{\"Notes\":\"a\\n b \"}")}}},
	{"texts are kept as they are given when that is asked for",
	 {{"POST /_sandbox/options", "{\"keep_text\":true}", 200, "{\"keep_text\":true}"},
	  {PATCH("{\"Name\":\"a\\tb\",\"Notes\":\"a\\n\"}"),
	   SHOWS("{\"Name\":\"a\\tb\",\"Notes\":\"a\\n\"}")}}},
	{"modified times are cut to whole seconds when that is asked for",
	 {{"POST /_sandbox/options", "{\"times\":\"cut\"}", 200, NULL},
	  {PATCH("{\"Count\":3}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:00.000Z\"}")}}},
	{"a new row has a modified time",
	 {{"POST " THINGS, "{\"fields\":{\"Name\":\"n\"}}", 200,
	   "{\"createdTime\":\"2026-11-23T10:00:00.000Z\",\"fields\":{\"Made\":\"2026-11-23T10:00:00.000Z\","
	   "\"Changed\":\"2026-11-23T10:00:00.500Z\",\"Count Changed\":\"-\"}}"}}},
	{"a new row has no modified time when that is asked for",
	 {{"POST /_sandbox/options", "{\"fresh_unmodified\":true}", 200, NULL},
	  {"POST " THINGS, "{\"fields\":{\"Name\":\"n\"}}", 200,
	   "{\"fields\":{\"Made\":\"*\",\"Changed\":\"-\"}}"},
	  {"WAIT 5", NULL, 0, NULL},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"$id\",\"fields\":{\"Name\":\"m\"}}]}", 200,
	   SHOWS("{\"Changed\":\"2026-11-23T10:00:00.505Z\"}")}}},
	{"a row without cells has no modified time",
	 {{"POST " THINGS, "{\"fields\":{}}", 200, "{\"fields\":{\"Changed\":\"-\",\"#\":4}}"}}},
	{"a file is kept by its id, and a url makes another",
	 {{PATCH("{\"Files\":[{\"url\":\"http://e.example/1\"}]}"),
	   SHOWS("{\"Files\":[{\"filename\":\"1\"}]}")},
	  {PATCH("{\"Files\":[{\"url\":\"http://e.example/1\"},{\"url\":\"http://e.example/2\"}]}"),
	   SHOWS("{\"Files\":[{\"filename\":\"1\"},{\"filename\":\"2\"}]}")}}},
	{"a file kept by its id stays the same beside a new one",
	 {{"PATCH " THINGS "/recC0000000000001",
	   "{\"fields\":{\"Files\":[{\"url\":\"http://e.example/2\"},{\"id\":\"attC0000000000001\"}]}}", 200,
	   "{\"fields\":{\"Files\":[{\"id\":\"/att\",\"filename\":\"2\"},"
	   "{\"id\":\"attC0000000000001\",\"url\":\"http://e.example/c\",\"filename\":\"c\"}]}}"}}},
	{"a file's id with anything beside it is refused",
	 {{"PATCH " THINGS "/recC0000000000001",
	   "{\"fields\":{\"Files\":[{\"id\":\"attC0000000000001\",\"filename\":\"c\"}]}}", 422,
	   "{\"error\":{\"type\":\"INVALID_ATTACHMENT_OBJECT\"}}"}}},
	{"a file's id is refused in another row",
	 {{PATCH("{\"Name\":\"a\"}"), NULL},
	  {"PATCH " THINGS "/recA0000000000001", "{\"fields\":{\"Files\":[{\"id\":\"attC0000000000001\"}]}}",
	   422, "{\"error\":{\"type\":\"INVALID_ATTACHMENT_OBJECT\"}}"}}},
	{"a file's id is refused for a new row",
	 {{"POST " THINGS, "{\"fields\":{\"Files\":[{\"id\":\"att00000000000001\"}]}}", 422,
	   "{\"error\":{\"type\":\"INVALID_ATTACHMENT_OBJECT\"}}"}}},
	{"a choice made by typecast is in the schema",
	 {{"PATCH " THINGS "/recA0000000000001", "{\"fields\":{\"Kind\":\"Crate\"},\"typecast\":true}", 200,
	   NULL},
	  {PATCH("{\"Kind\":\"Crate\"}"), SHOWS("{\"Kind\":\"Crate\"}")},
	  {"GET /_sandbox/bases", NULL, 200,
	   "{\"bases\":[{\"tables\":[{\"fields\":[\"*\",\"*\",\"*\",\"*\",{\"options\":{\"choices\":["
	   "{\"id\":\"selB\",\"name\":\"Box\",\"color\":\"redBright\"},{\"name\":\"Apple\",\"color\":\"-\"},"
	   "{\"id\":\"/"
	   "sel\",\"name\":\"Crate\"}]}},\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\",\"*\","
	   "\"*\","
	   "\"*\",\"*\",\"*\"]},\"*\"]}]}"}}},
	{"a lookup follows the link, a formula knows its row",
	 {{"GET " THINGS "/recB0000000000001", NULL, 200,
	   "{\"fields\":{\"Look\":[\"a\"],\"Self\":\"recB0000000000001\",\"Button\":\"-\"}}"}}},
};

/* 100,000 UTF-16 units are taken, one more is not. */
static void check_length(void **state)
{
	bool fits = *state != NULL;
	struct text body = {0};
	struct sandbox sandbox;

	text_add(&body, "{\"fields\":{\"Notes\":\"");
	for (int i = 0; i < SANDBOX_TEXT_LIMIT / 2; i++)
		text_add(&body, "😀");
	text_add(&body, fits ? "\"}}" : "x\"}}");
	struct step step = {"PATCH " THINGS "/recA0000000000001", body.bytes, fits ? 200 : 422,
			    fits ? "{\"id\":\"recA0000000000001\"}"
				 : "{\"error\":{\"type\":\"INVALID_VALUE_FOR_COLUMN\"}}"};
	steps_open(&sandbox);
	steps_tell(&sandbox, &step, 1);
	sandbox_done(&sandbox);
	text_done(&body);
}

/* Modified times as much as created ones; a second that is cut would be the one before. */
static void check_times_by_themselves(void **state)
{
	static const struct step steps[] = {
		{PATCH("{\"Count\":3}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:01.000Z\","
					       "\"Count Changed\":\"2026-11-23T10:00:01.000Z\"}")},
		{"POST " THINGS, "{\"fields\":{\"Name\":\"n\"}}", 200,
		 "{\"createdTime\":\"2026-11-23T10:00:01.000Z\",\"fields\":{"
		 "\"Made\":\"2026-11-23T10:00:01.000Z\",\"Changed\":\"2026-11-23T10:00:01.000Z\"}}"},
		{"WAIT 1900", NULL, 0, NULL},
		{PATCH("{\"Count\":4}"), SHOWS("{\"Changed\":\"2026-11-23T10:00:02.000Z\"}")},
	};
	struct sandbox sandbox;

	(void)state;
	steps_open_plainly(&sandbox);
	steps_tell(&sandbox, steps, countof(steps));
	sandbox_done(&sandbox);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, cell_cases, check_cell);
	cases_add_table(&cases, stories, steps_run);
	cases_add(&cases, own_copy("times are rounded to the nearest second when nobody asks"),
		  check_times_by_themselves, NULL);
	cases_add(&cases, own_copy("a text of 100,000 units is taken"), check_length, "");
	cases_add(&cases, own_copy("a text of 100,001 units is refused"), check_length, NULL);
	return cases_run("sandbox cells", &cases);
}
