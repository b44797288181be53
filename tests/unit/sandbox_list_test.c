/* Listing: parameters in all their spellings, fields, order, filters, pages and what becomes of them. */
#include "sandbox/listings.h"
#include "tests/unit/sandbox_steps.h"

#define BASE        "/v0/app00000000000001"
#define THINGS      BASE "/Things"
#define A           "recA0000000000001"
#define B           "recB0000000000001"
#define C           "recC0000000000001"
#define INVALID     422, "{\"error\":{\"type\":\"INVALID_REQUEST_UNKNOWN\"}}"
#define LIST(query) "GET " THINGS "?" query, NULL
#define POST(body)  "POST " THINGS "/listRecords?timeZone=utc&userLocale=de", body
#define IDS(...)    200, "{\"records\":[" __VA_ARGS__ "],\"offset\":\"-\"}"
#define ID(id)      "{\"id\":\"" id "\"}"
#define UNKNOWN(name)                                                                                        \
	422, "{\"error\":{\"type\":\"UNKNOWN_FIELD_NAME\",\"message\":\"Unknown field name: \\\"" name       \
	     "\\\"\"}}"
#define LOST 422, "{\"error\":{\"type\":\"LIST_RECORDS_ITERATOR_NOT_AVAILABLE\",\"message\":\"-\"}}"
#define OFFSET(value)                                                                                        \
	422, "{\"error\":{\"type\":\"INVALID_OFFSET_VALUE\",\"message\":\"The value of offset " value        \
	     " is invalid\"}}"

