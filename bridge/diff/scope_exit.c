#include "bridge/diff/scope_exit.h"

#include "bridge/index/places.h"
#include "bridge/index/scope.h"
#include "bridge/job/job_cells.h"

static const char *linked(const struct cell *cell)
{
	return cell->kind == CELL_LINKS && cell->id_count && cell->ids[0][0] != CELL_UNKNOWN_LINK
		       ? cell->ids[0]
		       : NULL;
}

static const char *agreed_place(const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];

	return agreed->known ? linked(&agreed->couch) : NULL;
}

bool look_left_scope(const struct group *group, const struct look *look)
{
	const struct sync *sync = group->sync;

	return look->entry.state == ENTRY_PAIR &&
	       scope_held(sync->config, &sync->pairs, look->pair, agreed_place(look, FIELD_COLLECTION),
			  agreed_place(look, FIELD_CONTAINER));
}

bool look_row_moved(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return look_has_column(group, look, field) && look->entry.fields[field].known &&
	       field_rule(field)->direction == DIRECTION_BOTH &&
	       !cell_equal(&look->entry.fields[field].airtable, &look->airtable[field], &equivalence);
}

/* The row was edited to stand somewhere in the scope. */
static bool returns(const struct group *group, const struct look *look)
{
	const struct sync *sync = group->sync;
	bool collection = look_row_moved(group, look, FIELD_COLLECTION);
	bool container = look_row_moved(group, look, FIELD_CONTAINER);

	return look->pair->table == TABLE_ITEMS && (collection || container) &&
	       scope_would_hold(sync->config, &sync->pairs, TABLE_ITEMS,
				collection ? linked(&look->airtable[FIELD_COLLECTION])
					   : pair_collection_id(look->pair),
				container ? linked(&look->airtable[FIELD_CONTAINER])
					  : pair_container_id(look->pair));
}

void look_view_outside(const struct group *group, const struct look *look, struct existence_views *views)
{
	const struct sync *sync = group->sync;
	bool left = views->document == DOCUMENT_LEFT_SCOPE;

	if (look->entry.state != ENTRY_PAIR || look->row.presence != SIDE_THERE)
		return;
	views->place_open = left && scope_is_open(sync->config, &sync->pairs, look->pair,
						  agreed_place(look, FIELD_CONTAINER));
	views->holds_rows = left && pair_holds_rows(look->pair);
	views->row_returns = !left && returns(group, look);
}
