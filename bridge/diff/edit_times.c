#include "bridge/diff/edit_times.h"

#include <stdlib.h>

static void add_question(struct edit_questions *asking, struct job *job, enum field field, int64_t after_ms)
{
	size_t count = asking->count + 1;

	asking->questions = own_resize(asking->questions, count, sizeof *asking->questions);
	asking->askers = own_resize(asking->askers, count, sizeof(struct job *));
	asking->askers[asking->count] = job;
	asking->questions[asking->count++] = (struct endpoint_time_question){
		.table = job->pair->table,
		.id = job->row.id,
		.field = field,
		.after_ms = after_ms,
	};
}

void edit_questions_done(struct edit_questions *asking)
{
	free(asking->questions);
	free(asking->askers);
}

bool edit_questions_ask(struct batch *batch, asks_after *asks, struct edit_questions *asking_out,
			struct error *error)
{
	const struct endpoint *rows = &batch->sync->rows;
	struct edit_questions asking = {0};

	for (size_t i = 0; i < batch->count; i++)
		for (size_t field = 0; field < FIELD_COUNT; field++) {
			struct job *job = &batch->jobs[i];
			int64_t after_ms;
			if (asks(batch, job, (enum field)field, &after_ms))
				add_question(&asking, job, (enum field)field, after_ms);
		}
	if (asking.count > 0 && !rows->ops->edited_after(rows->self, asking.questions, asking.count, error)) {
		edit_questions_done(&asking);
		return error_wrap(error, "asking when rows were edited");
	}
	*asking_out = asking;
	return true;
}
