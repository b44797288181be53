/* Playing steps. */
#include "tests/vectors/playing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_STEP 7919 /* the recording's four digits are its multiples */

void playing_begin(struct playing *playing, struct vector_result *result)
{
	*playing = (struct playing){.result = result, .revisions = json_new_array()};
	database_init(&playing->database);
}

void playing_done(struct playing *playing)
{
	database_done(&playing->database);
	json_release(playing->writes);
	json_release(playing->revisions);
}

static void note_revisions(struct playing *playing)
{
	scoped(json_object) all = database_all(&playing->database);
	struct json_object *revisions = json_new_object();

	for (size_t i = 0; i < json_length(all); i++) {
		struct json_object *body = json_at(all, i);
		json_put_text(revisions, json_text_or(body, "_id", ""), json_text_or(body, "_rev", ""));
	}
	json_append(playing->revisions, revisions);
}

void playing_next(struct playing *playing, struct json_object *step)
{
	if (playing->writes)
		note_revisions(playing);
	json_release(playing->writes);
	playing->writes = json_new_array();
	playing->now_ms = json_int_or(step, "now", 0);
	playing->uuids = json_child(step, "uuids", json_type_array);
	playing->uuids_used = 0;
}

void outcome_done(struct outcome *outcome)
{
	json_release(outcome->paths);
	datum_close(&outcome->datum);
	*outcome = (struct outcome){0};
}

/* ---- what the recording gave ---- */

static void next_uuid(void *context, char uuid_out[37])
{
	struct playing *playing = context;
	const char *uuid = json_text_of(json_at(playing->uuids, playing->uuids_used++));

	if (!uuid)
		vector_fail(playing->result, "one uuid more is asked for than the recording used");
	snprintf(uuid_out, 37, "%s", uuid ? uuid : "");
}

static unsigned next_digits(void *context)
{
	struct playing *playing = context;

	return ++playing->histories * RANDOM_STEP % 10000;
}

/* "$rev:<_id>", "$rev:<_id>@<step>", or the text itself. */
static const char *revision_named(const struct playing *playing, const char *words)
{
	if (strncmp(words, "$rev:", 5) != 0)
		return words;
	const char *at = strrchr(words, '@');
	scoped_text id = at ? own_copy_bytes(words + 5, (size_t)(at - words) - 5) : own_copy(words + 5);
	if (!at)
		return json_text_or(database_get(&playing->database, id), "_rev", NULL);
	size_t step = (size_t)strtoul(at + 1, NULL, 10);
	return json_text_or(json_at(playing->revisions, step), id, NULL);
}

struct datum *playing_datum(struct playing *playing, struct json_object *recorded)
{
	struct datum *datum = datum_new(document_type_named(json_text_or(recorded, "__type", "")),
					json_text_or(recorded, "__id", NULL));
	struct json_object *time = NULL;

	datum->deleted = json_bool_or(recorded, "__deleted", false);
	datum->rev = own_copy(revision_named(playing, json_text_or(recorded, "__rev", "")));
	if (datum->rev && !*datum->rev)
		own_free_text(&datum->rev);
	if (json_find(recorded, "__created_at", &time))
		datum->created_at = json_share(time);
	if (json_find(recorded, "__updated_at", &time))
		datum->updated_at = json_share(time);
	if (!recorded)
		return datum;
	json_each (recorded, key, value) {
		if (vector_is_undefined(value))
			datum_unset(datum, key);
		else
			datum_put(datum, key, vector_value(value));
	}
	return datum;
}

/* ---- saving ---- */

bool playing_put(struct playing *playing, struct json_object *body)
{
	struct json_object *write = json_new_object();
	bool passed = database_put(&playing->database, body);

	if (!passed)
		json_put_text(write, "error", "conflict");
	json_put(write, "doc", json_copy(body));
	json_append(playing->writes, write);
	return passed;
}

struct json_object *playing_paths(const struct refusal *refusal)
{
	struct json_object *paths = json_new_array();

	for (size_t i = 0; i < refusal->count; i++) {
		const struct refusal_reason *reason = &refusal->reasons[i];
		struct json_object *path = json_new_array();
		if (reason->key)
			json_append(path, json_new_text(reason->key));
		if (reason->index >= 0)
			json_append(path, json_new_int(reason->index));
		json_append(paths, path);
	}
	return paths;
}

static void save_wake_of(struct playing *playing, const struct save_result *saved, struct outcome *outcome)
{
	struct inventory_view view = database_view(&playing->database);
	struct save_cascade wake;
	struct error error = {0};

	if (!save_cascade(saved, &view, &wake, &error))
		vector_fail(playing->result, "%s", error.text);
	for (size_t i = 0; i < wake.count && outcome->end == OUTCOME_DONE; i++) {
		const struct save_request next = {.given = wake.next[i].given, .ignore_conflict = true};
		struct outcome other = {0};
		playing_save(playing, &next, &other);
		if (wake.next[i].must && other.end != OUTCOME_DONE) {
			outcome->end = other.end;
			outcome->paths = take(other.paths);
			snprintf(outcome->sentence, sizeof outcome->sentence, "%s", other.sentence);
		}
		outcome_done(&other);
	}
	save_cascade_done(&wake);
}

