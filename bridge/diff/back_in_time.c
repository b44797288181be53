#include "bridge/diff/back_in_time.h"

#include "bridge/index/places.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MOST 100 /* containers above each other; more is a circle */

/* ---- finding out ---- */

static bool is_losing_leaf(const struct side_record *document, const char *revision)
{
	for (size_t i = 0; document->leaves && i < json_length(document->leaves); i++) {
		const char *leaf = json_text_of(json_at(document->leaves, i));
		if (leaf && strcmp(leaf, revision) == 0)
			return true;
	}
	return false;
}

/* The revision that was handled, and the one that a write of the row was made of, which may be a later one. */
#define REMEMBERED 2

static const char *remembered(const struct look *look, size_t which)
{
	return which == 0 ? look->entry.document : look->entry.sent.document;
}

static bool is_asked(const struct look *look, const char *revision)
{
	const struct side_record *document = &look->document;

	bool has_row = look->entry.state == ENTRY_PAIR || look->entry.sent.kind == SENT_CREATE;

	return has_row && revision[0] && document->revision && document->presence != SIDE_MISSING &&
	       strcmp(document->revision, revision) != 0 && !is_losing_leaf(document, revision);
}

/* Of an entry that has no revision yet only the checkpoint tells. */
static bool is_doubtful(const struct group *group, const struct look *look)
{
	return group->sync->went_back && look->entry.state == ENTRY_PAIR && !look->entry.document[0] &&
	       look->entry.handled && look->document.presence != SIDE_MISSING &&
	       look->entry.handled != look->pair->leaves;
}

/* 'what' the database does not know any more. */
static void note_went_back(struct group *group, struct look *look, const char *what)
{
	const char *mark = look->document.presence == SIDE_THERE
				   ? document_mark(look->document.body, group->sync->config->id)
				   : NULL;

	look->went_back = true;
	look->pair->went_back = true;
	/* The app's mark may be of later than what is there now. */
	look->entry.marked = look->entry.marked && mark && strcmp(mark, look->entry.record_id) == 0;
	log_info(&group->sync->log, "%s went back in time: the database does not know %s any more",
		 look->pair->full_id, what);
}

static void tell_unknown(struct group *group, struct look *look, const char *revision)
{
	scoped_text what = own_format("revision %s", revision);

	if (!look->went_back)
		note_went_back(group, look, what);
}

static size_t collect_asked(struct group *group, struct side_known *asked, struct look **looks)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (is_doubtful(group, look))
			note_went_back(group, look, "the revision that was handled");
		for (size_t which = 0; which < REMEMBERED; which++) {
			const char *revision = remembered(look, which);
			if (!is_asked(look, revision))
				continue;
			looks[count] = look;
			asked[count++] =
				(struct side_known){.full_id = look->pair->full_id, .revision = revision};
		}
	}
	return count;
}

bool group_find_went_back(struct group *group, struct error *error)
{
	struct side *couch = &group->sync->couch;
	size_t most = REMEMBERED * group->count + 1;
	struct side_known *asked = own_alloc(most * sizeof *asked);
	struct look **looks = own_alloc(most * sizeof *looks);
	size_t count = collect_asked(group, asked, looks);

	bool ok = count == 0 || couch->ops->known_revisions(couch->self, asked, count, error);
	for (size_t i = 0; ok && i < count; i++)
		if (!asked[i].is_known)
			tell_unknown(group, looks[i], asked[i].revision);
	free(asked);
	free(looks);
	return ok || error_wrap(error, "asking for revisions that were handled");
}

/* ---- what it stands in ---- */

static bool went_back(const struct pairs *pairs, enum table table, const char *id)
{
	const struct pair *place = id ? pairs_find(pairs, table, id) : NULL;

	return place && place->went_back;
}

bool look_place_went_back(const struct group *group, const struct look *look)
{
	const struct pairs *pairs = &group->sync->pairs;
	const struct pair *at = look->pair;

	for (int i = 0; at && i < PLACES_MOST; i++) {
		const char *container_id = pair_container_id(at), *collection_id = pair_collection_id(at);
		if (at->went_back || went_back(pairs, TABLE_COLLECTIONS, collection_id))
			return true;
		at = container_id ? pairs_find(pairs, TABLE_ITEMS, container_id) : NULL;
	}
	return false;
}

/* ---- keeping both ---- */

static bool differs(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return look_has_column(group, look, field) &&
	       !cell_equal(&look->couch[field], &look->airtable[field], &equivalence);
}

static bool is_older(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return differs(group, look, field) && agreed->known && look_couch_moved(group, look, field) &&
	       cell_equal(&agreed->airtable, &look->airtable[field], &equivalence);
}

static bool hold_apart(struct group *group, struct look *look, enum field_direction direction)
{
	bool any = false;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (field_rule((enum field)field)->direction != direction || field == FIELD_ERROR ||
		    !is_older(group, look, (enum field)field))
			continue;
		ledger_entry_hold(&look->entry, (enum field)field, &look->couch[field]);
		any = true;
	}
	return any;
}

void look_hold_apart(struct group *group, struct look *look)
{
	if (!look->went_back)
		return;
	/* Its times are those of what it shows: they follow unless something newer is kept. */
	if (hold_apart(group, look, DIRECTION_BOTH))
		hold_apart(group, look, DIRECTION_OUT);
	look->settles_back = true;
}

/* It is held, and both sides still show different values. */
static bool is_apart(const struct group *group, const struct look *look, enum field field)
{
	return look->entry.fields[field].held && field_rule(field)->direction == DIRECTION_BOTH &&
	       differs(group, look, field);
}

bool look_stays_apart(const struct group *group, struct look *look, enum field field)
{
	if (look->decisions[field].action != ACTION_NONE || !is_apart(group, look, field))
		return false;
	ledger_entry_hold(&look->entry, field, &look->couch[field]);
	return true;
}

/* The row kept its times for the sake of a field that was held apart. When none is any more, it gets the document's times. */
void look_release_times(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (is_apart(group, look, (enum field)field))
			return;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->entry.fields[field].held &&
		    field_rule((enum field)field)->direction == DIRECTION_OUT)
			ledger_entry_forget_field(&look->entry, (enum field)field);
}

void look_tell_apart(struct look *look, enum field field)
{
	char couch[64], shown[64];

	cell_show(&look->couch[field], couch, sizeof couch);
	cell_show(&look->airtable[field], shown, sizeof shown);
	look_problem(
		look,
		"%s: the row has %s, and the document %s, since the database went back to an earlier state. "
		"Both stay until one of them is edited.",
		field_rule(field)->name, shown, couch);
}

bool look_is_apart(const struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->entry.fields[field].known && look->entry.fields[field].held)
			return true;
	return look->went_back && !look->settles_back;
}