static const struct story stories[] = {
	{"all rows, by ids", {{LIST(""), IDS(ID(A) "," ID(B) "," ID(C))}}},
	{"empty cells are left out",
	 {{LIST(""), 200,
	   "{\"records\":[{\"fields\":{\"Done\":\"-\"}},{\"fields\":{\"Count\":\"-\"}},{\"fields\":{\"Done\":"
	   "true}}]}"}}},
	{"some fields, spelled fields[]",
	 {{LIST("fields%5B%5D=Name&fields[]=Count"), 200,
	   "{\"records\":[{\"fields\":{\"Name\":\"a\",\"Count\":2,\"#\":\"-\"}},\"*\",\"*\"]}"}}},
	{"some fields, spelled fields",
	 {{LIST("fields=Name"), 200,
	   "{\"records\":[{\"fields\":{\"Name\":\"a\",\"Count\":\"-\"}},\"*\",\"*\"]}"}}},
	{"some fields, spelled fields[0]",
	 {{LIST("fields[0]=fldName"), 200,
	   "{\"records\":[{\"fields\":{\"Name\":\"a\",\"Count\":\"-\"}},\"*\",\"*\"]}"}}},
	{"a field asked for twice", {{LIST("fields[]=Name&fields[]=fldName"), 200, NULL}}},
	{"a field that is not there", {{LIST("fields[]=Nmae"), UNKNOWN("Nmae")}}},
	{"cells by ids of fields, spelled true",
	 {{LIST("returnFieldsByFieldId=true"), 200,
	   "{\"records\":[{\"fields\":{\"fldName\":\"a\"}},\"*\",\"*\"]}"}}},
	{"cells by ids of fields, spelled 1",
	 {{LIST("returnFieldsByFieldId=1"), 200,
	   "{\"records\":[{\"fields\":{\"fldName\":\"a\"}},\"*\",\"*\"]}"}}},
	{"cells by names, spelled 0",
	 {{LIST("returnFieldsByFieldId=0"), 200,
	   "{\"records\":[{\"fields\":{\"Name\":\"a\"}},\"*\",\"*\"]}"}}},
	{"a truth that is none", {{LIST("returnFieldsByFieldId=yes"), INVALID}}},
	{"an unknown parameter", {{LIST("colour=red"), INVALID}}},
	{"a parameter that only a POST may have", {{LIST("method=post"), INVALID}}},
	{"no UTF-8 in the query", {{LIST("view=%ff"), INVALID}}},
	{"a NUL in the query", {{LIST("view=%00"), INVALID}}},
	{"empty offset, view and formula",
	 {{LIST("offset=&view=&filterByFormula="), IDS(ID(A) "," ID(B) "," ID(C))}}},
	/* order */
	{"sorted by text, without regard to capitals",
	 {{LIST("sort[0][field]=Name"), IDS(ID(A) "," ID(B) "," ID(C))}}},
	{"sorted the other way",
	 {{LIST("sort[0][direction]=desc&sort[0][field]=Name"), IDS(ID(C) "," ID(B) "," ID(A))}}},
	{"sorted by number, empty cells first",
	 {{LIST("sort[0][field]=Count&sort[0][direction]=asc"), IDS(ID(B) "," ID(C) "," ID(A))}}},
	{"sorted by number the other way, empty cells last",
	 {{LIST("sort[0][field]=fldCount&sort[0][direction]=desc"), IDS(ID(A) "," ID(C) "," ID(B))}}},
	{"sorted by choice, in the choices' order",
	 {{LIST("sort[0][field]=Kind"), IDS(ID(A) "," ID(C) "," ID(B))}}},
	{"sorted by a number that counts by itself",
	 {{LIST("sort[0][field]=%23&sort[0][direction]=desc"), IDS(ID(C) "," ID(B) "," ID(A))}}},
	{"sorted by two fields",
	 {{LIST("sort[0][field]=Done&sort[1][field]=Name&sort[1][direction]=desc"),
	   IDS(ID(B) "," ID(A) "," ID(C))}}},
	{"sorted by links",
	 {{LIST("sort[0][field]=Place&sort[0][direction]=desc"), IDS(ID(B) "," ID(A) "," ID(C))}}},
	{"sorted by a field that is not there", {{LIST("sort[0][field]=Nmae"), UNKNOWN("Nmae")}}},
	{"sorted in a direction that is none",
	 {{LIST("sort[0][field]=Name&sort[0][direction]=up"), INVALID}}},
	{"sorted without a field", {{LIST("sort[0][direction]=asc"), INVALID}}},
	{"sorted from the second on", {{LIST("sort[1][field]=Name"), INVALID}}},
	{"sorted by too many", {{LIST("sort[99][field]=Name"), INVALID}}},
	{"sort spelled wrong", {{LIST("sort=Name"), INVALID}}},
	/* views */
	{"the view by name", {{LIST("view=Grid+view"), IDS(ID(A) "," ID(B) "," ID(C))}}},
	{"a view that is not there",
	 {{LIST("view=Kanban"), 422,
	   "{\"error\":{\"type\":\"VIEW_NAME_NOT_FOUND\",\"message\":\"View Kanban not found\"}}"}}},
	{"a view id that is not there",
	 {{LIST("view=viwZZZZZZZZZZZZZZ"), 422, "{\"error\":{\"type\":\"VIEW_ID_NOT_FOUND\"}}"}}},
	/* filters */
	{"filtered", {{LIST("filterByFormula=%7BCount%7D%3E1"), IDS(ID(A))}}},
	{"filtered by record ids",
	 {{LIST("filterByFormula=OR(RECORD_ID()%3D'" C "',RECORD_ID()%3D'" B "')"), IDS(ID(B) "," ID(C))}}},
	{"filtered by modified time",
	 {{"WAIT 1000", NULL, 0, NULL},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"" C "\",\"fields\":{\"Notes\":\"n\"}}]}", 200, NULL},
	  {POST("{\"filterByFormula\":\"IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('2026-11-23T10:00:01."
		"499Z'))\"}"),
	   IDS(ID(C))},
	  {POST("{\"filterByFormula\":\"IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('2026-11-23T10:00:01."
		"500Z'))\"}"),
	   IDS()}}},
	{"filtered by the modified time of one field",
	 {{"WAIT 1000", NULL, 0, NULL},
	  {"PATCH " THINGS,
	   "{\"records\":[{\"id\":\"" C "\",\"fields\":{\"Notes\":\"n\"}},{\"id\":\"" A
	   "\",\"fields\":{\"Count\":8}}]}",
	   200, NULL},
	  {POST("{\"filterByFormula\":\"IS_AFTER(LAST_MODIFIED_TIME({fldCount}),DATETIME_PARSE('2026-11-"
		"23T10:00:00.000Z'))\"}"),
	   IDS(ID(A))}}},
	{"filtered by choice, tick, day, links and a computed cell",
	 {{POST("{\"filterByFormula\":\"AND({Kind}='Box',{Done},NOT({Place}),{Self}='" C "',{#}=3)\"}"),
	   IDS(ID(C))}}},
	{"nothing passes the filter", {{LIST("filterByFormula=0"), IDS()}}},
	{"a formula that is none",
	 {{LIST("filterByFormula=%7BName"), 422,
	   "{\"error\":{\"type\":\"INVALID_FILTER_BY_FORMULA\",\"message\":\"The formula for filtering "
	   "records is invalid: Invalid formula. "
	   "Please check your formula text.\"}}"}}},
	{"a formula of an unknown field",
	 {{LIST("filterByFormula=%7Bfoo%7D"), 422,
	   "{\"error\":{\"type\":\"INVALID_FILTER_BY_FORMULA\",\"message\":\"The formula for filtering "
	   "records is invalid: Unknown field names: foo\"}}"}}},
	/* by POST */
	{"by POST, with all of it",
	 {{POST("{\"fields\":[\"Name\"],\"sort\":[{\"field\":\"Name\",\"direction\":\"desc\"}],"
		"\"filterByFormula\":\"1\",\"pageSize\":2,"
		"\"maxRecords\":2,\"recordMetadata\":[\"commentCount\"],\"returnFieldsByFieldId\":true,"
		"\"timeZone\":\"utc\",\"userLocale\":\"de\","
		"\"method\":\"post\",\"cellFormat\":\"json\",\"view\":\"Grid view\",\"offset\":\"\"}"),
	   200,
	   "{\"records\":[{\"fields\":{\"fldName\":\"C\"}},{\"fields\":{\"fldName\":\"b\"}}],\"offset\":\"-"
	   "\"}"}}},
	{"by POST, a number as a text", {{POST("{\"pageSize\":\"2\"}"), INVALID}}},
	{"by POST, fields that are no list", {{POST("{\"fields\":\"Name\"}"), INVALID}}},
	{"by POST, an unknown key", {{POST("{\"colour\":1}"), INVALID}}},
	{"by POST, an unknown parameter in the query",
	 {{"POST " THINGS "/listRecords?colour=1", "{}", INVALID}}},
	{"by POST, sorted by no object", {{POST("{\"sort\":[\"Name\"]}"), INVALID}}},
	{"cells as strings are not there",
	 {{LIST("cellFormat=string&timeZone=utc&userLocale=en"), 422,
	   "{\"error\":{\"type\":\"INVALID_REQUEST_UNKNOWN\",\"message\":\"/The sandbox shows cells as JSON "
	   "only\"}}"}}},
	{"metadata that is none", {{LIST("recordMetadata[]=colour"), INVALID}}},
	/* pages */
	{"pages of one",
	 {{LIST("pageSize=1"), 200, "{\"records\":[" ID(A) "],\"offset\":\"/itr\"}"},
	  {LIST("pageSize=1&offset=$offset"), 200, "{\"records\":[" ID(B) "],\"offset\":\"/itr\"}"},
	  {LIST("pageSize=1&offset=$offset"), IDS(ID(C))}}},
	{"a page asked for again is the same",
	 {{LIST("pageSize=2"), 200, NULL},
	  {LIST("pageSize=2&offset=$offset"), IDS(ID(C))},
	  {LIST("pageSize=2&offset=$offset"), IDS(ID(C))}}},
	{"pages by POST, of another size",
	 {{POST("{\"pageSize\":1}"), 200, "{\"offset\":\"/itr\"}"},
	  {POST("{\"pageSize\":5,\"offset\":\"$offset\"}"), IDS(ID(B) "," ID(C))}}},
	{"the offset names the last row given",
	 {{LIST("pageSize=2"), 200, NULL}, {LIST("offset=$offset&fields[]=Name"), IDS(ID(C))}}},
	{"at most two rows, one a page",
	 {{LIST("pageSize=1&maxRecords=2"), 200, "{\"records\":[" ID(A) "],\"offset\":\"*\"}"},
	  {LIST("pageSize=1&maxRecords=2&offset=$offset"), IDS(ID(B))}}},
	{"a page of all rows has no offset", {{LIST("pageSize=3"), IDS("\"*\",\"*\",\"*\"")}}},
	{"pages of none", {{LIST("pageSize=0"), INVALID}}},
	{"pages of 101", {{LIST("pageSize=101"), INVALID}}},
	{"pages of a broken number", {{LIST("pageSize=1.5"), INVALID}}},
	{"at most no rows", {{LIST("maxRecords=0"), INVALID}}},
	{"rows made meanwhile are not in the pages, cells are as they are now, deleted rows are left out",
	 {{LIST("pageSize=1"), 200, "{\"records\":[" ID(A) "]}"},
	  {"POST /_sandbox/edit",
	   "{\"actions\":[{\"delete\":{\"table\":\"Things\",\"record\":\"" B
	   "\"}},{\"create\":{\"table\":\"Things\",\"fields\":{}}},"
	   "{\"update\":{\"table\":\"Things\",\"record\":\"" C "\",\"fields\":{\"Name\":\"now\"}}}]}",
	   200, NULL},
	  {LIST("pageSize=1&offset=$offset"), IDS("{\"id\":\"" C "\",\"fields\":{\"Name\":\"now\"}}")}}},
	{"the row that the offset names was deleted: the page behind it is the same",
	 {{LIST("pageSize=1"), 200, NULL},
	  {"DELETE " THINGS "?records[]=" A, NULL, 200, NULL},
	  {LIST("offset=$offset"), IDS(ID(B) "," ID(C))}}},
	{"all that is left behind the page is deleted: no offset",
	 {{LIST("pageSize=1"), 200, NULL},
	  {"DELETE " THINGS "?records[]=" C, NULL, 200, NULL},
	  {LIST("pageSize=1&offset=$offset"), IDS(ID(B))}}},
	{"all that was left is deleted",
	 {{LIST("pageSize=2"), 200, NULL},
	  {"DELETE " THINGS "?records[]=" C, NULL, 200, NULL},
	  {LIST("offset=$offset"), IDS()}}},
	{"a listing that is too old",
	 {{LIST("pageSize=1"), 200, NULL}, {"WAIT 300000", NULL, 0, NULL}, {LIST("offset=$offset"), LOST}}},
	{"a listing that is not yet too old",
	 {{LIST("pageSize=1"), 200, NULL},
	  {"WAIT 299999", NULL, 0, NULL},
	  {LIST("offset=$offset"), IDS(ID(B) "," ID(C))}}},
	{"a listing's life can be set",
	 {{"POST /_sandbox/options", "{\"iterator_ms\":10}", 200, NULL},
	  {LIST("pageSize=1"), 200, NULL},
	  {"WAIT 10", NULL, 0, NULL},
	  {LIST("offset=$offset"), LOST}}},
	{"all listings can be forgotten",
	 {{LIST("pageSize=1"), 200, NULL},
	  {"DELETE /_sandbox/iterators", NULL, 200, NULL},
	  {LIST("offset=$offset"), LOST}}},
	{"a listing of what was replaced",
	 {{LIST("pageSize=1"), 200, NULL},
	  {"POST /_sandbox/load", "{\"templates\":[\"app00000000000001\"]}", 200, NULL},
	  {"GET " BASE "/Items?offset=$offset", NULL, LOST}}},
	{"an offset that never was", {{LIST("offset=itrZZZZZZZZZZZZZZ/" A), LOST}}},
	{"an offset of the wrong shape", {{LIST("offset=foo"), OFFSET("foo")}}},
	{"an offset without a row",
	 {{LIST("pageSize=1"), 200, NULL},
	  {LIST("offset=itrZZZZZZZZZZZZZZ/"), OFFSET("itrZZZZZZZZZZZZZZ/")}}},
	{"another table's offset",
	 {{LIST("pageSize=1"), 200, NULL},
	  {"GET " BASE "/tblPlaces00000001?offset=$offset", NULL, 422,
	   "{\"error\":{\"type\":\"INVALID_OFFSET_VALUE\"}}"}}},
};

