/* Links and their other ends; what deleting, bringing back and changes of the schema do to them. */
#include "tests/unit/sandbox_steps.h"

#define BASE   "/v0/app00000000000001"
#define THINGS BASE "/Things"
#define A      "recA0000000000001"
#define B      "recB0000000000001"
#define C      "recC0000000000001"
#define P      "recP0000000000001"
#define Q      "recQ0000000000001"

#define SET(id, fields)                                                                                      \
	"PATCH " THINGS, "{\"records\":[{\"id\":\"" id "\",\"fields\":" fields "}]}", 200, NULL
#define ROW(table, id, fields) "GET " BASE "/" table "/" id, NULL, 200, "{\"fields\":" fields "}"
#define THING(id, fields)      ROW("Things", id, fields)
#define PLACE(id, fields)      ROW("tblPlaces00000001", id, fields)
#define EDIT(action)                                                                                         \
	"POST /_sandbox/edit", "{\"base\":\"app00000000000001\",\"actions\":[" action "]}", 200, NULL
#define NO_EDIT(action, words)                                                                               \
	"POST /_sandbox/edit", "{\"base\":\"app00000000000001\",\"actions\":[" action "]}", 422,             \
		"{\"error\":{\"message\":\"" words "\"}}"
#define WAIT                                                                                                 \
	{                                                                                                    \
		"WAIT 1000", NULL, 0, NULL                                                                   \
	}
#define LATER "\"2026-11-23T10:00:01.500Z\""