void playing_save(struct playing *playing, const struct save_request *request, struct outcome *outcome)
{
	struct inventory_view view = database_view(&playing->database);
	const struct inventory_source source = {playing, playing->now_ms, next_uuid, next_digits};
	struct save_result saved;
	struct error error = {0};

	if (!save_document(request, &view, &source, &saved, &error)) {
		outcome->end = OUTCOME_REFUSED;
		outcome->paths = saved.refusal.count > 0 ? playing_paths(&saved.refusal) : NULL;
		snprintf(outcome->sentence, sizeof outcome->sentence, "%s", error.text);
		if (error.kind != ERROR_REFUSED || !*error.text)
			vector_fail(playing->result, "refused without a sentence");
	} else if ((saved.history && !playing_put(playing, saved.history)) ||
		   (saved.body && !playing_put(playing, saved.body))) {
		outcome->end = OUTCOME_CONFLICT;
	} else {
		save_wake_of(playing, &saved, outcome);
	}
	outcome->datum = take(saved.datum);
	save_result_done(&saved);
}

void playing_save_with(struct playing *playing, const struct datum *given, struct json_object *attachments,
		       struct json_object *options, struct outcome *outcome)
{
	struct json_object *asked = json_child(options, "createHistory", json_type_object);
	const struct save_history history = {
		.created_by = json_text_or(asked, "createdBy", NULL),
		.batch = json_int_or(asked, "batch", 0),
		.event_name = json_text_or(asked, "eventName", NULL),
	};
	const struct save_request request = {
		.given = given,
		.attachments = attachments,
		.history = asked ? &history : NULL,
		.ignore_conflict = json_bool_or(options, "ignoreConflict", false),
		.force_touch = json_bool_or(options, "forceTouch", false),
		.no_touch = json_bool_or(options, "noTouch", false),
		.skip_checks = json_bool_or(options, "skipValidation", false),
		.skip_callbacks = json_bool_or(options, "skipCallbacks", false),
	};

	playing_save(playing, &request, outcome);
}

/* ---- comparing ---- */

void playing_compare_error(struct playing *playing, const struct outcome *outcome, struct json_object *error)
{
	bool refused = json_bool_or(error, "refused", false),
	     conflict = json_bool_or(error, "conflict", false);
	struct json_object *paths = json_child(error, "paths", json_type_array);

	if (refused != (outcome->end == OUTCOME_REFUSED))
		vector_fail(playing->result, refused ? "it is not refused%s" : "it is refused: %s",
			    outcome->sentence);
	if (conflict != (outcome->end == OUTCOME_CONFLICT))
		vector_fail(playing->result, conflict ? "there is no conflict" : "there is a conflict");
	if (refused)
		vector_compare(playing->result, "the fields at fault", outcome->paths, paths);
}

static void compare_order(struct vector_result *result, const char *where, const char *key,
			  struct json_object *ours, struct json_object *theirs)
{
	struct json_object *our_part = json_child(ours, key, json_type_object);
	struct json_object *their_part = json_child(theirs, key, json_type_object);
	scoped_text our_words = json_write(our_part);
	scoped_text their_words = json_write(their_part);

	if (our_part && their_part && !vector_same_order(our_part, their_part))
		vector_fail(result, "%s: the order of %s is %.300s, recorded was %.300s", where, key,
			    our_words, their_words);
}

void playing_compare_document(struct vector_result *result, const char *where, struct json_object *ours,
			      struct json_object *theirs)
{
	vector_compare(result, where, ours, theirs);
	compare_order(result, where, "data", ours, theirs);
	compare_order(result, where, "original_data", ours, theirs);
	compare_order(result, where, "new_data", ours, theirs);
}

/* "_deleted": false says what its absence says. The caller frees. */
static struct json_object *as_put(struct json_object *recorded)
{
	struct json_object *body = json_copy(recorded);

	if (!json_bool_or(body, "_deleted", true))
		json_remove(body, "_deleted");
	return body;
}

void playing_compare_writes(struct playing *playing, struct json_object *writes)
{
	size_t ours = json_length(playing->writes), theirs;

	if (!writes)
		return;
	theirs = json_length(writes);

	for (size_t i = 0; i < ours && i < theirs; i++) {
		struct json_object *our_write = json_at(playing->writes, i);
		struct json_object *their_write = json_at(writes, i);
		scoped_text where = own_format("write %zu", i + 1);
		if ((json_text_or(our_write, "error", NULL) != NULL) !=
		    (json_text_or(their_write, "error", NULL) != NULL))
			vector_fail(playing->result, "%s: only one of both failed", where);
		scoped(json_object) theirs_put = as_put(json_child(their_write, "doc", json_type_object));
		playing_compare_document(playing->result, where,
					 json_child(our_write, "doc", json_type_object), theirs_put);
	}
	scoped_text more = json_write(ours > theirs ? playing->writes : writes);
	if (ours != theirs)
		vector_fail(playing->result, "%zu documents were written, recorded were %zu: %.300s", ours,
			    theirs, more);
}

void playing_compare_documents(struct playing *playing, struct json_object *ours, struct json_object *theirs)
{
	size_t our_count = json_length(ours), their_count = json_length(theirs);

	for (size_t i = 0; i < our_count && i < their_count; i++) {
		struct json_object *our_body = json_at(ours, i);
		scoped_text where = own_format("in the end, %s", json_text_or(our_body, "_id", ""));
		playing_compare_document(playing->result, where, our_body, json_at(theirs, i));
	}
	if (our_count != their_count)
		vector_fail(playing->result, "in the end there are %zu documents, recorded were %zu",
			    our_count, their_count);
}
