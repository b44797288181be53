/* The judge of recordings: what it lets pass, and what it does not. */
#include "tests/scenarios/recording_better.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

#define ITEM(data, times) "{\"_id\":\"item-a\",\"type\":\"item\",\"data\":{" data "}," times "}"
#define TIMES             "\"created_at\":1,\"updated_at\":1"
#define NAMED             "\"name\":\"Drill\",\"collection_id\":\"c\",\"config_uuid\":\"u\""
#define MARKED            NAMED ",\"integrations\":{\"i\":{\"id\":\"recA\",\"modified_at\":7}}"
#define ROW(cells)        "{\"id\":\"recA\",\"fields\":{\"ID\":\"a\",\"Name\":\"Drill\"" cells "}}"
#define HISTORY(old, new)                                                                                    \
	"{\"_id\":\"zzd-history-x\",\"type\":\"_history\",\"created_by\":\"integration-i\",\"event_name\":"  \
	"\"sync\",\"data_type\":\"item\",\"data_id\":\"a\",\"batch\":1,\"original_data\":{" old              \
	"},\"new_data\":{" new "}}"
#define SYNC(at)     "{\"op\":\"sync\",\"started_at\":" at ",\"finished_at\":" at "5}"
#define SYNC_ALL(at) "{\"op\":\"sync\",\"full_sync\":true,\"started_at\":" at ",\"finished_at\":" at "5}"
#define APP(at, save)                                                                                        \
	"{\"op\":\"app\",\"ops\":[{\"save\":{\"__type\":\"item\",\"__id\":\"a\"," save "},\"at\":" at "}]}"
#define BASE(at, cell)                                                                                       \
	"{\"op\":\"airtable\",\"edits\":[{\"table\":\"Items\",\"record_id\":\"recA\",\"set\":{" cell         \
	"},\"at\":" at "}]}"
#define KNOWN                                                                                                \
	"{\"op\":\"sync\",\"started_at\":10,\"finished_at\":15,\"records_changed\":[{\"table\":\"Items\","   \
	"\"id\":\"recA\",\"fields\":{\"ID\":\"a\",\"Name\":\"Drill\"}}]}"
#define COPY(at)                                                                                             \
	"{\"op\":\"airtable\",\"edits\":[{\"table\":\"Items\",\"record_id\":\"recB\",\"create\":{"           \
	"\"ID\":\"a\",\"Name\":\"Copy\"},\"at\":" at "}],\"records_changed\":[{\"table\":\"Items\","         \
	"\"id\":\"recB\",\"fields\":{\"ID\":\"x\",\"Name\":\"Copy\"}}]}"
#define NOTES "\"notes\":\"typed\""
#define MODEL "\"model_name\":\"XL\""

