/* Stories told to a sandbox in this process: requests and what is answered, one after another.
 *
 * A step is "METHOD URI", a body or NULL, the status, and the answer as JSON to be met: an object must have the
 * keys named here (others may be there), an array must have these elements in this order, "*" is met by anything,
 * "-" by the absence of the key, and "/…" by a text that begins with what follows. "WAIT 1500" moves the clock on.
 * In later steps $id is the id of an answer's first record, $offset its offset. */
#pragma once
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "sandbox/api.h"
#include "sandbox/control.h"
#include "sandbox/save.h"
#include "tests/unit/cases.h"

#include <stdio.h>

#include <string.h>

#define STEPS_NOW_MS 1795428000500 /* 2026-11-23T10:00:00.500Z */

struct step {
	const char *request, *body;
	int status;
	const char *answer;
};

struct story {
	const char *sentence;
	struct step steps[24];
};

static int64_t steps_now_ms;

static inline int64_t steps_clock(void *context)
{
	(void)context;
	return steps_now_ms;
}

static inline void steps_set_clock(void)
{
	static const struct clock_source source = {.now_ms = steps_clock};

	steps_now_ms = STEPS_NOW_MS;
	clock_replace(&source);
}

/* A base of two tables linked both ways, with one self link, and one field of most types. */
static const char steps_state[] =
	"{\"bases\":[{\"id\":\"app00000000000001\",\"name\":\"Base\",\"tables\":["
	"{\"id\":\"tblThings00000001\",\"name\":\"Things\",\"primaryFieldId\":\"fldName\",\"fields\":["
	"{\"id\":\"fldName\",\"name\":\"Name\",\"type\":\"singleLineText\"},"
	"{\"id\":\"fldNotes\",\"name\":\"Notes\",\"type\":\"multilineText\"},"
	"{\"id\":\"fldCount\",\"name\":\"Count\",\"type\":\"number\",\"options\":{\"precision\":2}},"
	"{\"id\":\"fldDone\",\"name\":\"Done\",\"type\":\"checkbox\",\"options\":{}},"
	"{\"id\":\"fldKind\",\"name\":\"Kind\",\"type\":\"singleSelect\",\"options\":{\"choices\":["
	"{\"id\":\"selB\",\"name\":\"Box\",\"color\":\"redBright\"},{\"id\":\"selA\",\"name\":\"Apple\"}]}},"
	"{\"id\":\"fldTags\",\"name\":\"Tags\",\"type\":\"multipleSelects\",\"options\":{\"choices\":["
	"{\"id\":\"selX\",\"name\":\"x\"},{\"id\":\"selY\",\"name\":\"y\"}]}},"
	"{\"id\":\"fldDay\",\"name\":\"Day\",\"type\":\"date\",\"options\":{}},"
	"{\"id\":\"fldWhen\",\"name\":\"When\",\"type\":\"dateTime\",\"options\":{}},"
	"{\"id\":\"fldPlace\",\"name\":\"Place\",\"type\":\"multipleRecordLinks\","
	"\"options\":{\"linkedTableId\":\"tblPlaces00000001\",\"inverseLinkFieldId\":\"fldThings\"}},"
	"{\"id\":\"fldInside\",\"name\":\"Inside\",\"type\":\"multipleRecordLinks\","
	"\"options\":{\"linkedTableId\":\"tblThings00000001\"}},"
	"{\"id\":\"fldFiles\",\"name\":\"Files\",\"type\":\"multipleAttachments\",\"options\":{}},"
	"{\"id\":\"fldRating\",\"name\":\"Rating\",\"type\":\"rating\",\"options\":{\"max\":3}},"
	"{\"id\":\"fldWho\",\"name\":\"Who\",\"type\":\"singleCollaborator\"},"
	"{\"id\":\"fldAuto\",\"name\":\"#\",\"type\":\"autoNumber\"},"
	"{\"id\":\"fldMade\",\"name\":\"Made\",\"type\":\"createdTime\",\"options\":{}},"
	"{\"id\":\"fldChanged\",\"name\":\"Changed\",\"type\":\"lastModifiedTime\",\"options\":{"
	"\"referencedFieldIds\":[]}},"
	"{\"id\":\"fldCountChanged\",\"name\":\"Count Changed\",\"type\":\"lastModifiedTime\","
	"\"options\":{\"referencedFieldIds\":[\"fldCount\"]}},"
	"{\"id\":\"fldSelf\",\"name\":\"Self\",\"type\":\"formula\",\"options\":{\"formula\":\"RECORD_ID()\"}"
	"},"
	"{\"id\":\"fldLook\",\"name\":\"Look\",\"type\":\"multipleLookupValues\","
	"\"options\":{\"recordLinkFieldId\":\"fldInside\",\"fieldIdInLinkedTable\":\"fldName\"}},"
	"{\"id\":\"fldButton\",\"name\":\"Button\",\"type\":\"button\"}],"
	"\"records\":["
	"{\"id\":\"recA0000000000001\",\"createdTime\":\"2026-01-01T00:00:00.000Z\",\"fields\":{\"Name\":"
	"\"a\",\"Count\":2}},"
	"{\"id\":\"recB0000000000001\",\"createdTime\":\"2026-01-02T00:00:00.000Z\",\"fields\":{\"Name\":"
	"\"b\","
	"\"Kind\":\"Apple\",\"Place\":[\"recP0000000000001\"],\"Inside\":[\"recA0000000000001\"]}},"
	"{\"id\":\"recC0000000000001\",\"createdTime\":\"2026-01-03T00:00:00.000Z\",\"fields\":{\"Name\":"
	"\"C\","
	"\"Kind\":\"Box\",\"Count\":1,\"Done\":true,"
	"\"Files\":[{\"id\":\"attC0000000000001\",\"url\":\"http://e.example/c\",\"filename\":\"c\"}]}}]},"
	"{\"id\":\"tblPlaces00000001\",\"name\":\"Places / all\",\"fields\":["
	"{\"id\":\"fldPlaceName\",\"name\":\"Name\",\"type\":\"singleLineText\"},"
	"{\"id\":\"fldThings\",\"name\":\"Things\",\"type\":\"multipleRecordLinks\","
	"\"options\":{\"linkedTableId\":\"tblThings00000001\",\"inverseLinkFieldId\":\"fldPlace\"}}],"
	"\"records\":[{\"id\":\"recP0000000000001\",\"createdTime\":\"2026-01-01T00:00:00.000Z\","
	"\"fields\":{\"Name\":\"here\"}},"
	"{\"id\":\"recQ0000000000001\",\"createdTime\":\"2026-01-01T00:00:00.000Z\",\"fields\":{\"Name\":"
	"\"there\"}}]}]}]}";

