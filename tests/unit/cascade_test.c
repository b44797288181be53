/* What is saved in the wake of an item's move, or of an end: which documents, and what they hold then. */
#include "bridge/documents/cascade.h"

#include "tests/fakes/database.h"
#include "tests/unit/cases.h"

#include <string.h>

#define STORED_MOST 8

static struct json_object *json(const char *words)
{
	struct json_object *value = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &value, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return value;
}

/* ---- the cases ---- */

#define CONFIG                                                                                               \
	"{\"uuid\":\"own\",\"rfid_tag_company_prefix\":\"0000000\","                                         \
	"\"rfid_tag_individual_asset_reference_prefix\":\"100\",\"rfid_tag_access_password\":\"12345678\","  \
	"\"default_use_mixed_rfid_tag_access_password\":false,"                                              \
	"\"rfid_tag_access_password_encoding\":\"082a4c6e\",\"collections_order\":[]}"
#define COLLECTION(number)                                                                                   \
	"{\"name\":\"Tools\",\"collection_reference_number\":\"" number "\",\"config_uuid\":\"own\"}"
#define ITEM(collection) "{\"name\":\"Drill\",\"collection_id\":\"" collection "\",\"config_uuid\":\"own\"}"
#define MARKED                                                                                               \
	"{\"name\":\"Drill\",\"collection_id\":\"c1\",\"config_uuid\":\"own\",\"integrations\":{"            \
	"\"own\":{\"id\":\"rec1\"},\"other\":{\"id\":\"rec2\",\"modified_at\":5},\"odd\":7,\"list\":[]}}"
#define LINK(item, image, collection)                                                                        \
	"{\"item_id\":\"" item "\",\"image_id\":\"" image                                                    \
	"\",\"order\":0,\"_item_collection_id\":\"" collection "\"}"
/* What the bytes are is told when it is saved: the fake's bytes are none. */
#define PICTURE(items, collections)                                                                          \
	"{\"filename\":\"p.png\",\"size\":0,\"image_1440_digest\":\"md5-1B2M2Y8AsgTpgAmY7PhCfg==\","         \
	"\"_item_ids\":[" items "],\"_item_collection_ids\":[" collections "]}"
#define TOLD                                                                                                 \
	"{\"integration_id\":\"other\",\"type\":\"item\",\"id\":\"i\",\"data\":{\"id\":\"rec2\","            \
	"\"modified_at\":5}}"

struct stored {
	const char *id, *data; /* data NULL: it is not there */
};
struct wake_case {
	const char *sentence;
	const char *id;        /* of the item or collection */
	const char *from, *to; /* its data; 'to' NULL: it goes */
	struct stored stored[STORED_MOST], expected[STORED_MOST];
	const char *behind; /* of which the first write meets a conflict, or NULL */
};