static const struct judged_case {
	const char *sentence;
	const char *initial; /* the item at the start; NULL: as MARKED */
	const char *phases;
	const char *theirs, *their_row; /* NULL: as MARKED, as ROW() */
	const char *ours, *our_row;     /* documents, with commas between */
	enum verdict verdict;
	const char *why; /* in the words */
} judged_cases[] = {
	{"the same is as recorded", NULL, KNOWN, NULL, NULL, NULL, NULL, VERDICT_AS_RECORDED, ""},
	{"when a row was modified, and what the app's clock made, is not compared", NULL, KNOWN,
	 ITEM(MARKED, "\"created_at\":1,\"updated_at\":12"), NULL,
	 ITEM(NAMED ",\"integrations\":{\"i\":{\"id\":\"recA\",\"modified_at\":99}}",
	      "\"created_at\":1,\"updated_at\":40"),
	 NULL, VERDICT_AS_RECORDED, ""},
	{"what a person's clock made is", NULL, KNOWN, NULL, NULL,
	 ITEM(MARKED, "\"created_at\":1,\"updated_at\":40"), NULL, VERDICT_FAILED, "updated_at"},
	{"an empty cell is a missing one", NULL, KNOWN, NULL, ROW(",\"Notes\":\"\""), NULL, NULL,
	 VERDICT_AS_RECORDED, ""},
	{"any message stands for a message", NULL, KNOWN, NULL,
	 ROW(",\"Synchronization Error Message\":\"<message>\""), NULL,
	 ROW(",\"Synchronization Error Message\":\"Serial: …\""), VERDICT_AS_RECORDED, ""},
	{"no message does not", NULL, KNOWN, NULL, ROW(",\"Synchronization Error Message\":\"<message>\""),
	 NULL, NULL, VERDICT_FAILED, "Synchronization Error Message"},
	{"a value that nobody edited must be as recorded", NULL, KNOWN, NULL, NULL,
	 ITEM(MARKED "," NOTES, TIMES), ROW(",\"Notes\":\"typed\""), VERDICT_FAILED, "notes"},
	{"a row that is not recorded is wrong", NULL, KNOWN, NULL, NULL, NULL,
	 ROW("") ",{\"id\":\"recB\",\"fields\":{}}", VERDICT_FAILED, "recB"},
	{"a history that is not recorded is wrong", NULL, KNOWN, NULL, NULL,
	 ITEM(MARKED, TIMES) "," HISTORY("", NOTES), NULL, VERDICT_FAILED, "history of item-a"},
	{"a history of nothing is none", NULL, KNOWN, NULL, NULL,
	 ITEM(MARKED, TIMES) "," HISTORY("\"serial\":1,\"x\":false", "\"serial\":1"), NULL,
	 VERDICT_AS_RECORDED, ""},
	{"a price is compared as it is meant", NULL, KNOWN, ITEM(MARKED ",\"p\":2009.9999999999998", TIMES),
	 NULL, ITEM(MARKED ",\"p\":2010", TIMES), NULL, VERDICT_AS_RECORDED, ""},
	{"a flag that was false may stay so", ITEM(MARKED ",\"f\":false", TIMES), KNOWN, NULL, NULL,
	 ITEM(MARKED ",\"f\":false", TIMES), NULL, VERDICT_BETTER, "9.7"},
	{"one that was not may not become so", NULL, KNOWN, NULL, NULL, ITEM(MARKED ",\"f\":false", TIMES),
	 NULL, VERDICT_FAILED, "f: recorded nothing"},
	{"edits of both sides are merged, and recorded", NULL,
	 KNOWN "," APP("20", NOTES) "," BASE("21", "\"Model Name\":\"XL\"") "," SYNC("30"),
	 ITEM(MARKED "," MODEL, "\"created_at\":1,\"updated_at\":31") "," HISTORY(NOTES, MODEL),
	 ROW(",\"Model Name\":\"XL\""),
	 ITEM(MARKED "," MODEL "," NOTES, "\"created_at\":1,\"updated_at\":31") "," HISTORY("", MODEL),
	 ROW(",\"Model Name\":\"XL\",\"Notes\":\"typed\""), VERDICT_BETTER, "9.2"},
	{"... not without the history", NULL,
	 KNOWN "," APP("20", NOTES) "," BASE("21", "\"Model Name\":\"XL\"") "," SYNC("30"),
	 ITEM(MARKED "," MODEL, "\"created_at\":1,\"updated_at\":31") "," HISTORY(NOTES, MODEL),
	 ROW(",\"Model Name\":\"XL\""),
	 ITEM(MARKED "," MODEL "," NOTES, "\"created_at\":1,\"updated_at\":31"),
	 ROW(",\"Model Name\":\"XL\",\"Notes\":\"typed\""), VERDICT_FAILED, "the history has no entry"},
	{"... not when one side misses one of them", NULL,
	 KNOWN "," APP("20", NOTES) "," BASE("21", "\"Model Name\":\"XL\"") "," SYNC("30"),
	 ITEM(MARKED "," MODEL, "\"created_at\":1,\"updated_at\":31") "," HISTORY(NOTES, MODEL),
	 ROW(",\"Model Name\":\"XL\""),
	 ITEM(MARKED "," MODEL "," NOTES, "\"created_at\":1,\"updated_at\":31") "," HISTORY("", MODEL),
	 ROW(",\"Model Name\":\"XL\""), VERDICT_FAILED, "the row has lost the edit of Notes"},
	{"an edit before a full sync survives", NULL,
	 KNOWN "," BASE("21", "\"Notes\":\"typed\"") "," SYNC_ALL("30"), NULL, NULL,
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":31") "," HISTORY("", NOTES),
	 ROW(",\"Notes\":\"typed\""), VERDICT_BETTER, "9.1"},
	{"one before another sync is not known to be lost", NULL,
	 KNOWN "," BASE("21", "\"Notes\":\"typed\"") "," SYNC("30"), NULL, NULL,
	 ITEM(MARKED "," NOTES, TIMES) "," HISTORY("", NOTES), ROW(",\"Notes\":\"typed\""), VERDICT_FAILED,
	 "notes"},
	{"better in one place does not excuse another", NULL,
	 KNOWN "," BASE("21", "\"Notes\":\"typed\"") "," SYNC_ALL("30"), NULL, NULL,
	 ITEM(MARKED "," NOTES "," MODEL, "\"created_at\":1,\"updated_at\":31") "," HISTORY("", NOTES),
	 ROW(",\"Notes\":\"typed\",\"Model Name\":\"XL\""), VERDICT_FAILED, "model_name"},
	{"the note of a deletion may be gone where a box was ticked", NULL,
	 KNOWN "," BASE("21", "\"Delete\":true") "," SYNC("30"),
	 "{\"_id\":\"integration_deleted_data-item-a-i\",\"type\":\"integration_deleted_data\"}", "", "", "",
	 VERDICT_BETTER, "9.23"},
	{"what is refused may stay in its row, with the reason", NULL,
	 KNOWN "," BASE("21", "\"Name\":null") "," SYNC("30") "," APP("40", NOTES) "," SYNC("50"),
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":40"),
	 ROW(",\"Notes\":\"typed\",\"Synchronization Error Message\":\"<message>\""),
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":40"),
	 "{\"id\":\"recA\",\"fields\":{\"ID\":\"a\",\"Notes\":\"typed\",\"Synchronization Error "
	 "Message\":\"Name is empty\"}}",
	 VERDICT_BETTER, "rule 21"},
	{"... not without the reason", NULL,
	 KNOWN "," BASE("21", "\"Name\":null") "," SYNC("30") "," APP("40", NOTES) "," SYNC("50"),
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":40"),
	 ROW(",\"Notes\":\"typed\",\"Synchronization Error Message\":\"<message>\""),
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":40"),
	 "{\"id\":\"recA\",\"fields\":{\"ID\":\"a\",\"Notes\":\"typed\"}}", VERDICT_FAILED, ""},
	{"... and not when the app's edit does not reach the row", NULL,
	 KNOWN "," BASE("21", "\"Name\":null") "," SYNC("30") "," APP("40", NOTES) "," SYNC("50"),
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":40"),
	 ROW(",\"Notes\":\"typed\",\"Synchronization Error Message\":\"<message>\""),
	 ITEM(MARKED "," NOTES, "\"created_at\":1,\"updated_at\":40"),
	 "{\"id\":\"recA\",\"fields\":{\"ID\":\"a\",\"Synchronization Error Message\":\"Name is empty\"}}",
	 VERDICT_FAILED, "Notes"},
	{"a copy of a row is told so", NULL, KNOWN "," COPY("21"),
	 ITEM(MARKED, TIMES) ",{\"_id\":\"item-x\",\"type\":\"item\",\"data\":{" NAMED "}," TIMES "}",
	 ROW("") ",{\"id\":\"recB\",\"fields\":{\"ID\":\"x\",\"Name\":\"Copy\"}}", NULL,
	 ROW("") ",{\"id\":\"recB\",\"fields\":{\"ID\":\"a\",\"Name\":\"Copy\","
		 "\"Synchronization Error Message\":\"a copy\"}}",
	 VERDICT_BETTER, "rule 13"},
	{"... or it is wrong", NULL, KNOWN "," COPY("21"),
	 ITEM(MARKED, TIMES) ",{\"_id\":\"item-x\",\"type\":\"item\",\"data\":{" NAMED "}," TIMES "}",
	 ROW("") ",{\"id\":\"recB\",\"fields\":{\"ID\":\"x\",\"Name\":\"Copy\"}}", NULL,
	 ROW("") ",{\"id\":\"recB\",\"fields\":{\"ID\":\"a\",\"Name\":\"Copy\"}}", VERDICT_FAILED,
	 "is not told so"},
	{"... but the note of a deletion may not stay where the recording has none", NULL,
	 KNOWN "," APP("20", "\"__deleted\":true"), "", "",
	 "{\"_id\":\"integration_deleted_data-item-a-i\",\"type\":\"integration_deleted_data\"}", "",
	 VERDICT_FAILED, "integration_deleted_data"},
};

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error;

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s: %s", error.text, words);
	return json;
}

