/* Saving: what the rows' edits make of their documents is what the app would have written: derived fields, refusals,
 * history. One save after the other, so that the second of two that collide is refused; what they look up is read ahead
 * for all of them. */
#include "bridge/related.h"
#include "bridge/work.h"

#include "base/clock.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

struct outcome {
	bool tried, saved;
	struct save_result result;
	struct error error;
	struct json_object *seen; /* owned; of a refusal */
};
struct saves {
	struct group *group;
	struct related related;
	struct inventory_source source;
	struct save_history history;
	struct outcome *outcomes; /* owned; one a look */
};

static void outcome_done(struct outcome *outcome)
{
	if (outcome->tried)
		save_result_done(&outcome->result);
	json_release(outcome->seen);
	*outcome = (struct outcome){0};
}

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

/* All that one pass saves is one batch: people review and revert it as one. */
static int64_t batch_of_pass(struct sync *sync, int64_t now_ms)
{
	if (sync->batch_pass != sync->pass || !sync->batch_ms) {
		sync->batch_pass = sync->pass;
		sync->batch_ms = now_ms;
	}
	return sync->batch_ms;
}

/* ---- one after the other ---- */

static void save_one(struct saves *saves, size_t place)
{
	struct look *look = &saves->group->looks[place];
	struct outcome *outcome = &saves->outcomes[place];
	const struct inventory_view view = related_view(&saves->related);
	const struct save_request request = {.given = look->given, .history = &saves->history};

	outcome_done(outcome);
	outcome->tried = true;
	outcome->saved = save_document(&request, &view, &saves->source, &outcome->result, &outcome->error);
	outcome->seen = related_take_seen(&saves->related);
	if (outcome->saved && outcome->result.body)
		related_save(&saves->related, look->pair->full_id,
			     look->given->deleted ? NULL : outcome->result.body);
}

/* One that is refused may pass when another of the group has made way. */
static void save_in_turn(struct saves *saves)
{
	struct group *group = saves->group;
	bool any_saved, any_refused;

	related_begin(&saves->related);
	for (size_t i = 0; i < group->count; i++)
		outcome_done(&saves->outcomes[i]);
	do {
		any_saved = any_refused = false;
		for (size_t i = 0; i < group->count; i++) {
			if (!group->looks[i].given || saves->outcomes[i].saved)
				continue;
			save_one(saves, i);
			any_saved = any_saved || saves->outcomes[i].saved;
			any_refused = any_refused || !saves->outcomes[i].saved;
		}
	} while (any_saved && any_refused);
}

/* ---- what is known before ---- */

static void want_parent(struct saves *saves, const struct look *look, enum document_type type,
			const char *key)
{
	const char *id = datum_has(look->given, key)
				 ? datum_text(look->given, key)
				 : json_text_or(document_data(look->document.body), key, NULL);

	if (id && *id)
		related_want(&saves->related, type, id);
}

static void prepare(struct saves *saves)
{
	struct group *group = saves->group;

	for (size_t i = 0; i < group->count; i++) {
		const struct look *look = &group->looks[i];
		if (look->document.presence != SIDE_THERE || look->flaw.kind == ERROR_NONE)
			related_give(&saves->related, look->pair->full_id,
				     look->document.presence == SIDE_THERE ? look->document.body : NULL);
	}
	related_want(&saves->related, DOCUMENT_CONFIG, "");
	for (size_t i = 0; i < group->count; i++) {
		const struct look *look = &group->looks[i];
		if (!look->given || look->pair->table != TABLE_ITEMS)
			continue;
		want_parent(saves, look, DOCUMENT_COLLECTION, "collection_id");
		want_parent(saves, look, DOCUMENT_ITEM, "container_id");
	}
}

/* ---- what comes of it ---- */

/* What is written, before it is: so that it is known whether it was, and no history is left of what was not. */
static void note_saving(struct saves *saves, struct look *look, struct json_object *history)
{
	struct json_object *note = json_new_object();

	json_put(note, "at", json_new_int(saves->source.now_ms));
	if (look->given->deleted)
		json_put(note, "gone", json_new_bool(true));
	if (history)
		json_put(note, "history", json_copy(history));
	if (look->wake)
		json_put(note, "wake", look_wake_marks(look));
	json_release(look->entry.saving);
	look->entry.saving = note;
}

static void take_saved(struct saves *saves, struct look *look, struct save_result *result)
{
	if (!result->body) {
		look->document_written = true; /* the document has it already */
		return;
	}
	look->new_document = take(result->body);
	look->document_work = look->given->deleted ? DOCUMENT_WORK_DELETE : DOCUMENT_WORK_WRITE;
	look_note_wake(saves->group, look);
	note_saving(saves, look, result->history);
	if (!result->history)
		return;
	if (!look->histories)
		look->histories = json_new_array();
	json_append(look->histories, take(result->history));
}

/* Other documents than its own that it looked at. */
static struct json_object *causes_of(const struct look *look, struct json_object *seen)
{
	struct json_object *causes = json_new_array();

	for (size_t i = 0; i < json_length(seen); i++) {
		const char *id, *full_id = json_text_of(json_at(seen, i));
		enum table table;
		if (full_id && strcmp(full_id, look->pair->full_id) != 0 &&
		    table_of_document_type(document_type_of(full_id, &id), &table))
			json_append(causes, json_new_text(full_id));
	}
	return causes;
}

static void take_refused(struct look *look, struct outcome *outcome)
{
	const struct refusal *refusal = &outcome->result.refusal;

	for (size_t i = 0; i < refusal->count; i++)
		look_problem(look, "%s", refusal->reasons[i].sentence);
	if (refusal->count == 0) {
		look_problem(look, "%s", outcome->error.text);
		look->retry = true; /* the config document, of which no news come */
	}
	look->causes = causes_of(look, outcome->seen);
	look->marks = false;
	if (look->given->deleted)
		look->row_work = look->row.presence == SIDE_THERE
					 ? ROW_WORK_UPDATE
					 : ROW_WORK_NONE; /* it stays, and is told why */
}

bool group_save(struct group *group, struct error *error)
{
	struct saves saves = {.group = group};
	scoped_text created_by = own_format("integration-%s", group->sync->config->id);
	bool any = false, ok = true;

	for (size_t i = 0; i < group->count; i++)
		any = any || group->looks[i].given;
	if (!any)
		return true;
	saves.source = (struct inventory_source){.now_ms = clock_now_ms(), .uuid = new_uuid};
	saves.history =
		(struct save_history){created_by, batch_of_pass(group->sync, saves.source.now_ms), "sync"};
	saves.outcomes = own_alloc((group->count + 1) * sizeof *saves.outcomes);
	related_init(&saves.related, group->sync);
	prepare(&saves);
	do {
		if (related_wants(&saves.related))
			ok = related_read(&saves.related, error);
		if (ok)
			save_in_turn(&saves);
	} while (ok && related_wants(&saves.related));
	for (size_t i = 0; i < group->count; i++) {
		struct outcome *outcome = &saves.outcomes[i];
		if (ok && outcome->saved)
			take_saved(&saves, &group->looks[i], &outcome->result);
		else if (ok && outcome->tried)
			take_refused(&group->looks[i], outcome);
		outcome_done(outcome);
	}
	free(saves.outcomes);
	related_done(&saves.related);
	return ok;
}
