/* couch/ against a CouchDB server: the stand-in, or any other that TEST_COUCHDB_URL names (with credentials). Each
 * case has a database of its own, davenport-test-<random>, and deletes it. What a server may do wrong is
 * in tests/unit/couch_faults_test.c. */
#include "base/clock.h"
#include "couch/attachments.h"
#include "couch/bulk.h"
#include "couch/changes.h"
#include "couch/documents.h"
#include "couch/local.h"
#include "couch/revisions.h"
#include "couch/server.h"
#include "tests/scenarios/servers.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	NEWS_MS = 20000,     /* long enough for any server to tell what happened */
	GUARD_SECONDS = 300, /* a case that hangs ends the program */
};

static struct couch_server server;

static char database[80]; /* of the present case */

struct world {
	struct http *http;
	struct couch_client *couch;
	struct error error;
};

/* ---- a world for each case ---- */

static struct couch_client *open_client(struct http *http, const char *name, const char *password)
{
	return couch_client_open(http, &(struct couch_address){.url = server.url,
							       .user = server.user,
							       .password = password,
							       .database = name});
}

static void expect(struct world *world, bool good)
{
	if (!good)
		fail_msg("%s: %s", error_kind_name(world->error.kind), world->error.text);
}

static void expect_kind(struct world *world, bool good, enum error_kind kind)
{
	assert_false(good);
	if (world->error.kind != kind)
		fail_msg("expected %s, got %s: %s", error_kind_name(kind), error_kind_name(world->error.kind),
			 world->error.text);
}

static void world_open(struct world *world)
{
	char uuid[37];

	random_uuid(uuid);
	*world = (struct world){.http = http_open("davenport-test")};
	snprintf(database, sizeof(database), "davenport-test-%s+%.4s", uuid, uuid);
	world->couch = open_client(world->http, database, server.password);
	expect(world, couch_database_create(world->couch, true, &world->error));
}

static void world_close(struct world *world)
{
	couch_client_close(&world->couch);
	http_close(&world->http);
}

/* By a client of its own: the case may have failed in the middle, or been stopped. */
static int delete_database(void **state)
{
	struct http *http = http_open("davenport-test-end");
	struct couch_client *couch = open_client(http, database, server.password);
	struct error error = {0};
	bool good = couch_database_delete(couch, &error) || error.kind == ERROR_LOST;

	(void)state;
	if (!good)
		print_error("leaving %s behind: %s\n", database, error.text);
	couch_client_close(&couch);
	http_close(&http);
	return good ? 0 : -1;
}

/* ---- helpers ---- */

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error;

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s", error.text);
	return json;
}

static struct json_object *document_of(const char *id, const char *name)
{
	struct json_object *document = json_new_object();

	json_put_text(document, "_id", id);
	json_put_text(document, "name", name);
	return document;
}

/* "item-0007" and so on, by bulk. */
static void write_items(struct world *world, struct couch_client *couch, int first, int count)
{
	struct json_object **documents = own_alloc((size_t)count * sizeof(*documents));
	struct couch_written *written = own_alloc((size_t)count * sizeof(*written));

	for (int i = 0; i < count; i++) {
		scoped_text id = own_format("item-%04d", first + i);
		documents[i] = document_of(id, "a thing");
	}
	expect(world, couch_documents_write(couch, documents, (size_t)count, written, &world->error));
	for (int i = 0; i < count; i++) {
		assert_int_equal(written[i].kind, ERROR_NONE);
		json_release(documents[i]);
	}
	free(documents);
	free(written);
}

static struct json_object *raw(struct world *world, const char *method, const char *path, const char *body)
{
	struct json_object *answer = NULL, *sent = body ? parsed(body) : NULL;
	struct couch_call call = {.method = method, .path = path, .body = sent};

	expect(world, couch_request(world->couch, &call, &answer, NULL, &world->error));
	json_release(sent);
	return answer;
}

/* Text that json-c could not hold, as a client of another kind might send it. */
static void put_raw(struct world *world, const char *id, const char *body)
{
	scoped_text url = own_format("%s/%.*s%%2B%s/%s", server.url, (int)(strchr(database, '+') - database),
				     database, strchr(database, '+') + 1, id);
	struct http_request request = {.method = "PUT",
				       .url = url,
				       .user = server.user,
				       .password = server.password,
				       .body = body,
				       .body_length = strlen(body)};
	scoped(http_call) call = NULL;
	struct http_reply reply;

	expect(world, http_fetch(world->http, &request, &call, &reply, &world->error));
	if (reply.status != 201)
		fail_msg("%s: %d %s", id, reply.status, reply.body);
}

static void write_one(struct world *world, const char *id, const char *name, char rev_out[80])
{
	scoped(json_object) document = document_of(id, name);

	expect(world, couch_document_write(world->couch, id, document, rev_out, &world->error));
}

/* Two leaves of one document: the second rev wins. */
static void make_conflict(struct world *world, const char *id)
{
	scoped_text body =
		own_format("{\"new_edits\":false,\"docs\":["
			   "{\"_id\":\"%s\",\"_rev\":\"1-aaaa0000aaaa0000aaaa0000aaaa0000\",\"n\":1},"
			   "{\"_id\":\"%s\",\"_rev\":\"1-bbbb0000bbbb0000bbbb0000bbbb0000\",\"n\":2}]}",
			   id, id);

	json_release(raw(world, "POST", "_bulk_docs", body));
}

static const char *conflict_of(const struct couch_document *document, size_t index)
{
	return document->conflicts ? json_object_get_string(json_at(document->conflicts, index)) : NULL;
}

static void read_one(struct world *world, const char *id, struct couch_documents *documents_out)
{
	expect(world, couch_documents_read(world->couch, &id, 1, documents_out, &world->error));
	assert_int_equal(documents_out->count, 1);
	assert_string_equal(documents_out->list[0].id, id);
}

/* ---- the server, the database ---- */

static void server_says_its_version(struct world *world)
{
	char version[32] = "";

	expect(world, couch_server_check(world->couch, version, &world->error));
	assert_true(strlen(version) > 0);
	assert_string_not_equal(version, "?");
}

static void wrong_password_is_fatal(struct world *world)
{
	struct couch_client *couch = open_client(world->http, database, "not the password");
	struct couch_identity identity;

	expect_kind(world, couch_database_identity(couch, &identity, &world->error), ERROR_FATAL);
	assert_int_equal(world->error.status, 401);
	assert_string_equal(world->error.code, "unauthorized");
	assert_non_null(strstr(world->error.text, "the CouchDB user or password is wrong"));
	assert_null(strstr(world->error.text, "not the password"));
	couch_client_close(&couch);
}

static void no_password_is_fatal(struct world *world)
{
	struct couch_client *couch = couch_client_open(
		world->http, &(struct couch_address){.url = server.url, .database = database});
	struct couch_changes *changes = couch_changes_open(couch, NULL, NULL);
	struct couch_page page;

	expect_kind(world, couch_changes_read(changes, 0, &page, &world->error), ERROR_FATAL);
	couch_changes_close(&changes);
	couch_client_close(&couch);
}

