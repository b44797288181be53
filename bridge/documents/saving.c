#include "bridge/documents/saving.h"

#include "base/clock.h"
#include "bridge/documents/cascade.h"
#include "bridge/documents/circles.h"
#include "bridge/documents/related.h"
#include "bridge/job/grounds.h"
#include "bridge/job/job_problem.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

struct outcome {
	bool tried, saved;
	struct save_result result;
	struct error error;
	struct json_object *seen;  /* owned; of a refusal: what it looked at, with the revisions */
	bool counted;              /* and at what stands in something that is not empty */
	struct json_object *leans; /* owned; {_id: null} of saves of this round that it depends on; or NULL */
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
	json_release(outcome->leans);
	*outcome = (struct outcome){0};
}

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

/* It has something to save, which no round has carried yet. */
static bool is_open(const struct look *look)
{
	return look->given && !look->carried;
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
	outcome->seen = related_take_seen(&saves->related, &outcome->counted);
	outcome->leans = related_take_leans(&saves->related);
	if (outcome->saved && outcome->result.body)
		related_save(&saves->related, look->pair->full_id,
			     look->given->deleted ? NULL : outcome->result.body);
}

/* What would be written of it if nothing refused it. False: nothing. */
static bool intend(struct saves *saves, size_t place)
{
	struct look *look = &saves->group->looks[place];
	const struct inventory_view view = related_view(&saves->related);
	const struct save_request request = {.given = look->given, .skip_checks = true};
	struct save_result result;
	struct error ignored = {0};

	bool counted,
		intended = save_document(&request, &view, &saves->source, &result, &ignored) && result.body;
	if (intended)
		related_save(&saves->related, look->pair->full_id, result.body);
	save_result_done(&result);
	json_release(related_take_seen(&saves->related, &counted));
	json_release(related_take_leans(&saves->related));
	return intended;
}

/* Saves each of these while the others are as they are meant to be; one that is refused is left as it is stored. True: each
 * was saved. */
static bool check_together(struct saves *saves, bool *together)
{
	bool all = true;

	for (size_t i = 0; i < saves->group->count; i++) {
		if (!together[i])
			continue;
		related_forget(&saves->related, saves->group->looks[i].pair->full_id);
		save_one(saves, i);
		together[i] = saves->outcomes[i].saved;
		all = all && together[i];
	}
	return all;
}

/* The reason is that of what is stored and saved, not of what another one was only meant to become: that depends on who is
 * in the group, and words that change with it would be written again and again. */
static void tell_refused_anew(struct saves *saves)
{
	for (size_t i = 0; i < saves->group->count; i++)
		if (is_open(&saves->group->looks[i]) && !saves->outcomes[i].saved)
			save_one(saves, i);
}

/* Two that exchange a number refuse each other, although the end has it once. Those that are refused one by one may pass as one; what
 * passes only together with one that does not pass is refused as before. */
static void save_together(struct saves *saves)
{
	struct group *group = saves->group;
	bool *together = own_alloc((group->count + 1) * sizeof *together);
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct look *look = &group->looks[i];
		bool refused = is_open(look) && !saves->outcomes[i].saved;
		together[i] = refused && !look->given->deleted && look->document.presence == SIDE_THERE;
		count += together[i];
	}
	if (count > 1) {
		for (size_t i = 0; i < group->count; i++)
			together[i] = together[i] && intend(saves, i);
		while (!check_together(saves, together))
			continue;
		tell_refused_anew(saves);
	}
	free(together);
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
			if (!is_open(&group->looks[i]) || saves->outcomes[i].saved)
				continue;
			save_one(saves, i);
			any_saved = any_saved || saves->outcomes[i].saved;
			any_refused = any_refused || !saves->outcomes[i].saved;
		}
	} while (any_saved && any_refused);
	if (any_refused)
		save_together(saves);
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

/* The document as it is stored: one that a round before has written has another revision by now. */
static void give(struct saves *saves, const struct look *look)
{
	scoped(json_object) body = NULL;

	if (look->document.presence == SIDE_THERE && look->document_written) {
		body = json_copy(look->document.body);
		json_put_text(body, "_rev", look->document.revision);
	} else if (look->document.presence == SIDE_THERE) {
		body = json_share(look->document.body);
	}
	related_give(&saves->related, look->pair->full_id, body);
}

