#include "bridge/job/conflict_notice.h"

#include "base/clock.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>

#define NOTICE_MS (INT64_C(7) * 24 * 3600 * 1000)

void look_take_notice(struct group *group, struct look *look)
{
	if (look->keep_ledger)
		return;
	char *told = conflict_take_told(&group->sync->pairs.conflicts, look->pair);
	if (!told)
		return;
	free(look->entry.notice);
	look->entry.notice = told;
	look->entry.notice_ms = clock_now_ms();
	look->entry.notice_leaves = 0;
}

static bool is_past(const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;
	int64_t age_ms = clock_now_ms() - entry->notice_ms;

	return (entry->notice_leaves && entry->notice_leaves != look->pair->leaves) || age_ms < 0 ||
	       age_ms >= NOTICE_MS;
}

void look_tell_notice(struct group *group, struct look *look)
{
	struct ledger_entry *entry = &look->entry;

	(void)group;
	if (entry->notice && is_past(look))
		own_free_text(&entry->notice);
	if (!entry->notice || look->needs_no_row || look->finished)
		return;
	look_problem(look, "%s", entry->notice);
	look_wait(look, NOTICE_MS - (clock_now_ms() - entry->notice_ms));
}

void look_note_notice(struct look *look)
{
	if (look->entry.notice && !look->entry.notice_leaves)
		look->entry.notice_leaves = look->pair->leaves;
}