static void missing_database_is_lost(struct world *world)
{
	struct couch_client *couch = open_client(world->http, "davenport-test-none", server.password);
	struct couch_identity identity;
	struct json_object *body = NULL;
	struct couch_changes *changes = couch_changes_open(couch, NULL, NULL);
	struct couch_page page;

	expect_kind(world, couch_database_identity(couch, &identity, &world->error), ERROR_LOST);
	expect_kind(world, couch_local_read(couch, "checkpoint", &body, &world->error), ERROR_LOST);
	expect_kind(world, couch_changes_read(changes, 0, &page, &world->error), ERROR_LOST);
	couch_changes_close(&changes);
	couch_client_close(&couch);
}

static void database_is_listed_and_made_once(struct world *world)
{
	scoped(json_object) names = NULL;
	int found = 0;

	expect(world, couch_database_create(world->couch, true, &world->error));
	expect(world, couch_database_list(world->couch, &names, &world->error));
	for (size_t i = 0; i < json_length(names); i++)
		found += strcmp(json_object_get_string(json_at(names, i)), database) == 0;
	assert_int_equal(found, 1);
}

static bool admits(struct world *world, const char *section, const char *list, const char *name)
{
	scoped(json_object) security = raw(world, "GET", "_security", NULL);
	struct json_object *names =
		json_child(json_child(security, section, json_type_object), list, json_type_array);

	return names && json_length(names) == 1 &&
	       strcmp(json_object_get_string(json_at(names, 0)), name) == 0;
}

static void public_database_becomes_private(struct world *world)
{
	json_release(raw(world, "PUT", "_security",
			 "{\"admins\":{\"names\":[],\"roles\":[]},\"members\":{\"names\":[],\"roles\":[]}}"));
	expect(world, couch_database_create(world->couch, true, &world->error));
	assert_true(admits(world, "members", "roles", "_admin"));
	assert_true(admits(world, "admins", "roles", "_admin"));
}

static void members_stay_members(struct world *world)
{
	json_release(raw(
		world, "PUT", "_security",
		"{\"admins\":{\"names\":[],\"roles\":[]},\"members\":{\"names\":[\"ann\"],\"roles\":[]}}"));
	expect(world, couch_database_create(world->couch, true, &world->error));
	assert_true(admits(world, "members", "names", "ann"));
}

static void identity_moves_with_writes(struct world *world)
{
	struct couch_identity before, after;

	expect(world, couch_database_identity(world->couch, &before, &world->error));
	write_items(world, world->couch, 1, 3);
	expect(world, couch_database_identity(world->couch, &after, &world->error));
	assert_string_equal(before.instance_start_time, after.instance_start_time);
	assert_true(strlen(after.instance_start_time) > 0);
	assert_string_not_equal(before.update_seq, after.update_seq);
	assert_int_equal(before.document_count, 0);
	assert_int_equal(after.document_count, 3);
	couch_identity_done(&before);
	couch_identity_done(&after);
}

/* ---- documents ---- */

static void document_comes_back_whole(struct world *world)
{
	scoped(json_object) document = parsed(
		"{\"data\":{\"name\":\"Döner \\ud83e\\udd59 日本 "
		"\\\"x\\\"\",\"price\":2.5,\"big\":9007199254740991,"
		"\"none\":null,\"yes\":true,\"list\":[1,[],{}],\"tiny\":1e-7,\"a/b~c\":\"\\u0001\\n\"}}");
	scoped(json_object) found = NULL;
	struct couch_documents documents;
	char rev[80] = "";

	expect(world, couch_document_write(world->couch, "item-1", document, rev, &world->error));
	expect(world, couch_document_read(world->couch, "item-1", &found, &world->error));
	assert_true(json_equal(json_child(found, "data", json_type_object),
			       json_child(document, "data", json_type_object)));
	assert_string_equal(json_text_or(found, "_rev", ""), rev);
	read_one(world, "item-1", &documents);
	assert_true(json_equal(documents.list[0].body, found));
	assert_string_equal(documents.list[0].rev, rev);
	assert_null(documents.list[0].conflicts);
	assert_null(documents.list[0].flaw);
	couch_documents_done(&documents);
}

static void writing_over_another_is_a_conflict(struct world *world)
{
	scoped(json_object) second = document_of("item-1", "second");
	scoped(json_object) found = NULL;
	char rev[80];

	write_one(world, "item-1", "first", rev);
	expect_kind(world, couch_document_write(world->couch, "item-1", second, NULL, &world->error),
		    ERROR_CONFLICT);
	assert_string_equal(world->error.code, "conflict");
	expect(world, couch_document_read(world->couch, "item-1", &found, &world->error));
	assert_string_equal(json_text_or(found, "name", ""), "first");
}

static void missing_document_is_lost(struct world *world)
{
	struct json_object *body = NULL;

	expect_kind(world, couch_document_read(world->couch, "item-1", &body, &world->error), ERROR_LOST);
	assert_null(body);
}

static void deleting_needs_the_revision(struct world *world)
{
	scoped(json_object) newer = document_of("item-1", "newer");
	char first[80], second[80];

	write_one(world, "item-1", "first", first);
	json_put_text(newer, "_rev", first);
	expect(world, couch_document_write(world->couch, "item-1", newer, second, &world->error));
	expect_kind(world, couch_document_delete(world->couch, "item-1", first, &world->error),
		    ERROR_CONFLICT);
	expect(world, couch_document_delete(world->couch, "item-1", second, &world->error));
	struct json_object *body = NULL;
	expect_kind(world, couch_document_read(world->couch, "item-1", &body, &world->error), ERROR_LOST);
}

static void tombstone_is_no_absence_and_can_be_undone(struct world *world)
{
	static const char *const ids[] = {"item-1", "item-none"};
	scoped(json_object) again = document_of("item-1", "back");
	struct couch_documents documents;
	char rev[80], back[80];

	write_one(world, "item-1", "first", rev);
	expect(world, couch_document_delete(world->couch, "item-1", rev, &world->error));
	expect(world, couch_documents_read(world->couch, ids, 2, &documents, &world->error));
	assert_true(documents.list[0].deleted);
	assert_false(documents.list[0].missing);
	assert_int_equal(strncmp(documents.list[0].rev, "2-", 2), 0);
	assert_true(documents.list[1].missing);
	assert_false(documents.list[1].deleted);
	assert_null(documents.list[1].rev);

	/* Without a revision: the history goes on from the tombstone. */
	couch_documents_done(&documents);
	expect(world, couch_document_write(world->couch, "item-1", again, back, &world->error));
	read_one(world, "item-1", &documents);
	assert_false(documents.list[0].deleted);
	assert_string_equal(documents.list[0].rev, back);
	assert_int_equal(strncmp(back, "3-", 2), 0);
	couch_documents_done(&documents);
}

