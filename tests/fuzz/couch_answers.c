/* Reads: a CouchDB server's answers to everything else that is asked of it, with any status. Holds: each call ends; what
 * failed has a sentence; a document that was read is missing, deleted, whole, or flawed; a written one has its fate. */
#include "couch/attachments.h"
#include "couch/bulk.h"
#include "couch/local.h"
#include "couch/revisions.h"
#include "couch/server.h"
#include "tests/fuzz/fake_http.h"

static const char *const ids[] = {"a", "b", "c"};

static bool must_have_words(bool good, const struct error *error)
{
	must(good ||
	     (error->kind != ERROR_NONE && error->text[0] && text_is_utf8(error->text, strlen(error->text))));
	return good;
}

static void check_document(const struct couch_document *document)
{
	must(document->id != NULL);
	must(document->missing == !document->rev);
	must(!document->body || json_is(document->body, json_type_object));
}

static bool visit(void *context, struct couch_document *document, struct error *error)
{
	(void)context;
	(void)error;
	check_document(document);
	return true;
}

static void read_documents(struct couch_client *couch)
{
	struct couch_documents documents;
	struct error error = {0};

	if (!must_have_words(couch_documents_read(couch, ids, countof(ids), &documents, &error), &error))
		return;
	must(documents.count == countof(ids));
	for (size_t i = 0; i < documents.count; i++) {
		check_document(&documents.list[i]);
		must(strcmp(documents.list[i].id, ids[i]) == 0);
	}
	couch_documents_done(&documents);
}

static void walk(struct couch_client *couch)
{
	struct error error = {0};

	must_have_words(couch_documents_walk_prefix(couch, "a", 2, false, visit, NULL, &error), &error);
}

static void read_revisions(struct couch_client *couch)
{
	static const struct couch_revision wanted[] = {{"a", "1-a"}, {"b", "2-b"}};
	struct couch_documents documents;
	struct error error = {0};

	if (must_have_words(couch_revisions_read(couch, wanted, countof(wanted), true, &documents, &error),
			    &error))
		couch_documents_done(&documents);
}

static void write_documents(struct couch_client *couch)
{
	struct json_object *documents[countof(ids)];
	struct couch_written written[countof(ids)];
	struct error error = {0};

	for (size_t i = 0; i < countof(ids); i++) {
		documents[i] = json_new_object();
		json_put_text(documents[i], "_id", ids[i]);
	}
	must_have_words(couch_documents_write(couch, documents, countof(ids), written, &error), &error);
	for (size_t i = 0; i < countof(ids); i++) {
		must((written[i].kind == ERROR_NONE) == (written[i].rev[0] != '\0'));
		must(written[i].kind == ERROR_NONE ||
		     (written[i].text[0] && text_is_utf8(written[i].text, strlen(written[i].text))));
		json_release(documents[i]);
	}
}

static void read_and_write_one(struct couch_client *couch)
{
	scoped(json_object) body = NULL;
	struct error error = {0};
	char rev[80] = "";

	if (!must_have_words(couch_document_read(couch, "a", &body, &error), &error))
		return;
	must(json_is(body, json_type_object));
	if (must_have_words(couch_document_write(couch, "a", body, rev, &error), &error))
		must(rev[0]);
	must_have_words(couch_document_delete(couch, "a", "1-a", &error), &error);
}

static void use_local(struct couch_client *couch)
{
	scoped(json_object) body = NULL;
	scoped(json_object) wanted = json_new_object();
	struct error error = {0};

	must_have_words(couch_local_read(couch, "davenport", &body, &error), &error);
	must_have_words(couch_local_write(couch, "davenport", wanted, &error), &error);
}

static void job_at_database(struct couch_client *couch)
{
	scoped(json_object) names = NULL;
	struct couch_identity identity;
	struct error error = {0};
	char version[32];

	if (must_have_words(couch_server_check(couch, version, &error), &error))
		must(text_is_utf8(version, strlen(version)));
	must_have_words(couch_database_list(couch, &names, &error), &error);
	must_have_words(couch_database_create(couch, true, &error), &error);
	if (must_have_words(couch_database_identity(couch, &identity, &error), &error)) {
		must(identity.update_seq != NULL);
		must(text_is_utf8(identity.instance_start_time, strlen(identity.instance_start_time)));
		couch_identity_done(&identity);
	}
}

static void ask_for_unknown(struct couch_client *couch)
{
	scoped(json_object) wanted = json_new_object();
	scoped(json_object) unknown = NULL;
	struct error error = {0};

	must_have_words(couch_revisions_unknown(couch, wanted, &unknown, &error), &error);
}

static bool take_bytes(void *context, const char *bytes, size_t length)
{
	int64_t *taken = context;

	must(bytes != NULL);
	*taken += (int64_t)length;
	return *taken < 1000;
}

static void read_attachment(struct couch_client *couch)
{
	struct couch_attachment attachment = {.content_type = ""};
	struct error error = {0};
	int64_t taken = 0;

	if (!must_have_words(couch_attachment_read(couch, "a", "1-a", "image", take_bytes, &taken,
						   &attachment, &error),
			     &error))
		return;
	must(attachment.length == taken);
	must(text_is_utf8(attachment.content_type, strlen(attachment.content_type)));
}

static void write_attachment(struct couch_client *couch)
{
	struct error error = {0};
	char rev[80] = "";

	if (must_have_words(couch_attachment_write(couch, "a", "1-a", "image", "image/png", "\x89PNG", 4, rev,
						   &error),
			    &error))
		must(rev[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static void (*const calls[])(struct couch_client * couch) = {read_documents,     walk,
								     read_revisions,     write_documents,
								     read_and_write_one, use_local,
								     job_at_database,    ask_for_unknown,
								     read_attachment,    write_attachment};
	const struct couch_address address = {
		.url = "http://c/", .user = "u", .password = "p", .database = "d+e"};
	struct http http;

	if (length == 0)
		return 0;
	fake_begin(&http, bytes + 1, length - 1);
	struct couch_client *couch = couch_client_open(&http, &address);
	calls[bytes[0] % countof(calls)](couch);
	couch_client_close(&couch);
	must(!http.calls);
	return 0;
}
