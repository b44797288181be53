#include "bridge/recovery/doubts.h"

#include <stdlib.h>

void doubts_add(struct doubts *doubts, struct job *job, enum field field, int64_t after_ms,
		take_edited *conclude)
{
	if (doubts->count == doubts->capacity) {
		doubts->capacity = doubts->capacity ? 2 * doubts->capacity : 16;
		doubts->questions =
			own_resize(doubts->questions, doubts->capacity, sizeof *doubts->questions);
		doubts->list = own_resize(doubts->list, doubts->capacity, sizeof *doubts->list);
	}
	doubts->list[doubts->count] = (struct doubt){job, conclude};
	doubts->questions[doubts->count++] = (struct endpoint_time_question){
		.table = job->pair->table,
		.id = job->row.id,
		.field = field,
		.after_ms = after_ms,
	};
}

bool doubts_settle(struct doubts *doubts, struct error *error)
{
	const struct endpoint *rows = &doubts->batch->sync->rows;

	if (doubts->count == 0)
		return true;
	if (!rows->ops->edited_after(rows->self, doubts->questions, doubts->count, error))
		return error_wrap(error, "settling what was sent before");
	for (size_t i = 0; i < doubts->count; i++)
		doubts->list[i].conclude(doubts->batch, doubts->list[i].job, doubts->questions[i].field,
					 doubts->questions[i].is_after);
	return true;
}

void doubts_done(struct doubts *doubts)
{
	free(doubts->questions);
	free(doubts->list);
	*doubts = (struct doubts){0};
}