static void bulk_answers_each_row(struct world *world)
{
	struct json_object *documents[] = {document_of("item-1", "new"), document_of("item-2", "stale"),
					   document_of("item-3", "new")};
	struct couch_written written[3];
	char rev[80];

	write_one(world, "item-2", "there", rev);
	expect(world, couch_documents_write(world->couch, documents, 3, written, &world->error));
	assert_int_equal(written[0].kind, ERROR_NONE);
	assert_int_equal(written[1].kind, ERROR_CONFLICT);
	assert_non_null(strstr(written[1].text, "conflict"));
	assert_string_equal(written[1].rev, "");
	assert_int_equal(written[2].kind, ERROR_NONE);
	assert_int_equal(strncmp(written[0].rev, "1-", 2), 0);
	for (int i = 0; i < 3; i++)
		json_release(documents[i]);
}

static void bulk_makes_tombstones(struct world *world)
{
	scoped(json_object) tombstone = document_of("item-1", NULL);
	struct couch_written written;
	struct couch_documents documents;
	char rev[80];

	write_one(world, "item-1", "first", rev);
	json_put_text(tombstone, "_rev", rev);
	json_put(tombstone, "_deleted", json_new_bool(true));
	expect(world, couch_documents_write(world->couch, &tombstone, 1, &written, &world->error));
	assert_int_equal(written.kind, ERROR_NONE);
	read_one(world, "item-1", &documents);
	assert_true(documents.list[0].deleted);
	assert_string_equal(documents.list[0].rev, written.rev);
	couch_documents_done(&documents);
}

static void refused_document_stands_alone(struct world *world)
{
	struct json_object *documents[5];
	struct couch_written written[5];

	for (int i = 0; i < 5; i++) {
		scoped_text id = own_format("item-%d", i);
		documents[i] = document_of(id, "a thing");
	}
	json_put_text(documents[2], "_nonsense", "no member of a document");
	expect(world, couch_documents_write(world->couch, documents, 5, written, &world->error));
	for (int i = 0; i < 5; i++) {
		assert_int_equal(written[i].kind, i == 2 ? ERROR_REFUSED : ERROR_NONE);
		json_release(documents[i]);
	}
	assert_true(strlen(written[2].text) > 0);
}

static void two_bulks_run_side_by_side(struct world *world)
{
	struct json_object *one = document_of("item-1", "one"), *two = document_of("item-2", "two");
	struct couch_bulk *first = couch_bulk_start(world->couch, &one, 1);
	struct couch_bulk *second = couch_bulk_start(world->couch, &two, 1);
	struct couch_written written;

	expect(world, couch_bulk_finish(&second, &written, &world->error));
	assert_int_equal(written.kind, ERROR_NONE);
	expect(world, couch_bulk_finish(&first, &written, &world->error));
	assert_int_equal(written.kind, ERROR_NONE);
	assert_null(first);
	json_release(one);
	json_release(two);
}

static void many_are_read_in_the_order_asked(struct world *world)
{
	enum { COUNT = 1203 };
	char *ids[COUNT];
	struct couch_documents documents;

	write_items(world, world->couch, 0, COUNT - 3);
	for (int i = 0; i < COUNT; i++)
		ids[i] = own_format("item-%04d", (i * 7) % COUNT);
	expect(world, couch_documents_read(world->couch, (const char *const *)ids, COUNT, &documents,
					   &world->error));
	assert_int_equal(documents.count, COUNT);
	for (int i = 0; i < COUNT; i++) {
		assert_string_equal(documents.list[i].id, ids[i]);
		assert_int_equal(documents.list[i].missing, (i * 7) % COUNT >= COUNT - 3);
		assert_int_equal(documents.list[i].body != NULL, !documents.list[i].missing);
		free(ids[i]);
	}
	couch_documents_done(&documents);
}

static void ids_may_repeat(struct world *world)
{
	static const char *const ids[] = {"item-1", "item-2", "item-1", "item-1"};
	struct couch_documents documents;
	char rev[80];

	write_one(world, "item-1", "one", rev);
	expect(world, couch_documents_read(world->couch, ids, 4, &documents, &world->error));
	for (int i = 0; i < 4; i++)
		assert_string_equal(documents.list[i].id, ids[i]);
	assert_true(documents.list[1].missing);
	assert_non_null(documents.list[3].body);
	couch_documents_done(&documents);
}

static void conflicts_are_named(struct world *world)
{
	struct couch_documents documents;

	make_conflict(world, "item-1");
	read_one(world, "item-1", &documents);
	assert_string_equal(documents.list[0].rev, "1-bbbb0000bbbb0000bbbb0000bbbb0000");
	assert_string_equal(conflict_of(&documents.list[0], 0), "1-aaaa0000aaaa0000aaaa0000aaaa0000");
	assert_int_equal(json_length(documents.list[0].conflicts), 1);
	assert_false(json_find(documents.list[0].body, "_conflicts", NULL));
	couch_documents_done(&documents);
}

static void leaves_are_read_by_revision(struct world *world)
{
	static const struct couch_revision wanted[] = {
		{"item-1", "1-aaaa0000aaaa0000aaaa0000aaaa0000"},
		{"item-2", "1-cccc0000cccc0000cccc0000cccc0000"},
		{"item-1", "1-bbbb0000bbbb0000bbbb0000bbbb0000"},
		{"item-1", "1-dddd0000dddd0000dddd0000dddd0000"},
		{"item-1", "1-aaaa0000aaaa0000aaaa0000aaaa0000"},
	};
	static const int expected[] = {1, 0, 2, 0, 1};
	struct couch_documents documents;

	make_conflict(world, "item-1");
	expect(world,
	       couch_revisions_read(world->couch, wanted, countof(wanted), true, &documents, &world->error));
	for (size_t i = 0; i < countof(wanted); i++) {
		const struct couch_document *found = &documents.list[i];
		assert_string_equal(found->id, wanted[i].id);
		assert_int_equal(found->missing, expected[i] == 0);
		assert_int_equal(json_int_or(found->body, "n", 0), expected[i]);
		if (expected[i])
			assert_non_null(json_child(found->body, "_revisions", json_type_object));
	}
	couch_documents_done(&documents);
}

static void tombstone_keeps_its_fields(struct world *world)
{
	scoped(json_object) tombstone = document_of("item-1", "gone, but named");
	struct couch_documents documents;
	char rev[80], last[80];

	write_one(world, "item-1", "first", rev);
	json_put_text(tombstone, "_rev", rev);
	json_put(tombstone, "_deleted", json_new_bool(true));
	expect(world, couch_document_write(world->couch, "item-1", tombstone, last, &world->error));
	struct couch_revision wanted = {"item-1", last};
	expect(world, couch_revisions_read(world->couch, &wanted, 1, false, &documents, &world->error));
	assert_true(documents.list[0].deleted);
	assert_string_equal(json_text_or(documents.list[0].body, "name", ""), "gone, but named");
	couch_documents_done(&documents);
}

