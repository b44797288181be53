/* What the sides of a sync answer, in memory and on real servers: short scripts, played on both at once, whose every answer must
 * be the same. What the worlds in memory promise of CouchDB and Airtable is so known to be true. */
#include "base/log.h"
#include "tests/replay/both.h"

#include <stdio.h>
#include <string.h>

static struct json_object *words(const char *text)
{
	return json_new_text(text);
}

/* {name: value}; both taken. */
static struct json_object *one(const char *name, struct json_object *value)
{
	struct json_object *object = json_new_object();

	json_put(object, name, value);
	return object;
}

static struct world_row *row_of(struct both *both, const char *id)
{
	return world_row_of(both->world, TABLE_ITEMS, id);
}

static struct json_object *link_to(const char *record)
{
	return world_link(record);
}

/* ---- the database ---- */

static void documents_that_are_there_and_not(struct both *both)
{
	both_couch_read(both, "i1");
	both_couch_read(both, "i9");
	both_phone_deletes(both, "i1");
	both_couch_read(both, "i1");
	both_couch_list(both, TABLE_ITEMS);
	both_couch_list(both, TABLE_COLLECTIONS);
}

static void another_revision_came_before(struct both *both)
{
	both_keep_revision(both, "i1");
	both_phone_puts(both, "i1", "notes", "of the phone");
	both_couch_write(both, WRITE_UPDATE, "i1", true, one("name", words("ours")));
	both_couch_read(both, "i1");
	both_keep_revision(both, "i1");
	both_couch_write(both, WRITE_UPDATE, "i1", true, one("name", words("ours")));
	both_couch_read(both, "i1");
	both_couch_write(both, WRITE_UPDATE, "i1", true, one("name", words("ours, of the same revision")));
	both_couch_read(both, "i1");
}

static void revisions_are_read(struct both *both)
{
	both_keep_revision(both, "i1");
	both_couch_revisions(both, "i1");
	both_phone_puts(both, "i1", "notes", "another");
	both_couch_revisions(both, "i1");
	both_keep_revision(both, "i1");
	both_couch_revisions(both, "i1");
	both_couch_write(both, WRITE_END_LEAF, "i1", true, NULL);
	both_couch_revisions(both, "i1");
	both_keep_revision(both, "i1");
	both_couch_revisions(both, "i1");
}

static void made_where_something_is(struct both *both)
{
	both_couch_write(both, WRITE_CREATE, "i1", false, one("name", words("another")));
	both_couch_read(both, "i1");
	both_couch_write(both, WRITE_CREATE, "i2", false, one("name", words("new")));
	both_couch_read(both, "i2");
}

static void a_tombstone_is_written_over(struct both *both)
{
	both_phone_deletes(both, "i1");
	both_couch_write(both, WRITE_CREATE, "i1", false, one("name", words("is back")));
	both_couch_read(both, "i1");
	both_couch_list(both, TABLE_ITEMS);
}

static void a_document_is_deleted(struct both *both)
{
	both_keep_revision(both, "i1");
	both_phone_puts(both, "i1", "notes", "edited meanwhile");
	both_couch_write(both, WRITE_DELETE, "i1", true, NULL);
	both_couch_read(both, "i1");
	both_keep_revision(both, "i1");
	both_couch_write(both, WRITE_DELETE, "i1", true, NULL);
	both_couch_read(both, "i1");
	both_couch_write(both, WRITE_DELETE, "i1", true, NULL);
}

static struct json_object *history(const char *what)
{
	struct json_object *body = one("_id", words("zzd-history-integration-w-1-item-i1-sync-1-0001"));

	json_put_text(body, "type", "_history");
	json_put_text(body, "event_name", what);
	return body;
}

static void history_is_written_twice(struct both *both)
{
	both_couch_write_extra(both, history("one"));
	both_couch_write_extra(both, history("one"));
	both_couch_write_extra(both, history("another"));
	both_couch_write_extra(both, history("another"));
	both_couch_extra(both, "zzd-history-integration-w-1-item-i1-sync-1-0001");
	both_couch_extra(both, "zzd-history-integration-w-1-item-i1-sync-1-0002");
	both_couch_extra(both, "zzd-history-integration-w-1-item-i1-sync-1-0003");
}

static void other_documents(struct both *both)
{
	both_couch_extra(both, "item-i1");
	both_couch_extra(both, "item-i9");
	both_phone_deletes(both, "i1");
	both_couch_extra(both, "item-i1");
}