static const struct wake_case wake_cases[] = {
	{"an item that moves takes its link and its picture along",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")}, {"zz20-image-p", PICTURE("\"i\"", "\"c1\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")}, {"zz20-image-p", PICTURE("\"i\"", "\"c2\"")}},
	 NULL},
	{"a picture of two items is in both their collections",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")},
	  {"item_image-j-p", LINK("j", "p", "c1")},
	  {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c1\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")},
	  {"item_image-j-p", LINK("j", "p", "c1")},
	  {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c2\",\"c1\"")}},
	 NULL},
	{"a link is found whatever its id is",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")},
	  {"item_image-odd", LINK("j", "p", "c1")},
	  {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c1\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")},
	  {"item_image-odd", LINK("j", "p", "c1")},
	  {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c2\",\"c1\"")}},
	 NULL},
	{"a picture of which not all links are found is left to the app",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")}, {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c1\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")}, {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c1\"")}},
	 NULL},
	{"a link whose picture is gone cannot be saved",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")}},
	 {{"item_image-i-p", LINK("i", "p", "c1")}},
	 NULL},
	{"an edit that is no move wakes nothing",
	 "item-i",
	 ITEM("c1"),
	 "{\"name\":\"Saw\",\"collection_id\":\"c1\",\"config_uuid\":\"own\"}",
	 {{"item_image-i-p", LINK("i", "p", "c2")}, {"zz20-image-p", PICTURE("\"i\"", "\"c2\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")}, {"zz20-image-p", PICTURE("\"i\"", "\"c2\"")}},
	 NULL},
	{"another item's links are its own, also one whose id begins alike",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-j-p", LINK("i-j", "p", "c1")}, {"zz20-image-p", PICTURE("\"i-j\"", "\"c1\"")}},
	 {{"item_image-i-j-p", LINK("i-j", "p", "c1")}, {"zz20-image-p", PICTURE("\"i-j\"", "\"c1\"")}},
	 NULL},
	{"a picture that was changed meanwhile is saved all the same",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")}, {"zz20-image-p", PICTURE("\"i\"", "\"c1\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")}, {"zz20-image-p", PICTURE("\"i\"", "\"c2\"")}},
	 "zz20-image-p"},
	{"so is a link",
	 "item-i",
	 ITEM("c1"),
	 ITEM("c2"),
	 {{"item_image-i-p", LINK("i", "p", "c1")}, {"zz20-image-p", PICTURE("\"i\"", "\"c1\"")}},
	 {{"item_image-i-p", LINK("i", "p", "c2")}, {"zz20-image-p", PICTURE("\"i\"", "\"c2\"")}},
	 "item_image-i-p"},

	{"with an item its links go, the picture stays, and other integrations are told",
	 "item-i",
	 MARKED,
	 NULL,
	 {{"item_image-i-p", LINK("i", "p", "c1")}, {"zz20-image-p", PICTURE("\"i\"", "\"c1\"")}},
	 {{"item_image-i-p", NULL},
	  {"zz20-image-p", PICTURE("", "")},
	  {"integration_deleted_data-item-i-other", TOLD},
	  {"integration_deleted_data-item-i-own", NULL},
	  {"integration_deleted_data-item-i-odd", NULL},
	  {"integration_deleted_data-item-i-list", NULL}},
	 NULL},
	{"a picture of two items stays with the other",
	 "item-i",
	 ITEM("c1"),
	 NULL,
	 {{"item_image-i-p", LINK("i", "p", "c1")},
	  {"item_image-j-p", LINK("j", "p", "c2")},
	  {"zz20-image-p", PICTURE("\"i\",\"j\"", "\"c1\",\"c2\"")}},
	 {{"item_image-i-p", NULL},
	  {"item_image-j-p", LINK("j", "p", "c2")},
	  {"zz20-image-p", PICTURE("\"j\"", "\"c2\"")}},
	 NULL},
	{"a link whose picture is gone goes, too",
	 "item-i",
	 ITEM("c1"),
	 NULL,
	 {{"item_image-i-p", LINK("i", "p", "c1")}},
	 {{"item_image-i-p", NULL}},
	 NULL},
	{"of a collection other integrations are told",
	 "collection-c9",
	 "{\"name\":\"Old\",\"collection_reference_number\":\"0009\",\"config_uuid\":\"own\","
	 "\"integrations\":{"
	 "\"own\":{\"id\":\"rec1\"},\"other\":{\"id\":\"rec2\"}}}",
	 NULL,
	 {{NULL, NULL}},
	 {{"integration_deleted_data-collection-c9-other",
	   "{\"integration_id\":\"other\",\"type\":\"collection\",\"id\":\"c9\",\"data\":{\"id\":\"rec2\"}}"},
	  {"integration_deleted_data-collection-c9-own", NULL}},
	 NULL},
};

/* ---- a database behind a side ---- */

struct stage {
	struct database database;
	const char *behind; /* its next write meets a conflict */
	bool always_behind;
	size_t writes;
};

static void put(struct stage *stage, const char *full_id, const char *data)
{
	const char *id = NULL;
	enum document_type type = document_type_of(full_id, &id);
	struct json_object *body = type == DOCUMENT_CONFIG ? json(data) : document_new(type, id);

	if (type == DOCUMENT_CONFIG)
		json_put_text(body, "_id", full_id);
	else
		json_put(body, "data", json(data));
	if (type == DOCUMENT_IMAGE)
		json_put(body, "_attachments",
			 json("{\"thumbnail-128\":{\"content_type\":\"image/png\",\"data\":\"\"},"
			      "\"image-1440\":{\"content_type\":\"image/png\",\"data\":\"\"}}"));
	if (type != DOCUMENT_CONFIG)
		document_touch(body, 1);
	assert_true(database_put(&stage->database, body));
	json_release(body);
}

static bool read_extras(void *self, const char *const *full_ids, size_t count,
			struct json_object **bodies_out, struct error *error)
{
	struct stage *stage = self;