/* With the options that a sandbox has when nobody says otherwise. */
static inline void steps_open_plainly(struct sandbox *sandbox)
{
	scoped(json_object) json = NULL;
	struct sandbox_store *store = NULL;
	struct error error = {0};

	steps_set_clock();
	sandbox_init(sandbox);
	if (!json_read(steps_state, strlen(steps_state), &json, NULL, &error) ||
	    !sandbox_store_read(json, STEPS_NOW_MS, &store, &error))
		fail_msg("the state: %s", error.text);
	sandbox_take_store(sandbox, store);
}

static inline void steps_open(struct sandbox *sandbox)
{
	steps_open_plainly(sandbox);
	sandbox->store->times = SANDBOX_TIMES_EXACT; /* the steps speak of moments */
}

static inline bool steps_meet(struct json_object *wanted, struct json_object *found, char *path, size_t size);

static inline bool steps_meet_keys(struct json_object *wanted, struct json_object *found, char *path,
				   size_t size)
{
	size_t length = strlen(path);

	json_each (wanted, key, value) {
		struct json_object *there = NULL;
		bool has = json_find(found, key, &there);
		snprintf(path + length, size - length, ".%s", key);
		bool absent =
			json_is(value, json_type_string) && strcmp(json_object_get_string(value), "-") == 0;
		if (absent ? has : !has || !steps_meet(value, there, path, size))
			return false;
	}
	path[length] = '\0';
	return true;
}

static inline bool steps_meet_elements(struct json_object *wanted, struct json_object *found, char *path,
				       size_t size)
{
	size_t length = strlen(path);

	if (json_length(wanted) != json_length(found))
		return false;
	for (size_t i = 0; i < json_length(wanted); i++) {
		snprintf(path + length, size - length, "[%zu]", i);
		if (!steps_meet(json_at(wanted, i), json_at(found, i), path, size))
			return false;
	}
	path[length] = '\0';
	return true;
}

static inline bool steps_meet(struct json_object *wanted, struct json_object *found, char *path, size_t size)
{
	const char *words = json_is(wanted, json_type_string) ? json_object_get_string(wanted) : "";

	if (strcmp(words, "*") == 0)
		return true;
	if (*words == '/' && json_is(found, json_type_string))
		return strstr(json_object_get_string(found), words + 1) == json_object_get_string(found);
	if (json_is(wanted, json_type_object) && json_is(found, json_type_object))
		return steps_meet_keys(wanted, found, path, size);
	if (json_is(wanted, json_type_array) && json_is(found, json_type_array))
		return steps_meet_elements(wanted, found, path, size);
	return json_equal(wanted, found);
}