static void unknown_revisions_are_told(struct world *world)
{
	scoped(json_object) wanted = parsed("{\"item-1\":[\"1-aaaa0000aaaa0000aaaa0000aaaa0000\","
					    "\"9-99990000999900009999000099990000\"]}");
	scoped(json_object) unknown = NULL;

	make_conflict(world, "item-1");
	expect(world, couch_revisions_unknown(world->couch, wanted, &unknown, &world->error));
	struct json_object *missing =
		json_child(json_child(unknown, "item-1", json_type_object), "missing", json_type_array);
	assert_non_null(missing);
	assert_int_equal(json_length(missing), 1);
	assert_string_equal(json_object_get_string(json_at(missing, 0)),
			    "9-99990000999900009999000099990000");
}

/* ---- ids ---- */

static const char *const strange_ids[] = {
	"item-1", "a+b",   "a b",        "a/b",  "a%2Fb", "a?b=c&d", "a#b",       "ä ö", "日本",
	"📦",      "a:b@c", "\"quoted\"", "a\\b", "..",    ".",       "a..b/../c", "~",   "a;b,c=d",
};

static void strange_id_goes_round(struct world *world, const char *id)
{
	scoped(json_object) found = NULL;
	struct couch_documents documents;
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	struct couch_page page;
	char rev[80];

	write_one(world, id, "strange", rev);
	expect(world, couch_document_read(world->couch, id, &found, &world->error));
	assert_string_equal(json_text_or(found, "_id", ""), id);
	read_one(world, id, &documents);
	assert_string_equal(documents.list[0].rev, rev);
	couch_documents_done(&documents);
	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	assert_int_equal(page.count, 1);
	assert_string_equal(page.changes[0].document.id, id);
	couch_page_done(&page);
	couch_changes_close(&changes);
	expect(world, couch_document_delete(world->couch, id, rev, &world->error));
}

/* ---- walking ---- */

struct walked {
	struct world *world;
	char ids[1024];
	int count, stop_at;
	bool bodies, asks;
};

static bool visit(void *context, struct couch_document *document, struct error *error)
{
	struct walked *walked = context;
	struct json_object *found = NULL;

	if (++walked->count == walked->stop_at)
		return error_set(error, ERROR_REFUSED, "enough");
	snprintf(walked->ids + strlen(walked->ids), sizeof(walked->ids) - strlen(walked->ids), "%s ",
		 document->id);
	assert_int_equal(document->body != NULL, walked->bodies);
	if (walked->asks) {
		expect(walked->world, couch_document_read(walked->world->couch, document->id, &found, error));
		json_release(found);
	}
	return true;
}

static void walk_meets_all_in_between(struct world *world)
{
	struct walked walked = {.world = world, .bodies = true, .asks = true};

	write_items(world, world->couch, 1, 9);
	expect(world, couch_documents_walk(world->couch, "item-0002", "item-0008", 3, false, visit, &walked,
					   &world->error));
	assert_string_equal(walked.ids,
			    "item-0002 item-0003 item-0004 item-0005 item-0006 item-0007 item-0008 ");
}

static void walk_of_one_a_page(struct world *world)
{
	struct walked walked = {.world = world};

	write_items(world, world->couch, 1, 4);
	expect(world, couch_documents_walk(world->couch, "item-", "item-\xEF\xBF\xB0", 1, true, visit,
					   &walked, &world->error));
	assert_string_equal(walked.ids, "item-0001 item-0002 item-0003 item-0004 ");
}

/* Ids order by their bytes: what stands behind the prefix may be beyond the basic plane. */
static void walk_of_a_prefix(struct world *world)
{
	static const char *const ids[] = {"item",   "item,",     "item-", "item-a",      "item-\uffff",
					  "item-😀", "item-𠮷野", "item.", "item_image-a"};
	struct walked walked = {.world = world};

	for (size_t i = 0; i < countof(ids); i++) {
		scoped(json_object) body = json_new_object();
		expect(world, couch_document_write(world->couch, ids[i], body, NULL, &world->error));
	}
	expect(world,
	       couch_documents_walk_prefix(world->couch, "item-", 1, true, visit, &walked, &world->error));
	assert_string_equal(walked.ids, "item- item-a item-\uffff item-😀 item-𠮷野 ");
}

static void walk_of_many(struct world *world)
{
	struct walked walked = {.world = world, .bodies = true};

	write_items(world, world->couch, 1, 1100);
	expect(world, couch_documents_walk(world->couch, "item-", "item-9", 0, false, visit, &walked,
					   &world->error));
	assert_int_equal(walked.count, 1100);
}

static void walk_ends_with_the_visitor(struct world *world)
{
	struct walked walked = {.world = world, .bodies = true, .stop_at = 3};

	write_items(world, world->couch, 1, 9);
	expect_kind(world,
		    couch_documents_walk(world->couch, "item-", "item-9", 2, false, visit, &walked,
					 &world->error),
		    ERROR_REFUSED);
	assert_int_equal(walked.count, 3);
}

static void walk_of_nothing(struct world *world)
{
	struct walked walked = {.world = world};

	expect(world, couch_documents_walk(world->couch, "a", "z", 0, false, visit, &walked, &world->error));
	assert_int_equal(walked.count, 0);
}

/* ---- flaws ---- */

/* A number that cannot be written back exactly. Servers may round it; it stays beyond 64 bits. */
static void write_flawed(struct world *world, int count, int flawed_every)
{
	for (int i = 0; i < count; i++) {
		scoped_text id = own_format("item-%04d", i);
		put_raw(world, id,
			i % flawed_every == 0 ? "{\"data\":{\"serial\":36893488147419103232}}"
					      : "{\"data\":{}}");
	}
}

static void expect_flaw(const struct couch_document *document, int flawed_every)
{
	bool flawed = strtol(document->id + strlen("item-"), NULL, 10) % flawed_every == 0;

	if (flawed != (document->flaw != NULL))
		fail_msg("%s: %s", document->id, document->flaw ? document->flaw : "no flaw");
	if (flawed && document->flaw)
		assert_int_equal(strncmp(document->flaw, "data.serial: ", 13), 0);
	assert_non_null(document->body);
}

static bool visit_flawed(void *context, struct couch_document *document, struct error *error)
{
	(void)error;
	expect_flaw(document, *(int *)context);
	return true;
}

static void check_flaws(struct world *world, int count, int flawed_every)
{
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	char *ids[64];
	struct couch_documents documents;
	struct couch_page page;

	write_flawed(world, count, flawed_every);
	for (int i = 0; i < count; i++)
		ids[i] = own_format("item-%04d", i);
	expect(world, couch_documents_read(world->couch, (const char *const *)ids, (size_t)count, &documents,
					   &world->error));
	for (int i = 0; i < count; i++) {
		expect_flaw(&documents.list[i], flawed_every);
		free(ids[i]);
	}
	couch_documents_done(&documents);
	expect(world, couch_documents_walk(world->couch, "item-", "item-9", 0, false, visit_flawed,
					   &flawed_every, &world->error));
	int met = 0;
	for (bool caught_up = false; !caught_up;) {
		expect(world, couch_changes_read(changes, 0, &page, &world->error));
		for (size_t i = 0; i < page.count; i++)
			expect_flaw(&page.changes[i].document, flawed_every);
		met += (int)page.count;
		caught_up = page.caught_up;
		couch_page_done(&page);
	}
	assert_int_equal(met, count);
	couch_changes_close(&changes);
}

