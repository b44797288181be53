/* Lost links: when a row is deleted, Airtable itself takes it out of every cell that linked to it. That is no edit of those rows, and
 * their documents keep their place (sync-rules 1).
 *
 * A link is believed to be lost only if the row that it pointed to is still there. If it is not, what was agreed on about the
 * cell is forgotten: the document's value is written again as soon as its target has a row. */
#include "bridge/work.h"

#include <stdlib.h>
#include <string.h>

struct lost_link {
	struct look *look;
	enum field field;
	struct pair *target;
};

struct lost_links {
	size_t count;
	struct lost_link *list; /* owned */
};

static const enum field link_fields[] = {FIELD_COLLECTION, FIELD_CONTAINER};

static enum table table_linked_by(enum field field)
{
	return field_rule(field)->kind == KIND_COLLECTION_LINK ? TABLE_COLLECTIONS : TABLE_ITEMS;
}

/* The pair that the cell pointed to when both sides agreed, and does not any more. */
static struct pair *lost_target(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];

	if (!look_has_column(group, look, field) || !agreed->known || agreed->airtable.kind != CELL_LINKS ||
	    look->airtable[field].kind != CELL_EMPTY)
		return NULL;
	return pairs_find(&group->sync->pairs, table_linked_by(field), agreed->airtable.ids[0]);
}

static void collect_lost(struct group *group, struct lost_links *lost)
{
	lost->list = own_alloc((group->count * countof(link_fields) + 1) * sizeof *lost->list);
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		bool paired = look->entry.state == ENTRY_PAIR && look->row.presence == SIDE_THERE;
		if (look->finished || look->needs_no_row || !paired || look->pair->table != TABLE_ITEMS)
			continue;
		for (size_t f = 0; f < countof(link_fields); f++) {
			struct pair *target = lost_target(group, look, link_fields[f]);
			if (target && target->state == ENTRY_PAIR && target->record_id[0])
				lost->list[lost->count++] = (struct lost_link){look, link_fields[f], target};
		}
	}
}

static bool is_first_of_target(const struct lost_links *lost, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (lost->list[i].target == lost->list[place].target)
			return false;
	return true;
}

/* One question for all targets. */
static bool ask_targets(struct group *group, const struct lost_links *lost, struct error *error)
{
	struct side_key *keys = own_alloc((lost->count + 1) * sizeof *keys);
	struct pair **targets = own_alloc((lost->count + 1) * sizeof *targets);
	struct side_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < lost->count; i++) {
		if (!is_first_of_target(lost, i))
			continue;
		targets[count] = lost->list[i].target;
		keys[count] = (struct side_key){targets[count]->table, targets[count]->record_id};
		count++;
	}
	bool ok = group->sync->rows.ops->read(group->sync->rows.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		targets[i]->row_missing = records.list[i].presence != SIDE_THERE;
	side_records_done(&records);
	free(targets);
	free(keys);
	return ok || error_wrap(error, "asking for rows that links pointed to");
}

bool group_check_links(struct group *group, struct error *error)
{
	struct lost_links lost = {0};

	collect_lost(group, &lost);
	bool ok = lost.count == 0 || ask_targets(group, &lost, error);
	for (size_t i = 0; ok && i < lost.count; i++) {
		const struct lost_link *link = &lost.list[i];
		if (!link->target->row_missing)
			continue;
		ledger_entry_forget_field(&link->look->entry, link->field);
		pairs_look(&group->sync->pairs, link->target, LOOK_ROW);
	}
	free(lost.list);
	return ok;
}