	(void)error;
	for (size_t i = 0; i < count; i++)
		bodies_out[i] = json_copy(database_get(&stage->database, full_ids[i]));
	return true;
}

static bool read_beginning(void *self, const char *prefix, size_t most, struct json_object *into,
			   struct error *error)
{
	struct stage *stage = self;
	scoped(json_object) all = database_all(&stage->database);

	(void)error;
	for (size_t i = 0; i < json_length(all); i++) {
		struct json_object *body = json_at(all, i);
		const char *id = json_text_or(body, "_id", "");
		if (strncmp(id, prefix, strlen(prefix)) == 0 && most-- > 0)
			json_put(into, id, json_copy(body));
	}
	return true;
}

static void write_one(struct stage *stage, struct endpoint_write *write)
{
	const char *id = json_text_or(write->body, "_id", "");
	bool conflict = stage->behind && strcmp(stage->behind, id) == 0;

	assert_int_equal(write->kind, WRITE_EXTRA_UPDATE);
	if (conflict) {
		scoped(json_object) theirs = json_copy(database_get(&stage->database, id));
		json_put(theirs, "extra", json_new_bool(true));
		assert_true(database_put(&stage->database, theirs));
		stage->behind = stage->always_behind ? stage->behind : NULL;
	}
	write->result = database_put(&stage->database, write->body) ? ERROR_NONE : ERROR_CONFLICT;
	assert_int_equal(write->result, conflict ? ERROR_CONFLICT : ERROR_NONE);
	stage->writes++;
}

struct endpoint_ticket {
	int nothing;
};

static struct endpoint_ticket *write_start(void *self, struct endpoint_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		write_one(self, &writes[i]);
	return own_alloc(sizeof(struct endpoint_ticket));
}

static bool write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	(void)self, (void)error;
	free(take(*ticket));
	return true;
}

static const struct endpoint_ops side = {
	.read_extras = read_extras,
	.read_beginning = read_beginning,
	.write_start = write_start,
	.write_finish = write_finish,
};

/* ---- one case ---- */

static void set_scene(struct stage *stage, const struct wake_case *row)
{
	database_init(&stage->database);
	put(stage, DOCUMENT_CONFIG_ID, CONFIG);
	put(stage, "collection-c1", COLLECTION("0001"));
	put(stage, "collection-c2", COLLECTION("0002"));
	put(stage, "item-j", ITEM("c1"));
	put(stage, "item-i-j", ITEM("c1"));
	put(stage, row->id, row->from);
	for (size_t i = 0; i < STORED_MOST && row->stored[i].id; i++)
		put(stage, row->stored[i].id, row->stored[i].data);
	stage->behind = row->behind;
}

/* The document is written; what follows is what is tested. */
static void write_document(struct stage *stage, struct job *look, const struct wake_case *row)
{
	scoped(json_object) body = json_copy(look->document.body);

	if (row->to)
		json_put(body, "data", json(row->to));
	else
		json_put(body, "_deleted", json_new_bool(true));
	assert_true(database_put(&stage->database, body));
	json_release(look->document.body);
	look->document.body = json_copy(database_get(&stage->database, row->id));
	look->document.presence = row->to ? RECORD_THERE : RECORD_TOMBSTONE;
}

static void compare(const struct stage *stage, const struct wake_case *row)
{
	for (size_t i = 0; i < STORED_MOST && row->expected[i].id; i++) {
		const char *id = row->expected[i].id, *data = row->expected[i].data;
		struct json_object *body = database_get(&stage->database, id);
		scoped(json_object) expected = data ? json(data) : NULL;
		if (!data != !body)
			fail_msg("%s is %s", id, body ? "there" : "not there");
		if (!data)
			continue;
		scoped_text is = json_write(document_data(body));
		scoped_text be = json_write(expected);
		assert_string_equal(is, be);
		if (document_type_of(id, NULL) == DOCUMENT_IMAGE)
			assert_int_equal(json_key_count(json_child(body, "_attachments", json_type_object)),
					 2);
	}
}

struct play {
	struct stage stage;
	struct integration_config config;
	struct sync sync;
	struct pair pair;
	struct job look;
	struct batch group;
};