static void one_flawed_document_stands_alone(struct world *world)
{
	check_flaws(world, 5, 3);
}

static void many_flawed_documents_stand_alone(struct world *world)
{
	check_flaws(world, 44, 2);
}

static void flawed_document_is_refused_alone(struct world *world)
{
	struct json_object *body = NULL;

	write_flawed(world, 1, 1);
	expect_kind(world, couch_document_read(world->couch, "item-0000", &body, &world->error),
		    ERROR_REFUSED);
}

static void flawed_document_in_the_open_feed(struct world *world)
{
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	struct couch_page page;
	int met = 0;

	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	couch_page_done(&page);
	write_flawed(world, 4, 2);
	while (met < 4) {
		expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
		for (size_t i = 0; i < page.count; i++)
			expect_flaw(&page.changes[i].document, 2);
		met += (int)page.count;
		couch_page_done(&page);
	}
	couch_changes_close(&changes);
}

/* ---- _local ---- */

static void local_document_is_written_and_read(struct world *world)
{
	scoped(json_object) first = parsed("{\"v\":1,\"since\":\"12-abc\"}");
	scoped(json_object) second = parsed("{\"v\":1,\"since\":[13,\"def\"]}");
	struct json_object *found = NULL;

	expect(world, couch_local_read(world->couch, "checkpoint-a b", &found, &world->error));
	assert_null(found);
	expect(world, couch_local_write(world->couch, "checkpoint-a b", first, &world->error));
	expect(world, couch_local_read(world->couch, "checkpoint-a b", &found, &world->error));
	assert_string_equal(json_text_or(found, "since", ""), "12-abc");
	json_release(found);
	for (int i = 0; i < 2; i++) /* the second time it is there already */
		expect(world, couch_local_write(world->couch, "checkpoint-a b", second, &world->error));
	expect(world, couch_local_read(world->couch, "checkpoint-a b", &found, &world->error));
	assert_true(json_equal(json_child(found, "since", json_type_array),
			       json_child(second, "since", json_type_array)));
	json_release(found);
}

static void local_document_is_not_in_the_feed(struct world *world)
{
	scoped(json_object) body = parsed("{\"v\":1}");
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	struct couch_page page;

	expect(world, couch_local_write(world->couch, "checkpoint", body, &world->error));
	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	assert_int_equal(page.count, 0);
	assert_true(page.caught_up);
	couch_page_done(&page);
	couch_changes_close(&changes);
}

/* ---- attachments ---- */

enum { PICTURE_BYTES = 2 << 20 };

struct received {
	struct text bytes;
	int pieces;
	size_t stop_at;
};

static bool receive(void *context, const char *bytes, size_t length)
{
	struct received *received = context;

	text_add_bytes(&received->bytes, bytes, length);
	received->pieces++;
	return !received->stop_at || received->bytes.length < received->stop_at;
}

static char *picture(void)
{
	char *bytes = own_alloc(PICTURE_BYTES);

	random_bytes(bytes, PICTURE_BYTES);
	return bytes;
}

static void put_picture(struct world *world, const char *id, const char *name, const char *bytes,
			char rev_out[80])
{
	char rev[80];

	write_one(world, id, "with a picture", rev);
	expect(world, couch_attachment_write(world->couch, id, rev, name, "image/jpeg", bytes, PICTURE_BYTES,
					     rev_out, &world->error));
	assert_string_not_equal(rev, rev_out);
}

static void picture_goes_round(struct world *world)
{
	scoped_text bytes = picture();
	struct received received = {0};
	struct couch_attachment attachment;
	char rev[80];

	put_picture(world, "image-1", "image 1440+/é.jpg", bytes, rev);
	for (int by_rev = 0; by_rev < 2; by_rev++) {
		expect(world, couch_attachment_read(world->couch, "image-1", by_rev ? rev : NULL,
						    "image 1440+/é.jpg", receive, &received, &attachment,
						    &world->error));
		assert_int_equal(received.bytes.length, PICTURE_BYTES);
		assert_memory_equal(received.bytes.bytes, bytes, PICTURE_BYTES);
		assert_true(received.pieces > 1);
		assert_string_equal(attachment.content_type, "image/jpeg");
		assert_true(strlen(attachment.etag) > 10);
		assert_int_equal(attachment.length, PICTURE_BYTES);
		text_done(&received.bytes);
	}
}

static void text_attachment_comes_unpacked(struct world *world)
{
	struct text words = {0};
	struct received received = {0};
	struct couch_attachment attachment;
	char rev[80];

	for (int i = 0; i < 5000; i++)
		text_add(&words, "the same again and again, so that it packs well\n");
	expect(world, couch_attachment_write(world->couch, "note-1", NULL, "note.txt", "text/plain",
					     words.bytes, words.length, rev, &world->error));
	expect(world, couch_attachment_read(world->couch, "note-1", NULL, "note.txt", receive, &received,
					    &attachment, &world->error));
	assert_int_equal(received.bytes.length, words.length);
	assert_memory_equal(received.bytes.bytes, words.bytes, words.length);
	text_done(&received.bytes);
	text_done(&words);
}

static void reader_ends_the_stream(struct world *world)
{
	scoped_text bytes = picture();
	struct received received = {.stop_at = 10000};
	struct couch_attachment attachment;
	char rev[80];

	put_picture(world, "image-1", "image", bytes, rev);
	expect_kind(world,
		    couch_attachment_read(world->couch, "image-1", NULL, "image", receive, &received,
					  &attachment, &world->error),
		    ERROR_STOPPED);
	assert_true(received.bytes.length < PICTURE_BYTES);
	text_done(&received.bytes);
}

static void missing_attachment_is_lost(struct world *world)
{
	struct received received = {0};
	struct couch_attachment attachment;
	char rev[80];

	write_one(world, "image-1", "bare", rev);
	expect_kind(world,
		    couch_attachment_read(world->couch, "image-1", NULL, "image", receive, &received,
					  &attachment, &world->error),
		    ERROR_LOST);
	assert_int_equal(received.pieces, 0);
}

static void attachment_to_an_old_revision_is_a_conflict(struct world *world)
{
	scoped(json_object) newer = document_of("image-1", "newer");
	char rev[80], last[80];

	write_one(world, "image-1", "first", rev);
	json_put_text(newer, "_rev", rev);
	expect(world, couch_document_write(world->couch, "image-1", newer, last, &world->error));
	expect_kind(world,
		    couch_attachment_write(world->couch, "image-1", rev, "image", "image/png", "x", 1, last,
					   &world->error),
		    ERROR_CONFLICT);
}