static void news_of_documents(struct both *both)
{
	both_couch_news(both);
	both_couch_news(both);
	both_phone_puts(both, "i1", "notes", "one");
	both_phone_puts(both, "i2", "notes", "two");
	both_phone_puts(both, "i1", "notes", "three");
	both_couch_news(both);
	both_phone_deletes(both, "i2");
	both_couch_news(both);
	both_couch_position(both);
	both_couch_news(both);
	both_phone_puts(both, "i2", "notes", "is back");
	both_couch_news(both);
}

/* ---- the base ---- */

static void rows_that_are_there_and_not(struct both *both)
{
	const char *const ids[] = {"i1", "i9"};
	struct world_row *row = row_of(both, "i1");

	both_rows_read(both, TABLE_ITEMS, row->id);
	both_rows_read(both, TABLE_ITEMS, "recNobody00000001");
	both_rows_read(both, TABLE_COLLECTIONS, row->id);
	both_rows_find(both, ids, 2);
	both_person_deletes(both, row);
	both_rows_read(both, TABLE_ITEMS, row->id);
	both_rows_find(both, ids, 2);
	both_rows_list(both, TABLE_ITEMS);
	both_person_restores(both, row);
	both_rows_read(both, TABLE_ITEMS, row->id);
}

static void ids_that_are_hard_to_ask_for(struct both *both)
{
	static const char *const ids[] = {"a\"b", "a'b", "a\\b", "a,b)", " a", "A\"B", "ü"};

	for (size_t i = 0; i < countof(ids); i++) {
		struct world_row *row = both_person_adds(both, "hard");
		both_person_types(both, row, FIELD_ID, words(ids[i]));
	}
	for (size_t i = 0; i < countof(ids); i++)
		both_rows_find(both, &ids[i], 1);
}

static void rows_with_one_id(struct both *both)
{
	const char *const ids[] = {"i5"};

	for (int i = 0; i < 2; i++)
		both_person_types(both, both_person_adds(both, "a twin"), FIELD_ID, words("i5"));
	both_rows_find(both, ids, 1);
	struct json_object *cells = one("ID", words("i5"));
	json_put_text(cells, "Name", "a third");
	both_rows_write(both, WRITE_CREATE, NULL, cells);
	both_rows_find(both, ids, 1);
}

static void a_row_is_made(struct both *both)
{
	struct json_object *cells = one("ID", words("i2"));

	json_put_text(cells, "Name", "made");
	json_put(cells, "Collection", link_to(world_row_of(both->world, TABLE_COLLECTIONS, "c0")->id));
	json_put(cells, "Serial", json_new_int(7));
	json_put(cells, "Purchase Price", json_number(12.25));
	json_put_text(cells, "Purchase Date", "2026-01-02T03:04:05.678Z");
	json_put_text(cells, "Type", "Container");
	json_put(cells, "Will Not Restock", json_new_bool(true));
	json_put(cells, "Notes", words("two\nlines, ü \xf0\x9f\x99\x82"));
	both_rows_write(both, WRITE_CREATE, NULL, cells);
	both_rows_list(both, TABLE_ITEMS);
	/* And is there already when it is made once more. */
	cells = one("ID", words("i2"));
	json_put_text(cells, "Name", "made again");
	both_rows_write(both, WRITE_CREATE, NULL, cells);
	both_rows_list(both, TABLE_ITEMS);
}

static void cells_are_emptied(struct both *both)
{
	struct world_row *row = row_of(both, "i1");

	both_rows_write(both, WRITE_UPDATE, row->id, one("Notes", words("")));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Delete", json_new_bool(true)));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Delete", json_new_bool(false)));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Serial", json_new_int(0)));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Serial", NULL));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Collection", json_new_array()));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Type", NULL));
	both_rows_read(both, TABLE_ITEMS, row->id);
}

static void what_is_refused(struct both *both)
{
	struct world_row *row = row_of(both, "i1");

	both_rows_write(both, WRITE_UPDATE, "recNobody00000001", one("Notes", words("for nobody")));
	both_rows_write(both, WRITE_DELETE, "recNobody00000001", NULL);
	both_rows_write(both, WRITE_UPDATE, row->id, one("Container", link_to("recNobody00000001")));
	both_rows_write(both, WRITE_UPDATE, row->id, one("fldNobody00000001", words("nowhere")));
	both_rows_read(both, TABLE_ITEMS, row->id);
}