/* The document of the case is written, and its wake noted. */
static void begin(struct play *play, const struct wake_case *row)
{
	struct job *look = &play->look;
	const char *id = NULL;

	*play = (struct play){
		.config = {.id = own_copy("own")},
		.pair = {.full_id = own_copy(row->id)},
	};
	play->sync = (struct sync){.config = &play->config, .couch = {&side, &play->stage}};
	play->group = (struct batch){.sync = &play->sync, .count = 1, .jobs = look};
	look->pair = &play->pair;
	set_scene(&play->stage, row);
	assert_true(table_of_document_type(document_type_of(row->id, NULL), &play->pair.table));
	document_type_of(play->pair.full_id, &id);
	play->pair.id = id;
	look->document = (struct endpoint_record){
		.presence = RECORD_THERE, .body = json_copy(database_get(&play->stage.database, row->id))};
	look->document_write.given = datum_new(table_document_type(play->pair.table), id);
	look->document_write.given->deleted = !row->to;
	look->document_write.body = json_copy(look->document.body);
	if (row->to)
		json_put(look->document_write.body, "data", json(row->to));
	job_note_cascade(&play->group, look);
	write_document(&play->stage, look, row);
	look->document_write.written = true;
}

/* The process ended right behind the document's write: the ledger's note is all that is left of it. */
static void crash(struct job *look)
{
	struct intent *save = &look->entry.intents.document;

	intent_begin(save, look->document_write.given->deleted ? INTENT_DELETE : INTENT_UPDATE, 1, "1-a");
	if (look->document_write.cascade)
		save->cascade = job_cascade_app_links(look);
	datum_close(&look->document_write.cascade);
	look->document_write.written = false;
	job_cascade_again(look);
}

static void end(struct play *play)
{
	json_release(play->look.document.body);
	json_release(play->look.document_write.body);
	ledger_entry_done(&play->look.entry);
	datum_close(&play->look.document_write.given);
	datum_close(&play->look.document_write.cascade);
	free(play->pair.full_id);
	free(play->config.id);
	database_done(&play->stage.database);
}

static void play_case(const struct wake_case *row, bool crashes)
{
	struct error error = {0};
	struct play play;

	begin(&play, row);
	if (crashes)
		crash(&play.look);
	assert_true(batch_save_cascades(&play.group, &error));
	compare(&play.stage, row);
	assert_false(play.look.outcome.ended);
	size_t writes = play.stage.writes;
	assert_true(batch_save_cascades(&play.group, &error)); /* it is done */
	assert_int_equal(play.stage.writes, writes);
	end(&play);
}

static void check_wake(void **state)
{
	play_case(*state, false);
}

static void check_wake_after_crash(void **state)
{
	play_case(*state, true);
}

/* What others keep changing stays noted for the next look, and is told when that one fares no better; the look goes on. */
static void check_hammered(void **state)
{
	struct error error = {0};
	struct play play;

	(void)state;
	begin(&play, &wake_cases[0]);
	play.stage.behind = "zz20-image-p";
	play.stage.always_behind = true;
	assert_true(batch_save_cascades(&play.group, &error));
	assert_non_null(play.look.entry.cascade);
	assert_null(json_text_or(play.look.entry.cascade, "why", NULL));
	assert_true(play.look.outcome.in_ms > 0);
	job_cascade_again(&play.look);
	assert_true(batch_save_cascades(&play.group, &error));
	assert_non_null(json_text_or(play.look.entry.cascade, "why", NULL));
	assert_false(play.look.outcome.ended);
	end(&play);
}

/* What was made anew since, or deleted, has a wake of whoever did that. */
static void check_others_since(void **state)
{
	struct error error = {0};
	struct play play;

	(void)state;
	for (size_t i = 0; i < countof(wake_cases); i++) {
		begin(&play, &wake_cases[i]);
		play.look.document.presence = wake_cases[i].to ? RECORD_TOMBSTONE : RECORD_THERE;
		crash(&play.look);
		assert_true(batch_save_cascades(&play.group, &error));
		assert_int_equal(play.stage.writes, 0);
		end(&play);
	}
}

int main(void)
{
	struct cases cases = {0};

	log_set_level(LOG_ERROR);
	cases_add_table(&cases, wake_cases, check_wake);
	for (size_t i = 0; i < countof(wake_cases); i++)
		cases_add(&cases, own_format("after a crash: %s", wake_cases[i].sentence),
			  check_wake_after_crash, &wake_cases[i]);
	cases_add(&cases, own_copy("what others keep changing holds up nobody for ever"), check_hammered,
		  NULL);
	cases_add(&cases, own_copy("what others did since is theirs"), check_others_since, NULL);
	return cases_run("wake", &cases);
}