static const struct story stories[] = {
	{"what a file says of one end is at the other", {{PLACE(P, "{\"Things\":[\"" B "\"]}")}}},
	{"a link written is at the other end",
	 {{SET(A, "{\"Place\":[\"" P "\"]}")}, {PLACE(P, "{\"Things\":[\"" B "\",\"" A "\"]}")}}},
	{"a link written at the other end",
	 {{"PATCH " BASE "/tblPlaces00000001",
	   "{\"records\":[{\"id\":\"" Q "\",\"fields\":{\"Things\":[\"" C "\",\"" A "\"]}}]}", 200, NULL},
	  {THING(A, "{\"Place\":[\"" Q "\"]}")},
	  {THING(C, "{\"Place\":[\"" Q "\"]}")}}},
	{"a link taken away is gone at the other end",
	 {{SET(B, "{\"Place\":[]}")}, {PLACE(P, "{\"Things\":\"-\"}")}, {THING(B, "{\"Place\":\"-\"}")}}},
	{"a link moved",
	 {{SET(B, "{\"Place\":[\"" Q "\"]}")},
	  {PLACE(P, "{\"Things\":\"-\"}")},
	  {PLACE(Q, "{\"Things\":[\"" B "\"]}")}}},
	{"links put in another order stay at the other end",
	 {{SET(A, "{\"Place\":[\"" P "\",\"" Q "\"]}")},
	  {SET(A, "{\"Place\":[\"" Q "\",\"" P "\"]}")},
	  {THING(A, "{\"Place\":[\"" Q "\",\"" P "\"]}")},
	  {PLACE(P, "{\"Things\":[\"" B "\",\"" A "\"]}")}}},
	{"both rows count as modified",
	 {WAIT,
	  {"PATCH " BASE "/tblPlaces00000001",
	   "{\"records\":[{\"id\":\"" Q "\",\"fields\":{\"Things\":[\"" A "\"]}}]}", 200, NULL},
	  {THING(A, "{\"Changed\":" LATER "}")},
	  {"GET /_sandbox/rows?base=app00000000000001&table=tblPlaces00000001&modified=1", NULL, 200,
	   "{\"records\":[\"*\",{\"modified\":{\"Things\":1795428001500}}]}"}}},
	{"a self link has one end only",
	 {{SET(A, "{\"Inside\":[\"" C "\"]}")},
	  {THING(C, "{\"Inside\":\"-\"}")},
	  {THING(A, "{\"Inside\":[\"" C "\"]}")}}},
	{"a row in itself",
	 {{SET(A, "{\"Inside\":[\"" A "\"]}")}, {THING(A, "{\"Inside\":[\"" A "\"],\"Look\":[\"a\"]}")}}},
	{"two rows in each other",
	 {{SET(A, "{\"Inside\":[\"" B "\"]}")},
	  {THING(A, "{\"Inside\":[\"" B "\"]}")},
	  {THING(B, "{\"Inside\":[\"" A "\"]}")},
	  {"GET " THINGS "?filterByFormula=Inside%3D'a'&fields[]=Name", NULL, 200,
	   "{\"records\":[{\"id\":\"" B "\"}]}"}}},
	{"a deleted row is in no cell any more, and those count as modified",
	 {WAIT,
	  {"DELETE " BASE "/tblPlaces00000001?records[]=" P, NULL, 200, NULL},
	  {THING(B, "{\"Place\":\"-\",\"Changed\":" LATER "}")}}},
	{"a deleted row is in no self link any more",
	 {WAIT,
	  {"DELETE " THINGS "?records[]=" A, NULL, 200, NULL},
	  {THING(B, "{\"Inside\":\"-\",\"Changed\":" LATER "}")}}},
	{"a deleted row is in no inverse cell any more",
	 {{"DELETE " THINGS "?records[]=" B, NULL, 200, NULL}, {PLACE(P, "{\"Things\":\"-\"}")}}},
	{"one of two links goes, the other stays",
	 {{SET(C, "{\"Inside\":[\"" A "\",\"" B "\"]}")},
	  {"DELETE " THINGS "?records[]=" A, NULL, 200, NULL},
	  {THING(C, "{\"Inside\":[\"" B "\"]}")}}},
	/* the trash */
	{"a row brought back is what it was, at its place",
	 {{"DELETE " THINGS "?records[]=" B, NULL, 200, NULL},
	  WAIT,
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" B "\"}}")},
	  {THING(B,
		 "{\"Name\":\"b\",\"Kind\":\"Apple\",\"Place\":[\"" P "\"],\"Inside\":[\"" A "\"],\"#\":2}")},
	  {PLACE(P, "{\"Things\":[\"" B "\"]}")},
	  {"GET " THINGS "?view=Grid%20view&fields[]=Name", NULL, 200,
	   "{\"records\":[{\"id\":\"" A "\"},{\"id\":\"" B "\"},{\"id\":\"" C "\"}]}"}}},
	{"one-way links to a row brought back are back",
	 {{"DELETE " THINGS "?records[]=" A, NULL, 200, NULL},
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" A "\"}}")},
	  {THING(B, "{\"Inside\":[\"" A "\"]}")}}},
	{"a one-way link that was set anew meanwhile stays as it is",
	 {{"DELETE " THINGS "?records[]=" A, NULL, 200, NULL},
	  WAIT,
	  {SET(B, "{\"Inside\":[\"" C "\"]}")},
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" A "\"}}")},
	  {THING(B, "{\"Inside\":[\"" C "\"]}")}}},
	{"two rows that linked, deleted together, brought back one after the other",
	 {{"DELETE " THINGS "?records[]=" A "&records[]=" B, NULL, 200, NULL},
	  {"DELETE " BASE "/tblPlaces00000001?records[]=" P, NULL, 200, NULL},
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" B "\"}}")},
	  {THING(B, "{\"Inside\":\"-\",\"Place\":\"-\"}")},
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" A "\"}}")},
	  {THING(B, "{\"Inside\":[\"" A "\"]}")}}},
	{"both ends of a link deleted, the first brought back first",
	 {{"DELETE " THINGS "?records[]=" B, NULL, 200, NULL},
	  {"DELETE " BASE "/tblPlaces00000001?records[]=" P, NULL, 200, NULL},
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" B "\"}}")},
	  {THING(B, "{\"Place\":\"-\"}")},
	  {EDIT("{\"restore\":{\"table\":\"tblPlaces00000001\",\"record\":\"" P "\"}}")},
	  {THING(B, "{\"Place\":[\"" P "\"]}")},
	  {PLACE(P, "{\"Things\":[\"" B "\"]}")}}},
	{"both ends of a link deleted, the second brought back first",
	 {{"DELETE " THINGS "?records[]=" B, NULL, 200, NULL},
	  {"DELETE " BASE "/tblPlaces00000001?records[]=" P, NULL, 200, NULL},
	  {EDIT("{\"restore\":{\"table\":\"tblPlaces00000001\",\"record\":\"" P "\"}}")},
	  {PLACE(P, "{\"Things\":\"-\"}")},
	  {EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" B "\"}}")},
	  {THING(B, "{\"Place\":[\"" P "\"]}")},
	  {PLACE(P, "{\"Things\":[\"" B "\"]}")}}},
	{"a row that is not in the trash cannot be brought back",
	 {{NO_EDIT("{\"restore\":{\"table\":\"Things\",\"record\":\"" A "\"}}",
		   "restore: there is no row in the trash \\\"" A "\\\"")}}},
	{"a deleted row is unknown to the API",
	 {{"DELETE " THINGS "?records[]=" A, NULL, 200, NULL},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"" A "\",\"fields\":{}}]}", 422,
	   "{\"error\":{\"type\":\"ROW_DOES_NOT_EXIST\"}}"},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"" C "\",\"fields\":{\"Inside\":[\"" A "\"]}}]}", 422,
	   "{\"error\":{\"type\":\"ROW_DOES_NOT_EXIST\"}}"}}},
	/* a person's edits */
	{"a person makes, changes and deletes rows",
	 {{"POST /_sandbox/edit",
	   "{\"base\":\"app00000000000001\",\"actions\":[{\"create\":{\"table\":\"Things\",\"fields\":{"
	   "\"Name\":\"new\",\"Kind\":\"Own\"}}},"
	   "{\"action\":\"update\",\"table\":\"tblThings00000001\",\"record\":\"" A
	   "\",\"fields\":{\"Count\":\"5\"}},"
	   "{\"action\":\"delete\",\"table\":\"Things\",\"record\":\"" B "\"},"
	   "{\"delete\":{\"table\":\"Things\",\"records\":[\"" C "\",\"" C "\"]}}]}",
	   200, "{\"results\":[{\"id\":\"/rec\"},{\"id\":\"" A "\"},{},{}]}"},
	  {"GET " THINGS "?view=Grid%20view", NULL, 200,
	   "{\"records\":[{\"fields\":{\"Name\":\"a\",\"Count\":5}},{\"id\":\"$id\",\"fields\":{\"Kind\":"
	   "\"Own\"}}]}"},
	  {"GET /_sandbox/counts", NULL, 200, "{\"create\":0,\"records_created\":0,\"records_deleted\":0}"}}},
	{"a person's edit that does not fit says which",
	 {{NO_EDIT("{\"create\":{\"table\":\"Things\",\"fields\":{}}},{\"update\":{\"table\":\"Things\","
		   "\"record\":\"" A "\",\"fields\":{\"Count\":\"x\"}}}",
		   "action 2: update: Cannot parse value \\\"x\\\" for field Count")}}},
	{"an edit of an unknown table",
	 {{NO_EDIT("{\"create\":{\"table\":\"None\"}}", "create: there is no table \\\"None\\\"")}}},
	{"an edit of an unknown kind", {{NO_EDIT("{\"explode\":{}}", "no such action")}}},
	{"an edit of an unknown base",
	 {{"POST /_sandbox/edit", "{\"base\":\"app9\",\"actions\":[]}", 422,
	   "{\"error\":{\"message\":\"there is no base \\\"app9\\\"\"}}"}}},
	/* the schema */
	{"a renamed field keeps its id and its cells",
	 {{EDIT("{\"renameField\":{\"table\":\"Things\",\"field\":\"Count\",\"name\":\"How Many\"}}")},
	  {THING(A, "{\"How Many\":2,\"Count\":\"-\"}")},
	  {"GET " THINGS "?fields[]=Count", NULL, 422, "{\"error\":{\"type\":\"UNKNOWN_FIELD_NAME\"}}"},
	  {"GET " THINGS "?fields[]=fldCount&filterByFormula=%7BHow%20Many%7D%3D2", NULL, 200,
	   "{\"records\":[{\"id\":\"" A "\"}]}"}}},
	{"a name that is taken is refused, in any letters",
	 {{NO_EDIT("{\"renameField\":{\"table\":\"Things\",\"field\":\"Count\",\"name\":\"NAME\"}}",
		   "renameField: the field name \\\"NAME\\\" is taken or empty")}}},
	{"a deleted field is unknown, the others stay",
	 {WAIT,
	  {EDIT("{\"deleteField\":{\"table\":\"Things\",\"field\":\"Count\"}}")},
	  {THING(A, "{\"Name\":\"a\",\"Count\":\"-\",\"Changed\":" LATER "}")},
	  {THING(C, "{\"Name\":\"C\",\"Done\":true,\"Kind\":\"Box\",\"Count Changed\":\"-\"}")},
	  {"GET " THINGS "?fields[]=fldCount", NULL, 422, "{\"error\":{\"type\":\"UNKNOWN_FIELD_NAME\"}}"}}},
	{"a field deleted without a trace in the modified times",
	 {WAIT,
	  {EDIT("{\"deleteField\":{\"table\":\"Things\",\"field\":\"Count\",\"touch\":false}}")},
	  {THING(A, "{\"Changed\":\"2026-01-01T00:00:00.000Z\"}")}}},
	{"a field made anew has another id and empty cells",
	 {{EDIT("{\"deleteField\":{\"table\":\"Things\",\"field\":\"Count\"}},"
		"{\"addField\":{\"table\":\"Things\",\"name\":\"Count\",\"type\":\"number\",\"options\":{"
		"\"precision\":0}}}")},
	  {THING(A, "{\"Count\":\"-\"}")},
	  {SET(A, "{\"Count\":7}")},
	  {"GET " THINGS "?fields[]=fldCount", NULL, 422, NULL}}},
	{"the primary field cannot be deleted",
	 {{NO_EDIT("{\"deleteField\":{\"table\":\"Things\",\"field\":\"Name\"}}",
		   "deleteField: the primary field cannot be deleted")}}},
	{"a new link has its other end",
	 {{EDIT("{\"addField\":{\"table\":\"Things\",\"name\":\"Seen\",\"type\":\"multipleRecordLinks\","
		"\"options\":{\"linkedTableId\":\"tblPlaces00000001\"}}}")},
	  {SET(A, "{\"Seen\":[\"" Q "\"]}")},
	  {PLACE(Q, "{\"Things 2\":[\"" A "\"],\"Things\":\"-\"}")}}},
	{"a deleted link leaves text at its other end",
	 {{EDIT("{\"deleteField\":{\"table\":\"Things\",\"field\":\"Place\"}}")},
	  {PLACE(P, "{\"Things\":\"b\"}")}}},
	{"a number that became a text and a number again",
	 {{EDIT("{\"retypeField\":{\"table\":\"Things\",\"field\":\"Count\",\"type\":\"singleLineText\"}}")},
	  {THING(A, "{\"Count\":\"2\"}")},
	  {SET(A, "{\"Count\":\"many\"}")},
	  {EDIT("{\"retypeField\":{\"table\":\"Things\",\"field\":\"Count\",\"type\":\"number\",\"options\":{"
		"\"precision\":0}}}")},
	  {THING(A, "{\"Count\":\"-\"}")},
	  {THING(C, "{\"Count\":1}")}}},
	{"a text that became a select has its values as choices",
	 {{EDIT("{\"retypeField\":{\"table\":\"Things\",\"field\":\"Kind\",\"type\":\"singleLineText\"}}")},
	  {THING(B, "{\"Kind\":\"Apple\"}")},
	  {EDIT("{\"retypeField\":{\"table\":\"Things\",\"field\":\"Kind\",\"type\":\"singleSelect\"}}")},
	  {THING(B, "{\"Kind\":\"Apple\"}")},
	  {SET(A, "{\"Kind\":\"Box\"}")}}},
	{"a link that became a text ends at both ends",
	 {{EDIT("{\"retypeField\":{\"table\":\"Things\",\"field\":\"Place\",\"type\":\"singleLineText\"}}")},
	  {THING(B, "{\"Place\":\"here\"}")},
	  {PLACE(P, "{\"Things\":\"b\"}")}}},
	{"a field cannot become a link",
	 {{NO_EDIT("{\"retypeField\":{\"table\":\"Things\",\"field\":\"Count\",\"type\":"
		   "\"multipleRecordLinks\"}}",
		   "retypeField: field \\\"Count\\\" cannot become a \\\"multipleRecordLinks\\\"")}}},
	{"a renamed choice is renamed in its cells, which do not count as modified",
	 {WAIT,
	  {EDIT("{\"renameChoice\":{\"table\":\"Things\",\"field\":\"Kind\",\"choice\":\"Apple\",\"name\":"
		"\"Pear\"}}")},
	  {THING(B, "{\"Kind\":\"Pear\",\"Changed\":\"2026-01-02T00:00:00.000Z\"}")},
	  {SET(A, "{\"Kind\":\"Pear\"}")}}},
	{"a deleted choice empties its cells",
	 {WAIT,
	  {EDIT("{\"deleteChoice\":{\"table\":\"Things\",\"field\":\"Kind\",\"choice\":\"selA\"}}")},
	  {THING(B, "{\"Kind\":\"-\",\"Changed\":" LATER "}")},
	  {"PATCH " THINGS, "{\"records\":[{\"id\":\"" A "\",\"fields\":{\"Kind\":\"Apple\"}}]}", 422,
	   "{\"error\":{\"type\":\"INVALID_MULTIPLE_CHOICE_OPTIONS\"}}"}}},
	{"a renamed table",
	 {{EDIT("{\"renameTable\":{\"table\":\"Things\",\"name\":\"Stuff\"}}")},
	  {ROW("Stuff", A, "{\"Name\":\"a\"}")}}},
	{"a deleted table is unknown, links to it are texts",
	 {{EDIT("{\"deleteTable\":{\"table\":\"Places / all\"}}")},
	  {"GET " BASE "/tblPlaces00000001", NULL, 403, NULL},
	  {THING(B, "{\"Place\":\"here\"}")},
	  {"GET " BASE "/Things/" P, NULL, 403, NULL}}},
	{"a row comes back after a field was deleted and another made",
	 {{"DELETE " THINGS "?records[]=" C, NULL, 200, NULL},
	  {EDIT("{\"deleteField\":{\"table\":\"Things\",\"field\":\"Count\"}},"
		"{\"addField\":{\"table\":\"Things\",\"name\":\"Fresh\",\"type\":\"singleLineText\"}},"
		"{\"deleteChoice\":{\"table\":\"Things\",\"field\":\"Kind\",\"choice\":\"Box\"}},"
		"{\"restore\":{\"table\":\"Things\",\"record\":\"" C "\"}}")},
	  {THING(C, "{\"Name\":\"C\",\"Done\":true,\"Count\":\"-\",\"Kind\":\"-\",\"Fresh\":\"-\"}")}}},
};

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, steps_run);
	return cases_run("sandbox links", &cases);
}