static void prepare(struct saves *saves)
{
	struct group *group = saves->group;

	for (size_t i = 0; i < group->count; i++) {
		const struct look *look = &group->looks[i];
		if (look->document.presence != SIDE_THERE || look->flaw.kind == ERROR_NONE)
			give(saves, look);
	}
	related_want(&saves->related, DOCUMENT_CONFIG, "");
	for (size_t i = 0; i < group->count; i++) {
		const struct look *look = &group->looks[i];
		if (!is_open(look) || look->pair->table != TABLE_ITEMS)
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

	json_each (seen, full_id, revision) {
		const char *id;
		enum table table;
		(void)revision;
		if (strcmp(full_id, look->pair->full_id) != 0 &&
		    table_of_document_type(document_type_of(full_id, &id), &table))
			json_append(causes, json_new_text(full_id));
	}
	return causes;
}

/* A number or a tag that another document has. */
static bool is_taken(const struct refusal *refusal)
{
	static const char *const keys[] = {"collection_reference_number", "item_reference_number",
					   "rfid_tag_epc_memory_bank_contents"};

	for (size_t i = 0; i < refusal->count; i++)
		for (size_t k = 0; refusal->reasons[i].key && k < countof(keys); k++)
			if (strcmp(refusal->reasons[i].key, keys[k]) == 0)
				return true;
	return false;
}

static size_t place_of(const struct group *group, const struct pair *pair)
{
	size_t place = 0;

	while (place < group->count && group->looks[place].pair != pair)
		place++;
	return place;
}

/* Two rows may exchange their numbers, when both are saved at once: one whose refused edit may do so is looked at together with
 * this one. Where that was done it takes a third number. False: it has no such edit, as what has no row of its own. */
static bool may_exchange(struct saves *saves, struct look *look, struct pair *other)
{
	struct group *group = saves->group;
	size_t place = place_of(group, other);

	if (place < group->count && is_open(&group->looks[place]) && !saves->outcomes[place].saved) {
		look_problem(look, "To exchange two numbers give one of both a third one first.");
		return true;
	}
	if (place < group->count || !other->has_problem || other->state != ENTRY_PAIR)
		return false;
	look->partner = other;
	look->finished = look->again =
		true; /* what that look finds out is told, and nothing else in between */
	look->keep_ledger = true;
	return true;
}

static void seek_exchange(struct saves *saves, struct look *look)
{
	const char *prefix = document_prefix(table_document_type(look->pair->table));
	bool found = false;

	for (size_t i = 0; !found && i < json_length(look->causes); i++) {
		const char *full_id = json_text_of(json_at(look->causes, i));
		struct pair *other = strncmp(full_id, prefix, strlen(prefix)) == 0
					     ? pairs_find(&saves->group->sync->pairs, look->pair->table,
							  full_id + strlen(prefix))
					     : NULL;
		found = other && may_exchange(saves, look, other);
	}
}

static void take_refused(struct saves *saves, struct look *look, struct outcome *outcome)
{
	const struct refusal *refusal = &outcome->result.refusal;
	bool first = look->problem.length == 0;

	for (size_t i = 0; i < refusal->count; i++)
		look_problem(look, "%s", refusal->reasons[i].sentence);
	if (refusal->count == 0) {
		look_problem(look, "%s", outcome->error.text);
		look->retry = true; /* the config document, of which no news come */
	}
	look->causes = causes_of(look, outcome->seen);
	if (first && !outcome->counted && !look->given->deleted)
		look_note_grounds(look, outcome->seen);
	if (is_taken(refusal))
		seek_exchange(saves, look);
	look->marks = false;
	if (look->given->deleted)
		look->row_work = look->row.presence == SIDE_THERE
					 ? ROW_WORK_UPDATE
					 : ROW_WORK_NONE; /* it stays, and is told why */
}

/* Of one look: on the saves of which others of the group it depends. */
static void note_leans(const struct saves *saves, size_t place, bool *stands_on)
{
	const struct group *group = saves->group;

	for (size_t other = 0; saves->outcomes[place].leans && other < group->count; other++)
		stands_on[other] =
			json_find(saves->outcomes[place].leans, group->looks[other].pair->full_id, NULL);
}

/* Looks whose saves depend on each other and on no others, as in an exchange of numbers: these need not wait. By place; the caller
 * frees. */
static bool *find_exchanges(const struct saves *saves)
{
	size_t count = saves->group->count;
	bool *stands_on = own_alloc((count * count + 1) * sizeof *stands_on);
	bool *exchanges = own_alloc((count + 1) * sizeof *exchanges);

	for (size_t i = 0; i < count; i++)
		note_leans(saves, i, stands_on + i * count);
	circles_find(count, stands_on, exchanges);
	free(stands_on);
	return exchanges;
}

static void take_outcomes(struct saves *saves)
{
	bool *exchanges = find_exchanges(saves);

	for (size_t i = 0; i < saves->group->count; i++) {
		struct look *look = &saves->group->looks[i];
		struct outcome *outcome = &saves->outcomes[i];
		json_object_close(&look->awaits);
		if (!outcome->tried)
			continue;
		if (outcome->leans && !exchanges[i])
			look->awaits = take(outcome->leans);
		else if (outcome->saved)
			take_saved(saves, look, &outcome->result);
		else
			take_refused(saves, look, outcome);
	}
	free(exchanges);
}

bool group_save(struct group *group, struct error *error)
{
	struct saves saves = {.group = group};
	scoped_text created_by = own_format("integration-%s", group->sync->config->id);
	bool any = false, ok = true;

	for (size_t i = 0; i < group->count; i++)
		any = any || is_open(&group->looks[i]);
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
	if (ok)
		take_outcomes(&saves);
	for (size_t i = 0; i < group->count; i++)
		outcome_done(&saves.outcomes[i]);
	free(saves.outcomes);
	related_done(&saves.related);
	return ok;
}