/* The answer, of the API or of the control paths. */
static inline void steps_ask(struct sandbox *sandbox, const char *method, const char *uri, const char *body,
			     struct sandbox_answer *answer)
{
	struct sandbox_target target = {0};
	struct sandbox_call call = {
		.sandbox = sandbox,
		.method = method,
		.target = &target,
		.authorization = "Bearer patTest",
		.content_type = "application/json",
		.body = body ? body : "",
		.body_length = body ? strlen(body) : 0,
		.now_us = steps_now_ms * 1000,
	};

	sandbox_target_read(uri, &target);
	if (target.count > 0 && strcmp(target.segments[0], "_sandbox") == 0) {
		struct sandbox_control_request request = {method, &target, call.body, call.body_length,
							  call.now_us};
		sandbox_control(sandbox, &request, answer);
	} else {
		sandbox_call_read(&call);
		sandbox_call_run(&call);
		*answer = call.answer;
		call.answer = (struct sandbox_answer){0};
		sandbox_call_done(&call);
	}
	sandbox_target_done(&target);
}

struct steps_memory {
	char *id, *offset; /* owned */
};

static inline char *steps_fill_in(const char *words, const struct steps_memory *memory)
{
	struct text text = {0};

	while (words && *words) {
		const char *dollar = strchr(words, '$');
		bool id = dollar && strncmp(dollar, "$id", 3) == 0;
		bool offset = dollar && strncmp(dollar, "$offset", 7) == 0;
		size_t length = dollar ? (size_t)(dollar - words) : strlen(words);
		text_add_bytes(&text, words, length + (dollar && !id && !offset ? 1 : 0));
		if (id)
			text_add(&text, memory->id ? memory->id : "");
		if (offset)
			text_add(&text, memory->offset ? memory->offset : "");
		words += length + (id ? 3 : offset ? 7 : dollar ? 1 : 0);
	}
	return text_take(&text);
}

static inline void steps_remember(struct steps_memory *memory, struct json_object *json)
{
	struct json_object *records = json_child(json, "records", json_type_array);
	const char *offset = json_text_or(json, "offset", NULL);
	struct json_object *first =
		records ? json_at(records, 0) : json_child(json, "results", json_type_array);

	if (json_is(first, json_type_array))
		first = json_at(first, 0);
	const char *id = json_text_or(first ? first : json, "id", NULL);
	if (id) {
		free(memory->id);
		memory->id = own_copy(id);
	}
	if (offset) {
		free(memory->offset);
		memory->offset = own_copy(offset);
	}
}

static inline void steps_check(const struct step *step, size_t number, const struct sandbox_answer *answer,
			       struct steps_memory *memory)
{
	scoped(json_object) wanted = NULL;
	scoped(json_object) found = NULL;
	scoped_text words = steps_fill_in(step->answer ? step->answer : "\"*\"", memory);
	char path[400] = "";
	struct error error = {0};

	if (!json_read(words, strlen(words), &wanted, NULL, &error))
		fail_msg("step %zu: its own answer: %s", number, error.text);
	if (!json_read(text_or_empty(&answer->body), answer->body.length, &found, NULL, &error))
		fail_msg("step %zu: %s: %s", number, error.text, text_or_empty(&answer->body));
	if (answer->status != step->status || !steps_meet(wanted, found, path, sizeof(path)))
		fail_msg("step %zu (%s): %d at '%s': %s", number, step->request, answer->status, path,
			 text_or_empty(&answer->body));
	steps_remember(memory, found);
}

static inline void steps_tell(struct sandbox *sandbox, const struct step *steps, size_t count)
{
	struct steps_memory memory = {0};

	for (size_t i = 0; i < count && steps[i].request; i++) {
		struct sandbox_answer answer = {0};
		scoped_text request = steps_fill_in(steps[i].request, &memory);
		scoped_text body = steps[i].body ? steps_fill_in(steps[i].body, &memory) : NULL;
		char *space = strchr(request, ' ');
		*space = '\0';
		if (strcmp(request, "WAIT") == 0) {
			steps_now_ms += strtol(space + 1, NULL, 10);
			continue;
		}
		steps_ask(sandbox, request, space + 1, body, &answer);
		steps_check(&steps[i], i + 1, &answer, &memory);
		sandbox_answer_done(&answer);
	}
	free(memory.id);
	free(memory.offset);
}

/* A case: one story in a fresh sandbox. */
static inline void steps_run(void **state)
{
	const struct story *story = *state;
	struct sandbox sandbox;

	steps_open(&sandbox);
	steps_tell(&sandbox, story->steps, countof(story->steps));
	sandbox_done(&sandbox);
}
