/* A pass during which a person edits: when, is told by the app's own requests. */
#include "tests/scenarios/recording_play.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { HOLD_MS = 20000, LOOK_MS = 3 };

/* The request of the app after whose answer it was done. */
static struct json_object *request_before(const struct play *play, struct json_object *phase)
{
	struct json_object *phases = recording_list(play->recording, "phases");
	int64_t number = json_int_or(json_child(phase, "during", json_type_object), "at_request", 0);

	for (size_t i = 0; i < json_length(phases); i++) {
		struct json_object *one = json_at(phases, i);
		struct json_object *requests = json_child(one, "requests", json_type_array);
		int64_t count = requests ? (int64_t)json_length(requests) : 0;
		if (one == phase)
			return number >= 1 && number <= count ? json_at(requests, (size_t)number - 1) : NULL;
		number -= count;
	}
	return NULL;
}

static const char *table_id_in(const struct recording *recording, const char *path)
{
	struct json_object *tables = recording_tables(recording);

	for (size_t i = 0; tables && i < json_length(tables); i++) {
		struct json_object *table = json_at(tables, i);
		scoped_text end = own_format("/%s", json_text_or(table, "name", "?"));
		if (strstr(path, end))
			return json_text_or(table, "id", NULL);
	}
	return NULL;
}

/* The answer of the bridge's own first request of that kind is held back. */
static bool arm_hold(struct play *play, struct json_object *phase, struct error *error)
{
	struct json_object *request = request_before(play, phase);
	const char *method = json_text_or(request, "method", ""), *path = json_text_or(request, "path", "");
	bool lists = !request || strcmp(method, "GET") == 0 || strstr(path, "/listRecords");
	struct json_object *rule = json_new_object(), *rules = json_new_array();

	json_put_text(rule, "kind",
		      lists                           ? "list"
		      : strcmp(method, "PATCH") == 0  ? "update"
		      : strcmp(method, "DELETE") == 0 ? "delete"
						      : "upsert");
	json_put_text(rule, "pathContains", table_id_in(play->recording, path));
	json_put_text(rule, "fault", "hold");
	json_put_text(rule, "point", "applied");
	json_put(rule, "ms", json_new_int(HOLD_MS));
	json_append(rules, rule);
	return stage_control(play->stage, "POST", "faults", rules, NULL, error);
}

struct hand {
	struct play *play;
	struct json_object *meanwhile;
	atomic_bool pass_over;
	bool ok;
	struct error error;
};

static bool act(struct hand *hand)
{
	struct json_object *edit = json_child(hand->meanwhile, "edit", json_type_object);
	struct json_object *operation = json_child(hand->meanwhile, "op", json_type_object);

	return edit ? play_edit(hand->play, edit, &hand->error)
		    : play_operation(hand->play, operation, &hand->error);
}

static bool is_held(struct hand *hand)
{
	scoped(json_object) faults = NULL;

	return stage_control(hand->play->stage, "GET", "faults", NULL, &faults, &hand->error) &&
	       json_int_or(faults, "fired_total", 0) > 0;
}

/* Acts when the answer is held, or after the pass when the bridge had no such request. */
static void *run_hand(void *context)
{
	struct hand *hand = context;

	while (!is_held(hand) && !atomic_load(&hand->pass_over))
		nanosleep(&(struct timespec){0, LOOK_MS * 1000000}, NULL);
	hand->ok = act(hand) && stage_control(hand->play->stage, "POST", "faults/release", json_new_object(),
					      NULL, &hand->error);
	return NULL;
}

bool play_pass_meanwhile(struct play *play, struct json_object *phase, struct error *error)
{
	struct hand hand = {.play = play,
			    .meanwhile = recording_meanwhile(play->recording, &play->theirs, phase)};
	pthread_t thread;

	if (!hand.meanwhile)
		return error_set(error, ERROR_STOPPED, "what was edited during the sync cannot be told");
	if (!stage_control(play->stage, "DELETE", "faults", NULL, NULL, error) ||
	    !arm_hold(play, phase, error) || pthread_create(&thread, NULL, run_hand, &hand) != 0) {
		json_release(hand.meanwhile);
		return false;
	}
	bool ok = stage_pass(play->stage, json_bool_or(phase, "full_sync", false), error) ||
		  error->kind == ERROR_FATAL;
	atomic_store(&hand.pass_over, true);
	pthread_join(thread, NULL);
	json_release(hand.meanwhile);
	if (!hand.ok)
		*error = hand.error;
	return ok && hand.ok && stage_control(play->stage, "DELETE", "faults", NULL, NULL, error);
}