static const char *or_else(const char *words, const char *other)
{
	return words ? words : other;
}

static const char schema[] =
	"{\"tables\":[{\"name\":\"Items\",\"fields\":[{\"name\":\"ID\",\"type\":\"singleLineText\"},"
	"{\"name\":\"Name\",\"type\":\"singleLineText\"},{\"name\":\"Notes\",\"type\":\"multilineText\"},"
	"{\"name\":\"Model Name\",\"type\":\"singleLineText\"},{\"name\":\"Delete\",\"type\":\"checkbox\"},"
	"{\"name\":\"Modified At\",\"type\":\"lastModifiedTime\"}]},{\"name\":\"Collections\",\"fields\":["
	"{\"name\":\"ID\",\"type\":\"singleLineText\"},{\"name\":\"Modified "
	"At\",\"type\":\"lastModifiedTime\"}]}]}";

static void test_judge(void **state)
{
	const struct judged_case *row = *state;
	scoped_text words =
		own_format("{\"name\":\"case\",\"integration_id\":\"i\",\"airtable_fake\":{\"schema\":%s},"
			   "\"initial_docs\":[%s],"
			   "\"phases\":[%s],\"final_docs\":[%s],\"final_records\":{\"Items\":[%s]}}",
			   schema, or_else(row->initial, ITEM(MARKED, TIMES)), row->phases,
			   or_else(row->theirs, ITEM(MARKED, TIMES)), or_else(row->their_row, ROW("")));
	scoped_text documents = own_format("[%s]", or_else(row->ours, ITEM(MARKED, TIMES)));
	scoped_text rows = own_format("{\"Items\":[%s]}", or_else(row->our_row, ROW("")));
	scoped(json_object) json = parsed(words);
	struct ends ends = {parsed(documents), parsed(rows)};
	struct recording recording;
	struct error error;
	struct text why = {0};

	if (!recording_read(json, NULL, &recording, &error))
		fail_msg("%s", error.text);
	enum verdict verdict = recording_judge(&recording, &ends, &why);
	if (verdict != row->verdict || !strstr(text_or_empty(&why), row->why))
		fail_msg("verdict %d: %s", (int)verdict, text_or_empty(&why));
	ends_done(&ends);
	text_done(&why);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, judged_cases, test_judge);
	return cases_run("judge", &cases);
}