static void one_of_many_is_refused(struct both *both)
{
	const char *rows[3];
	struct json_object *cells[3];

	for (int i = 0; i < 3; i++)
		rows[i] = both_person_adds(both, "one of three")->id;
	for (int i = 0; i < 3; i++)
		cells[i] = one("Notes", words("written"));
	rows[1] = "recNobody00000001";
	both_rows_write_many(both, WRITE_UPDATE, rows, cells, 3);
	both_rows_list(both, TABLE_ITEMS);
	both_rows_write_many(both, WRITE_DELETE, rows, NULL, 3);
	both_rows_list(both, TABLE_ITEMS);
}

static void links_to_a_row_that_goes(struct both *both)
{
	struct world_row *box = row_of(both, "i1"), *thing = both_person_adds(both, "in the box");

	both_person_types(both, thing, FIELD_CONTAINER, link_to(box->id));
	both_rows_read(both, TABLE_ITEMS, thing->id);
	both_rows_write(both, WRITE_DELETE, box->id, NULL);
	both_rows_read(both, TABLE_ITEMS, thing->id);
	both_rows_write(both, WRITE_DELETE, box->id, NULL);
	both_rows_write(both, WRITE_UPDATE, box->id, one("Notes", words("too late")));
}

static void links_of_a_row_that_comes_back(struct both *both)
{
	struct world_row *box = row_of(both, "i1"), *thing = both_person_adds(both, "in the box");

	both_person_types(both, thing, FIELD_CONTAINER, link_to(box->id));
	both_person_deletes(both, thing);
	both_person_restores(both, thing);
	both_rows_read(both, TABLE_ITEMS, thing->id);
	both_person_deletes(both, box);
	both_rows_read(both, TABLE_ITEMS, thing->id);
	both_person_restores(both, box);
	both_rows_read(both, TABLE_ITEMS, box->id);
}

static void when_a_cell_was_edited(struct both *both)
{
	struct world_row *row = row_of(both, "i1");

	both_time_passes(both, 60000);
	both_person_types(both, row, FIELD_NOTES, words("later"));
	both_time_passes(both, 10000);
	both_rows_edited(both, row, FIELD_NOTES, 20000);
	both_rows_edited(both, row, FIELD_NOTES, 5000);
	both_rows_edited(both, row, FIELD_NAME, 20000);
	both_rows_write(both, WRITE_UPDATE, row->id, one("Name", words("by us")));
	both_time_passes(both, 10000);
	both_rows_edited(both, row, FIELD_NAME, 15000);
	both_rows_edited(both, row, FIELD_NAME, 5000);
	both_rows_edited(both, row, FIELD_SERIAL, 3600000);
}

static void links_are_emptied_at_a_time(struct both *both)
{
	struct world_row *box = row_of(both, "i1"), *thing = both_person_adds(both, "in the box");

	both_person_types(both, thing, FIELD_CONTAINER, link_to(box->id));
	both_time_passes(both, 60000);
	both_person_deletes(both, box);
	both_time_passes(both, 10000);
	both_rows_edited(both, thing, FIELD_CONTAINER, 20000);
	both_rows_edited(both, thing, FIELD_NAME, 20000);
}

static void news_of_rows(struct both *both)
{
	struct world_row *row = row_of(both, "i1"), *other = both_person_adds(both, "another");

	both_time_passes(both, 300000);
	both_rows_position(both);
	both_time_passes(both, 300000);
	both_rows_news(both);
	both_person_types(both, row, FIELD_NOTES, words("news"));
	both_time_passes(both, 5000);
	both_rows_news(both);
	both_time_passes(both, 300000);
	both_rows_news(both);
	both_person_deletes(both, other);
	both_time_passes(both, 5000);
	both_rows_news(both);
	both_person_adds(both, "a third");
	both_time_passes(both, 5000);
	both_rows_news(both);
}

/* As it was written it is shown: the bridge compares what it sent with what it sees. */
static void values_as_they_are_shown(struct both *both)
{
	static const char *const texts[] = {" in the middle of blanks ",
					    "line\n",
					    "tab\tand \"quotes\"",
					    "\xe2\x82\xac \xf0\x9f\x99\x82 e\xcc\x81",
					    "0",
					    "true",
					    "[]"};
	static const double numbers[] = {0, -1, 12.5, 0.1, 123456789.25, 1e-3};
	static const char *const times[] = {"2026-01-02T03:04:05.678Z", "1969-12-31T23:59:59.000Z",
					    "2026-01-02T03:04:05+02:00", "2026-01-02"};
	struct world_row *row = row_of(both, "i1");

	for (size_t i = 0; i < countof(texts); i++) {
		both_rows_write(both, WRITE_UPDATE, row->id, one("Notes", words(texts[i])));
		both_rows_write(both, WRITE_UPDATE, row->id, one("Model Name", words(texts[i])));
	}
	for (size_t i = 0; i < countof(numbers); i++)
		both_rows_write(both, WRITE_UPDATE, row->id, one("Purchase Price", json_number(numbers[i])));
	for (size_t i = 0; i < countof(times); i++)
		both_rows_write(both, WRITE_UPDATE, row->id, one("Purchase Date", words(times[i])));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Type", words("Container")));
	both_rows_write(both, WRITE_UPDATE, row->id, one("Type", words("No Such Choice")));
}

