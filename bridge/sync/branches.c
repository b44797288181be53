#include "bridge/sync/branches.h"

#include <stdlib.h>
#include <string.h>

static bool is_asked(const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;

	return !look->finished && (entry->saving || ledger_entry_has_taken(entry)) && entry->taken_on &&
	       look->document.presence == SIDE_THERE && look->document.revision &&
	       strcmp(look->document.revision, entry->taken_on) != 0;
}

bool group_find_branches(struct group *group, struct error *error)
{
	struct side *couch = &group->sync->couch;
	struct side_revision *revisions = own_alloc((group->count + 1) * sizeof *revisions);
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!is_asked(look))
			continue;
		revisions[count] = (struct side_revision){.key = {look->pair->table, look->pair->id},
							  .revision = look->document.revision};
		looks[count++] = look;
	}
	bool ok = count == 0 || couch->ops->read_revisions(couch->self, revisions, count, error);
	for (size_t i = 0; ok && i < count; i++)
		looks[i]->branched = revisions[i].lineage &&
				     !side_lineage_has(revisions[i].lineage, looks[i]->entry.taken_on);
	side_revisions_done(revisions, count);
	free(revisions);
	free(looks);
	return ok || error_wrap(error, "finding out what became of saves without an answer");
}
