#include "bridge/job/job_cells.h"

#include "base/clock.h"
#include "bridge/job/job_problem.h"

#include <stdarg.h>
#include <string.h>

void look_tell_difference(struct look *look, enum field field, const struct cell *sent,
			  const struct cell *shown)
{
	char sent_words[64], shown_words[64];

	cell_show(sent, sent_words, sizeof sent_words);
	cell_show(shown, shown_words, sizeof shown_words);
	look_problem(look, "%s: Airtable shows %s for %s.", field_rule(field)->name, shown_words, sent_words);
}

struct cell *look_both_links(struct look *look, enum field field)
{
	if (field != FIELD_COLLECTION && field != FIELD_CONTAINER)
		return NULL;
	return &look->both_links[field == FIELD_CONTAINER];
}

const struct cell *look_shown(struct look *look, enum field field)
{
	const struct cell *both = look_both_links(look, field);

	return both && both->kind != CELL_EMPTY ? both : &look->airtable[field];
}

bool look_has_column(const struct group *group, const struct look *look, enum field field)
{
	const struct column *column = &group->sync->columns[look->pair->table].of[field];

	return column->id && !column->stopped;
}

struct cell_equivalence look_equivalence(const struct group *group, const struct look *look, enum field field)
{
	return columns_equivalence(&group->sync->columns[look->pair->table], field);
}

const struct cell *look_agreed_couch(const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	const struct cell_equivalence exact = {0};
	bool place = field == FIELD_COLLECTION || field == FIELD_CONTAINER;

	if (place && !agreed->shown_differently && !agreed->held &&
	    !cell_equal(&agreed->couch, &agreed->airtable, &exact))
		return &agreed->airtable;
	return &agreed->couch;
}

bool look_couch_moved(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	equivalence.tolerance = 0;
	return !cell_equal(look_agreed_couch(look, field), &look->couch[field], &equivalence);
}

/* Whether seen_ms is of the document as it is now. 'handled' tells that, but it is 0 while something is open, such as the deletion of a row
 * that may not be deleted: a tombstone is then known by its revision. */
static bool is_seen_before(const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;
	bool same_tombstone = look->document.presence == SIDE_TOMBSTONE && look->document.revision &&
			      strcmp(entry->document, look->document.revision) == 0;

	return entry->seen_ms && (entry->handled == look->pair->leaves || same_tombstone);
}

int64_t look_first_seen_ms(const struct group *group, const struct look *look)
{
	int64_t now_ms = group->sync->rows.ops->now_ms(group->sync->rows.self);
	int64_t ago_ms = look->pair->seen_at_ms ? clock_steady_ms() - look->pair->seen_at_ms : 0;

	return is_seen_before(look) ? look->entry.seen_ms : now_ms - ago_ms;
}

const enum field look_link_fields[2] = {FIELD_COLLECTION, FIELD_CONTAINER};

struct pair *look_agreed_target(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];

	if (!look_has_column(group, look, field) || !agreed->known || agreed->airtable.kind != CELL_LINKS)
		return NULL;
	return pairs_find(&group->sync->pairs, field_linked_table(field), agreed->airtable.ids[0]);
}
