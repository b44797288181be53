#include "bridge/job/read_document.h"

#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/app_twins_index.h"

#include <string.h>

/* Nothing of it can be shown, or nothing of it may be written: what its flaw is, and what helps. */
static void tell_flaw(const struct pair *pair, const struct side_record *document, struct error *flaw)
{
	if (strstr(document->flaw, JSON_DEPTH_WORDS))
		error_set(flaw, ERROR_REFUSED,
			  "document %s is " JSON_DEPTH_WORDS " to be read (lists and objects within each "
			  "other, more than about %d levels): make it flatter, then it is synced again",
			  pair->full_id, JSON_DEPTH_LIMIT - 5);
	else if (document->body)
		error_set(flaw, ERROR_REFUSED, "document %s cannot be written back exactly: %s",
			  pair->full_id, document->flaw);
	else
		error_set(flaw, ERROR_REFUSED, "document %s cannot be read: %s", pair->full_id,
			  document->flaw);
}

void look_read_document(struct group *group, struct look *look)
{
	struct pair *pair = look->pair;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&look->couch[field]);
	look->flaw = (struct error){.kind = ERROR_NONE};
	if (look->document.presence != SIDE_THERE)
		return;
	if (conflict_unmerged(pair)) {
		error_set(&look->flaw, ERROR_REFUSED, "%s", conflict_unmerged(pair));
		look->retry = true;
		return;
	}
	if (look->document.flaw) {
		tell_flaw(pair, &look->document, &look->flaw);
		return;
	}
	if (!mapping_check_id(pair->table, pair->id, &look->flaw) ||
	    !document_check(table_document_type(pair->table), look->document.body, &look->flaw))
		return;
	mapping_from_document(pair->table, pair->id, look->document.body, look->couch);
	app_twins_follow(&group->sync->pairs, FIELD_COLLECTION, &look->couch[FIELD_COLLECTION]);
	app_twins_follow(&group->sync->pairs, FIELD_CONTAINER, &look->couch[FIELD_CONTAINER]);
}
