/* Reads: a CouchDB server's answers to whoever follows a database: pages of changes, then lines, in pieces of any size,
 * cut and asked for anew. Holds: every change has an id, and a body, a tombstone or a flaw; a place to go on from is JSON. */
#include "couch/changes.h"
#include "tests/fuzz/fake_http.h"

enum { READS = 40 };

static void check_page(const struct couch_page *page)
{
	scoped(json_object) place = NULL;
	struct json_flaws flaws = {0};

	must(page->next_since != NULL);
	must(json_read(page->next_since, strlen(page->next_since), &place, &flaws, NULL));
	json_flaws_done(&flaws);
	for (size_t i = 0; i < page->count; i++) {
		const struct couch_document *document = &page->changes[i].document;
		must(document->id && strncmp(document->id, "_design/", 8) != 0);
		must(!document->missing);
		must(document->body || document->deleted || document->flaw);
		must(!document->body || json_is(document->body, json_type_object));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char *const wanted[] = {"item-", "x", NULL};
	const struct couch_address address = {.url = "http://c", .database = "d"};
	struct http http;

	if (length == 0)
		return 0;
	fake_begin(&http, bytes + 1, length - 1);
	struct couch_client *couch = couch_client_open(&http, &address);
	struct couch_changes *changes =
		couch_changes_open(couch, bytes[0] & 1 ? "\"7-x\"" : NULL, bytes[0] & 2 ? wanted : NULL);
	for (int i = 0; i < READS && !http.stopped; i++) {
		struct couch_page page;
		struct error error = {0};
		if (couch_changes_read(changes, bytes[0] & 4 ? 40000 : 0, &page, &error)) {
			check_page(&page);
			couch_page_done(&page);
		} else {
			must(error.kind != ERROR_NONE && text_is_utf8(error.text, strlen(error.text)));
		}
	}
	couch_changes_close(&changes);
	couch_client_close(&couch);
	must(!http.calls);
	return 0;
}