/* couchdb-rules 21. */
static void stubs_keep_the_attachment(struct world *world)
{
	scoped_text bytes = picture();
	struct couch_documents documents;
	struct couch_attachment attachment;
	struct received received = {0};
	struct couch_written written;
	char rev[80];

	put_picture(world, "image-1", "image", bytes, rev);
	for (int round = 0; round < 2; round++) {
		read_one(world, "image-1", &documents);
		json_put_text(documents.list[0].body, "name", round == 0 ? "changed" : "changed again");
		expect(world, couch_documents_write(world->couch, &documents.list[0].body, 1, &written,
						    &world->error));
		assert_int_equal(written.kind, ERROR_NONE);
		couch_documents_done(&documents);
	}
	expect(world, couch_attachment_read(world->couch, "image-1", NULL, "image", receive, &received,
					    &attachment, &world->error));
	assert_memory_equal(received.bytes.bytes, bytes, PICTURE_BYTES);
	text_done(&received.bytes);
}

static void document_without_stubs_loses_the_attachment(struct world *world)
{
	scoped_text bytes = picture();
	struct couch_documents documents;
	struct couch_written written;
	char rev[80];

	put_picture(world, "image-1", "image", bytes, rev);
	read_one(world, "image-1", &documents);
	assert_non_null(json_child(documents.list[0].body, "_attachments", json_type_object));
	json_remove(documents.list[0].body, "_attachments");
	expect(world,
	       couch_documents_write(world->couch, &documents.list[0].body, 1, &written, &world->error));
	couch_documents_done(&documents);
	read_one(world, "image-1", &documents);
	assert_null(json_child(documents.list[0].body, "_attachments", json_type_object));
	couch_documents_done(&documents);
}

static void stub_that_fits_nothing_is_refused_alone(struct world *world)
{
	struct json_object *documents[] = {document_of("item-1", "one"), document_of("item-2", "two"),
					   document_of("item-3", "three")};
	struct couch_written written[3];
	struct couch_documents found;
	static const char *const ids[] = {"item-1", "item-2", "item-3"};

	json_put(documents[1], "_attachments",
		 parsed("{\"image\":{\"stub\":true,\"content_type\":\"image/png\",\"length\":3,\"revpos\":1,"
			"\"digest\":\"md5-AAAAAAAAAAAAAAAAAAAAAA==\"}}"));
	expect_kind(world, couch_document_write(world->couch, "item-2", documents[1], NULL, &world->error),
		    ERROR_REFUSED);
	assert_int_equal(world->error.status, 412);
	expect(world, couch_documents_write(world->couch, documents, 3, written, &world->error));
	assert_int_equal(written[1].kind, ERROR_REFUSED);
	/* A document that the refused request may have written is never written twice, and is in doubt. */
	assert_true(written[0].kind == ERROR_NONE || written[0].kind == ERROR_RETRY);
	assert_true(written[2].kind == ERROR_NONE || written[2].kind == ERROR_RETRY);
	expect(world, couch_documents_read(world->couch, ids, 3, &found, &world->error));
	assert_int_equal(strncmp(found.list[0].rev, "1-", 2), 0);
	assert_true(found.list[1].missing);
	assert_int_equal(strncmp(found.list[2].rev, "1-", 2), 0);
	couch_documents_done(&found);
	for (int i = 0; i < 3; i++)
		json_release(documents[i]);
}

/* ---- the feed ---- */

struct feed {
	struct couch_changes *changes;
	int met; /* rows */
	int deleted;
	char ids[4096]; /* of the rows, each with a space behind */
	char *since;    /* owned; after the last page */
};

static void feed_open(struct world *world, struct feed *feed, const char *since, const char *const *wanted)
{
	*feed = (struct feed){.changes = couch_changes_open(world->couch, since, wanted)};
}

static void feed_close(struct feed *feed)
{
	couch_changes_close(&feed->changes);
	own_free_text(&feed->since);
}

static bool feed_read(struct world *world, struct feed *feed, int64_t wait_ms)
{
	struct couch_page page;

	expect(world, couch_changes_read(feed->changes, wait_ms, &page, &world->error));
	assert_true(page.count <= COUCH_PAGE_LIMIT);
	assert_non_null(page.next_since);
	for (size_t i = 0; i < page.count; i++) {
		struct couch_document *document = &page.changes[i].document;
		size_t length = strlen(feed->ids);
		assert_non_null(document->rev);
		assert_true(document->body || document->deleted);
		snprintf(feed->ids + length, sizeof(feed->ids) - length, "%s ", document->id);
		feed->met++;
		feed->deleted += document->deleted;
	}
	free(feed->since);
	feed->since = own_copy(page.next_since);
	bool caught_up = page.caught_up;
	couch_page_done(&page);
	return caught_up;
}

static void feed_catch_up(struct world *world, struct feed *feed)
{
	while (!feed_read(world, feed, 0))
		continue;
}

static void feed_await(struct world *world, struct feed *feed, int count)
{
	while (feed->met < count)
		feed_read(world, feed, NEWS_MS);
}

static void feed_catches_up_in_pages(struct world *world)
{
	struct feed feed;

	write_items(world, world->couch, 0, 1200);
	feed_open(world, &feed, NULL, NULL);
	assert_false(feed_read(world, &feed, 0));
	assert_int_equal(feed.met, COUCH_PAGE_LIMIT);
	assert_true(couch_changes_waiting(feed.changes));
	feed_catch_up(world, &feed);
	assert_int_equal(feed.met, 1200);
	assert_false(couch_changes_waiting(feed.changes));
	feed_close(&feed);
}

static void feed_goes_on_from_since(struct world *world)
{
	struct feed first, second;

	write_items(world, world->couch, 0, 30);
	feed_open(world, &first, NULL, NULL);
	feed_catch_up(world, &first);
	assert_int_equal(first.met, 30);
	write_items(world, world->couch, 30, 2);
	feed_open(world, &second, first.since, NULL);
	feed_catch_up(world, &second);
	assert_int_equal(second.met, 2);
	feed_close(&second);
	/* From the start: everything again (couchdb-rules 2). */
	feed_open(world, &second, NULL, NULL);
	feed_catch_up(world, &second);
	assert_int_equal(second.met, 32);
	feed_close(&second);
	feed_close(&first);
}

static void feed_goes_on_from_the_middle(struct world *world)
{
	struct feed first, second;

	write_items(world, world->couch, 0, 700);
	feed_open(world, &first, NULL, NULL);
	feed_read(world, &first, 0);
	feed_open(world, &second, first.since, NULL);
	feed_catch_up(world, &second);
	/* With several shards some rows may come twice, none may be left out (couchdb-rules 2). */
	assert_true(first.met + second.met >= 700);
	assert_true(first.met + second.met < 900);
	feed_close(&second);
	feed_close(&first);
}