/* More than fit one request. */
static void many_rows(struct both *both)
{
	const char *rows[12];
	struct json_object *cells[12];

	for (size_t i = 0; i < countof(rows); i++) {
		rows[i] = both_person_adds(both, "one of many")->id;
		cells[i] = one("Notes", words("written"));
	}
	both_rows_write_many(both, WRITE_UPDATE, rows, cells, countof(rows));
	both_rows_list(both, TABLE_ITEMS);
	both_rows_write_many(both, WRITE_DELETE, rows, NULL, countof(rows));
	both_rows_list(both, TABLE_ITEMS);
}

/* ---- the state ---- */

static void checkpoints(struct both *both)
{
	both_checkpoint(both, "one");
	both_checkpoint(both, "two");
}

static void documents_of_the_state(struct both *both)
{
	both_store_read(both, "test-a");
	both_store_write(both, "test-a", "one", false, false);
	both_store_write(both, "test-a", "two", false, false);
	both_store_read(both, "test-a");
	both_store_write(both, "test-a", "two", true, false);
	both_store_write(both, "test-b", "three", false, false);
	both_store_write(both, "tesu", "four", false, false);
	both_store_walk(both, "test-");
	both_store_write(both, "test-a", "", true, true);
	both_store_read(both, "test-a");
	both_store_walk(both, "test-");
	both_store_write(both, "test-a", "anew", false, false);
	both_store_read(both, "test-a");
}

static const struct script {
	const char *name;
	void (*play)(struct both *both);
} scripts[] = {
	{"documents that are there, and not", documents_that_are_there_and_not},
	{"another revision came before", another_revision_came_before},
	{"a document is made where one is", made_where_something_is},
	{"a tombstone is written over", a_tombstone_is_written_over},
	{"a document is deleted", a_document_is_deleted},
	{"revisions are read, also those that others were made of", revisions_are_read},
	{"history is written twice, and under an id that is taken", history_is_written_twice},
	{"other documents by their full id", other_documents},
	{"news of documents", news_of_documents},
	{"rows that are there, and not", rows_that_are_there_and_not},
	{"ids that are hard to ask for", ids_that_are_hard_to_ask_for},
	{"rows with one ID", rows_with_one_id},
	{"a row is made", a_row_is_made},
	{"cells are emptied", cells_are_emptied},
	{"what is refused", what_is_refused},
	{"one of many is refused", one_of_many_is_refused},
	{"links to a row that goes", links_to_a_row_that_goes},
	{"links of a row that comes back", links_of_a_row_that_comes_back},
	{"when a cell was edited", when_a_cell_was_edited},
	{"links are emptied at a time", links_are_emptied_at_a_time},
	{"news of rows", news_of_rows},
	{"values as they are shown", values_as_they_are_shown},
	{"many rows", many_rows},
	{"checkpoints", checkpoints},
	{"documents of the state", documents_of_the_state},
};

static bool play(struct stage *stage, const struct script *script, unsigned number)
{
	struct both both;
	struct error error = {0};
	bool ok = both_open(stage, &both, &error);

	if (!ok)
		text_format(&both.words, "\n#   it cannot be begun: %s", error.text);
	else
		script->play(&both);
	ok = ok && both.differences == 0;
	printf("%s %u - %s: %u questions%s\n", ok ? "ok" : "not ok", number, script->name, both.asked,
	       text_or_empty(&both.words));
	fflush(stdout);
	both_close(&both);
	return ok;
}

int main(void)
{
	struct stage *stage = NULL;
	struct error error = {0};
	bool all_well = true;

	log_set_level(LOG_NOTHING);
	if (!stage_open(&stage, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	for (unsigned i = 0; i < countof(scripts); i++)
		all_well = play(stage, &scripts[i], i + 1) && all_well;
	printf("1..%zu\n", countof(scripts));
	stage_close(&stage);
	return all_well ? 0 : 1;
}
