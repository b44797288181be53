/* Reads: requests to the sandbox, one after another on a small store, those of the control paths, too: "METHOD /path?query", a
 * line break, the body; divided by the byte FF. "FETCH": the next file that is to be fetched comes, its bytes behind the line break, or
 * fails. Holds: each request has a status and an answer in JSON. */
#include "base/log.h"
#include "sandbox/fetches.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sandbox_steps.h"

static void must_be_answer(const struct sandbox_answer *answer)
{
	scoped(json_object) json = NULL;

	must(answer->status >= 200 && answer->status <= 599);
	must(json_read(text_or_empty(&answer->body), answer->body.length, &json, NULL, NULL));
}

/* 'content' NULL: it fails. */
static void fetch(struct sandbox *sandbox, const char *content, size_t size)
{
	struct sandbox_fetch_order order = {0};
	int64_t next_us = 0;

	if (!sandbox_fetches_take(sandbox, steps_now_ms * 1000, &order, &next_us))
		return;
	free(order.url);
	sandbox_fetches_finish(sandbox, order.number, content ? own_copy_bytes(content, size) : NULL, size,
			       "", steps_now_ms * 1000);
}

static void ask(struct sandbox *sandbox, const char *bytes, size_t length)
{
	scoped_text request = own_copy_bytes(bytes, length);
	struct sandbox_answer answer = {0};
	char *body = strchr(request, '\n');

	if (body)
		*body++ = '\0';
	if (strcmp(request, "FETCH") == 0) {
		fetch(sandbox, body, body ? length - (size_t)(body - request) : 0);
		return;
	}
	char *uri = strchr(request, ' ');
	if (!uri)
		return;
	*uri++ = '\0';
	if (strncmp(uri, "/v0", 3) != 0 && strncmp(uri, "/_sandbox", 9) != 0)
		return;
	steps_now_ms += 1000;
	steps_ask(sandbox, request, uri, body, &answer);
	must_be_answer(&answer);
	sandbox_answer_done(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *at = (const char *)bytes, *end = at + length;
	struct sandbox sandbox;

	log_set_level(LOG_ERROR);
	steps_open(&sandbox);
	while (at < end) {
		const char *behind = memchr(at, 0xFF, (size_t)(end - at));
		size_t size = (size_t)((behind ? behind : end) - at);
		ask(&sandbox, at, size);
		at += size + (behind ? 1 : 0);
	}
	sandbox_done(&sandbox);
	return 0;
}