static void feed_resumes_after_the_open_request(struct world *world)
{
	struct feed first, second;

	feed_open(world, &first, NULL, NULL);
	feed_catch_up(world, &first);
	feed_read(world, &first, 0);
	write_items(world, world->couch, 0, 3);
	feed_await(world, &first, 3);
	feed_open(world, &second, first.since, NULL);
	feed_catch_up(world, &second);
	assert_int_equal(second.met, 0);
	feed_close(&second);
	feed_close(&first);
}

/* Another thread with a client of its own, while ours waits. */
struct other {
	const struct world *world;
	void (*act)(const struct other *other, struct couch_client *couch);
	pthread_t thread;
	int wait_ms, first, count;
};

static void *other_run(void *context)
{
	struct other *other = context;
	struct http *http = http_open("davenport-test-other");
	struct couch_client *couch = open_client(http, database, server.password);

	clock_sleep_ms(other->wait_ms);
	other->act(other, couch);
	couch_client_close(&couch);
	http_close(&http);
	return NULL;
}

static void other_start(struct other *other)
{
	assert_int_equal(pthread_create(&other->thread, NULL, other_run, other), 0);
}

static void other_end(struct other *other)
{
	assert_int_equal(pthread_join(other->thread, NULL), 0);
}

/* No assertion of cmocka outside its thread: what fails here is missed there. */
static void act_write(const struct other *other, struct couch_client *couch)
{
	for (int i = 0; i < other->count; i++) {
		scoped_text id = own_format("item-%04d", other->first + i);
		scoped(json_object) document = document_of(id, "from the other side");
		struct error error;
		if (!couch_document_write(couch, id, document, NULL, &error))
			fprintf(stderr, "%s\n", error.text);
	}
}

static void act_wake(const struct other *other, struct couch_client *couch)
{
	(void)couch;
	http_wake(other->world->http);
}

static void act_delete(const struct other *other, struct couch_client *couch)
{
	struct error error;

	(void)other;
	if (!couch_database_delete(couch, &error))
		fprintf(stderr, "%s\n", error.text);
}

static void feed_delivers_while_waiting(struct world *world)
{
	struct other other = {.world = world, .act = act_write, .wait_ms = 300, .count = 3};
	struct feed feed;

	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	other_start(&other);
	feed_await(world, &feed, 3);
	other_end(&other);
	assert_non_null(strstr(feed.ids, "item-0000 "));
	assert_non_null(strstr(feed.ids, "item-0002 "));
	feed_close(&feed);
}

static void wake_ends_the_wait(struct world *world)
{
	struct other other = {.world = world, .act = act_wake, .wait_ms = 300};
	struct feed feed;

	feed_open(world, &feed, NULL, NULL);
	couch_changes_set_heartbeat(feed.changes, 10 * GUARD_SECONDS * 1000);
	feed_catch_up(world, &feed);
	other_start(&other);
	feed_read(world, &feed, (int64_t)10 * GUARD_SECONDS * 1000);
	assert_int_equal(feed.met, 0);
	other_end(&other);
	feed_close(&feed);
}

static void feed_fills_while_other_requests_run(struct world *world)
{
	struct feed feed;

	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	feed_read(world, &feed, 0);
	write_items(world, world->couch, 0, 40);
	feed_await(world, &feed, 40);
	feed_close(&feed);
}

static void flood_is_read_in_pages(struct world *world)
{
	struct feed feed;

	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	feed_read(world, &feed, 0);
	for (int i = 0; i < 6; i++)
		write_items(world, world->couch, i * 500, 500);
	feed_await(world, &feed, 3000);
	feed_close(&feed);
}

static void deletion_is_a_row(struct world *world)
{
	struct feed feed;
	char rev[80];

	write_one(world, "item-1", "first", rev);
	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	expect(world, couch_document_delete(world->couch, "item-1", rev, &world->error));
	feed_await(world, &feed, 2);
	assert_int_equal(feed.deleted, 1);
	feed_close(&feed);
	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	assert_int_equal(feed.deleted, 1);
	assert_int_equal(feed.met, 1);
	feed_close(&feed);
}

/* couchdb-rules 2: the winner stays what it was, and yet there is news. */
static void losing_leaf_is_a_row(struct world *world)
{
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	struct couch_page page;
	struct couch_document *document;

	json_release(raw(world, "POST", "_bulk_docs",
			 "{\"new_edits\":false,\"docs\":[{\"_id\":\"item-1\","
			 "\"_rev\":\"1-bbbb0000bbbb0000bbbb0000bbbb0000\",\"n\":2}]}"));
	for (int open = 0; open < 2; open++) {
		do {
			expect(world, couch_changes_read(changes, NEWS_MS, &page, &world->error));
			if (page.count == 0)
				couch_page_done(&page);
		} while (!page.changes);
		document = &page.changes[page.count - 1].document;
		assert_string_equal(document->rev, "1-bbbb0000bbbb0000bbbb0000bbbb0000");
		assert_int_equal(json_int_or(document->body, "n", 0), 2);
		if (open == 0)
			assert_null(document->conflicts);
		else
			assert_string_equal(conflict_of(document, 0), "1-aaaa0000aaaa0000aaaa0000aaaa0000");
		couch_page_done(&page);
		make_conflict(world, "item-1");
	}
	couch_changes_close(&changes);
}

static void unwanted_rows_move_since_only(struct world *world)
{
	static const char *const wanted[] = {"item-", "collection-", NULL};
	struct feed feed, rest;
	char rev[80];

	write_one(world, "_design/views", "a design document", rev);
	write_one(world, "zzd-history-1", "history", rev);
	write_one(world, "item-1", "wanted", rev);
	write_one(world, "zz20-image-1", "a picture", rev);
	feed_open(world, &feed, NULL, wanted);
	feed_catch_up(world, &feed);
	assert_string_equal(feed.ids, "item-1 ");
	feed_open(world, &rest, feed.since, NULL);
	feed_catch_up(world, &rest);
	assert_int_equal(rest.met, 0);
	feed_close(&rest);
	feed_open(world, &rest, NULL, NULL);
	feed_catch_up(world, &rest);
	assert_int_equal(rest.met, 3);
	assert_null(strstr(rest.ids, "_design/"));
	feed_close(&rest);
	/* And so does the open request. */
	feed_read(world, &feed, 0);
	write_one(world, "zzd-history-2", "history", rev);
	write_one(world, "_design/others", "a design document", rev);
	write_one(world, "collection-1", "wanted", rev);
	feed_await(world, &feed, 2);
	assert_string_equal(feed.ids, "item-1 collection-1 ");
	feed_close(&feed);
}

static void bodies_have_stubs_not_data(struct world *world)
{
	scoped_text bytes = picture();
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	struct couch_page page;
	char rev[80];

	put_picture(world, "image-1", "image", bytes, rev);
	expect(world, couch_changes_read(changes, 0, &page, &world->error));
	assert_int_equal(page.count, 1);
	struct json_object *stubs =
		json_child(page.changes[0].document.body, "_attachments", json_type_object);
	assert_true(json_bool_or(json_child(stubs, "image", json_type_object), "stub", false));
	couch_page_done(&page);
	couch_changes_close(&changes);
}