/* 250 rows come in pages of 100, each once. */
static void check_many(void **state)
{
	struct sandbox sandbox;
	size_t seen = 0, pages = 0;
	scoped_text offset = own_copy("");

	(void)state;
	steps_open(&sandbox);
	for (int i = 0; i < 25; i++)
		steps_tell(&sandbox,
			   (struct step[]){{"POST " BASE "/tblPlaces00000001",
					    "{\"records\":[{\"fields\":{}},{\"fields\":{}},{\"fields\":{}},{"
					    "\"fields\":{}},{\"fields\":{}},{\"fields\":{}},{\"fields\":{}},{"
					    "\"fields\":{}},{\"fields\":{}},{\"fields\":{}}]}",
					    200, NULL}},
			   1);
	do {
		struct sandbox_answer answer = {0};
		scoped(json_object) json = NULL;
		scoped_text uri = own_format(BASE "/tblPlaces00000001?offset=%s", offset);
		steps_ask(&sandbox, "GET", uri, NULL, &answer);
		assert_true(json_read(answer.body.bytes, answer.body.length, &json, NULL, NULL));
		seen += json_length(json_child(json, "records", json_type_array));
		pages++;
		free(offset);
		offset = own_copy(json_text_or(json, "offset", ""));
		sandbox_answer_done(&answer);
	} while (*offset && pages < 10);
	assert_int_equal(seen, 252);
	assert_int_equal(pages, 3);
	sandbox_done(&sandbox);
}

/* More listings than are kept: the oldest is forgotten, nothing else. */
static void check_limit(void **state)
{
	struct sandbox sandbox;
	static const struct step first = {LIST("pageSize=1"), 200, NULL};

	(void)state;
	steps_open(&sandbox);
	for (int i = 0; i < SANDBOX_LISTING_LIMIT + 5; i++)
		steps_tell(&sandbox, &first, 1);
	steps_tell(&sandbox,
		   (struct step[]){{LIST("pageSize=1"), 200, NULL}, {LIST("offset=$offset"), 200, NULL}}, 2);
	size_t kept = 0;
	for (const struct sandbox_listing *listing = sandbox.store->listings; listing;
	     listing = listing->next)
		kept++;
	assert_int_equal(kept, SANDBOX_LISTING_LIMIT);
	sandbox_done(&sandbox);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, steps_run);
	cases_add(&cases, own_copy("252 rows come in three pages, each once"), check_many, NULL);
	cases_add(&cases, own_copy("the oldest listing is forgotten when there are too many"), check_limit,
		  NULL);
	return cases_run("sandbox list", &cases);
}
