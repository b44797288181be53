/* Reads: the lines of an open feed. Holds: in one piece or in many (divided by the byte FE), they give the same changes, the
 * same place to go on from and the same complaint. */
#include "couch/changes.c"
#include "tests/fuzz/fake_http.h"

static struct couch_changes *open_changes(struct couch_client *couch)
{
	static const char *const all[] = {"", NULL};
	struct couch_changes *changes = couch_changes_open(couch, NULL, all);

	changes->call = http_start(couch_client_http(couch), &(struct http_request){.url = "http://c"});
	changes->line_ms = clock_steady_ms(); /* as a feed that was just opened */
	return changes;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void must_be_same(const struct couch_changes *a, const struct couch_changes *b)
{
	must(same(a->since, b->since) && strcmp(a->trouble.text, b->trouble.text) == 0);
	must(a->queued == b->queued && a->queued_bytes == b->queued_bytes && a->proved == b->proved);
	for (size_t i = 0; i < a->queued; i++) {
		must(same(a->queue[i].seq, b->queue[i].seq));
		must(same(a->queue[i].document.id, b->queue[i].document.id));
		must(same(a->queue[i].document.flaw, b->queue[i].document.flaw));
		must(a->queue[i].document.deleted == b->queue[i].document.deleted);
		must(json_equal(a->queue[i].document.body, b->queue[i].document.body));
	}
	must(same(a->line.bytes ? a->line.bytes : "", b->line.bytes ? b->line.bytes : "") || a->trouble.kind);
}

static void in_pieces(struct couch_changes *changes, const char *bytes, size_t length)
{
	const char *behind;

	for (bool good = true; good && length > 0;) {
		behind = memchr(bytes, 0xFE, length);
		size_t piece = behind ? (size_t)(behind - bytes) : length;
		good = on_data(changes, bytes, piece);
		bytes += piece + (behind ? 1 : 0);
		length -= piece + (behind ? 1 : 0);
	}
}

static void in_one(struct couch_changes *changes, const char *bytes, size_t length)
{
	struct text whole = {0};

	for (size_t i = 0; i < length; i++)
		if ((uint8_t)bytes[i] != 0xFE)
			text_add_bytes(&whole, bytes + i, 1);
	(void)on_data(changes, text_or_empty(&whole), whole.length);
	text_done(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct http http;

	fake_begin(&http, bytes, length);
	struct couch_client *couch =
		couch_client_open(&http, &(struct couch_address){.url = "http://c", .database = "d"});
	struct couch_changes *one = open_changes(couch), *many = open_changes(couch);
	in_one(one, (const char *)bytes, length);
	in_pieces(many, (const char *)bytes, length);
	must_be_same(one, many);
	couch_changes_close(&one);
	couch_changes_close(&many);
	couch_client_close(&couch);
	must(!http.calls);
	return 0;
}