static void deleted_database_is_lost(struct world *world)
{
	struct other other = {.world = world, .act = act_delete, .wait_ms = 300};
	struct feed feed;
	struct couch_page page;
	bool good;

	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	feed_read(world, &feed, 0);
	other_start(&other);
	while ((good = couch_changes_read(feed.changes, NEWS_MS, &page, &world->error)))
		couch_page_done(&page);
	other_end(&other);
	expect_kind(world, good, ERROR_LOST);
	assert_int_equal(world->error.status, 404);
	feed_close(&feed);
}

static void first_page_says_rejoined(struct world *world)
{
	struct couch_changes *changes = couch_changes_open(world->couch, NULL, NULL);
	struct couch_page page;

	for (int i = 0; i < 3; i++) {
		expect(world, couch_changes_read(changes, 0, &page, &world->error));
		assert_int_equal(page.rejoined, i == 0);
		couch_page_done(&page);
	}
	couch_changes_close(&changes);
}

static void stop_ends_the_wait(struct world *world)
{
	struct feed feed;
	struct couch_page page;

	feed_open(world, &feed, NULL, NULL);
	feed_catch_up(world, &feed);
	feed_read(world, &feed, 0);
	http_stop(world->http, 1000);
	expect_kind(world, couch_changes_read(feed.changes, NEWS_MS, &page, &world->error), ERROR_STOPPED);
	feed_close(&feed);
}

/* ---- all of them ---- */

struct couch_case {
	const char *name;
	void (*run)(struct world *world);
};

static const struct couch_case cases[] = {
	{"the server says its version", server_says_its_version},
	{"a wrong password is fatal, and is not in the sentence", wrong_password_is_fatal},
	{"no password is fatal, for the feed too", no_password_is_fatal},
	{"a missing database is lost, not empty", missing_database_is_lost},
	{"a database is listed, and made once", database_is_listed_and_made_once},
	{"a public database is made private", public_database_becomes_private},
	{"a database that has members keeps them", members_stay_members},
	{"the identity stays and the position moves", identity_moves_with_writes},
	{"a document comes back whole", document_comes_back_whole},
	{"writing over another's revision is a conflict", writing_over_another_is_a_conflict},
	{"a missing document is lost", missing_document_is_lost},
	{"deleting needs the present revision", deleting_needs_the_revision},
	{"a tombstone is no absence, and can be undone", tombstone_is_no_absence_and_can_be_undone},
	{"a bulk answers row by row", bulk_answers_each_row},
	{"a bulk makes tombstones", bulk_makes_tombstones},
	{"a refused document stands alone in its bulk", refused_document_stands_alone},
	{"two bulks run side by side", two_bulks_run_side_by_side},
	{"1,203 documents are read in the order asked", many_are_read_in_the_order_asked},
	{"ids may repeat", ids_may_repeat},
	{"losing leaves are named, and not in the body", conflicts_are_named},
	{"leaves are read by revision, missing and repeated ones too", leaves_are_read_by_revision},
	{"a tombstone keeps its fields", tombstone_keeps_its_fields},
	{"unknown revisions are told", unknown_revisions_are_told},
	{"a walk meets all in between, both ends included", walk_meets_all_in_between},
	{"a walk of one document a page", walk_of_one_a_page},
	{"a walk of all ids with a prefix", walk_of_a_prefix},
	{"a walk over 1,100 documents", walk_of_many},
	{"a walk ends with its visitor's error", walk_ends_with_the_visitor},
	{"a walk over nothing", walk_of_nothing},
	{"one flawed document stands alone", one_flawed_document_stands_alone},
	{"22 flawed documents of 44 stand alone", many_flawed_documents_stand_alone},
	{"a flawed document read alone is refused", flawed_document_is_refused_alone},
	{"flawed documents in the open feed", flawed_document_in_the_open_feed},
	{"a _local document is written and read", local_document_is_written_and_read},
	{"a _local document is not in the feed", local_document_is_not_in_the_feed},
	{"a picture of 2 MB goes round", picture_goes_round},
	{"a text attachment comes unpacked", text_attachment_comes_unpacked},
	{"the reader of an attachment may end it", reader_ends_the_stream},
	{"a missing attachment is lost", missing_attachment_is_lost},
	{"an attachment to an old revision is a conflict", attachment_to_an_old_revision_is_a_conflict},
	{"stubs written back keep the attachment", stubs_keep_the_attachment},
	{"a document without its stubs loses the attachment", document_without_stubs_loses_the_attachment},
	{"a stub that fits nothing is refused alone", stub_that_fits_nothing_is_refused_alone},
	{"the feed catches up in pages", feed_catches_up_in_pages},
	{"the feed goes on from since, and replays from the start", feed_goes_on_from_since},
	{"the feed goes on from the middle of a backlog", feed_goes_on_from_the_middle},
	{"what the open request delivered does not come again", feed_resumes_after_the_open_request},
	{"the feed delivers while waiting", feed_delivers_while_waiting},
	{"a wake from another thread ends the wait", wake_ends_the_wait},
	{"the feed fills while other requests run", feed_fills_while_other_requests_run},
	{"3,000 unread changes are read in pages", flood_is_read_in_pages},
	{"a deletion is a row, live and later", deletion_is_a_row},
	{"a losing leaf is a row", losing_leaf_is_a_row},
	{"unwanted rows and design documents move since only", unwanted_rows_move_since_only},
	{"the feed's bodies have stubs, not data", bodies_have_stubs_not_data},
	{"a database deleted under the feed is lost", deleted_database_is_lost},
	{"the first page says that the feed was joined", first_page_says_rejoined},
	{"a stop ends the wait", stop_ends_the_wait},
};

static void run_case(void **state)
{
	const struct couch_case *one = *state;
	struct world world;

	alarm(GUARD_SECONDS);
	world_open(&world);
	one->run(&world);
	world_close(&world);
}

static void run_id(void **state)
{
	struct world world;

	alarm(GUARD_SECONDS);
	world_open(&world);
	strange_id_goes_round(&world, *state);
	world_close(&world);
}

int main(void)
{
	struct CMUnitTest tests[countof(cases) + countof(strange_ids)];
	char *names[countof(strange_ids)];
	struct error error = {0};
	size_t count = 0;

	if (!couch_server_read(&server, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 2;
	}
	for (size_t i = 0; i < countof(cases); i++)
		tests[count++] = (struct CMUnitTest){cases[i].name, run_case, NULL, delete_database,
						     (void *)&cases[i]};
	for (size_t i = 0; i < countof(strange_ids); i++) {
		names[i] = own_format("the id %s goes round", strange_ids[i]);
		tests[count++] =
			(struct CMUnitTest){names[i], run_id, NULL, delete_database, (void *)strange_ids[i]};
	}
	int failed = cmocka_run_group_tests_name("couch", tests, NULL, NULL);
	for (size_t i = 0; i < countof(strange_ids); i++)
		free(names[i]);
	couch_server_done(&server);
	return failed;
}
