#include "bridge/steps/brake_batch.h"

#include "base/clock.h"
#include "bridge/fields/cell_json.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/plan/brake.h"

#define MOST_WORDS 64

static uint32_t hash_of(const struct cell *cell)
{
	scoped(json_object) json = cell_to_json(cell);
	scoped_text words = json_write(json);

	return (uint32_t)text_hash(words);
}

static void wall_time(int64_t until_steady_ms, char iso_out[CLOCK_ISO_SIZE])
{
	int64_t until_ms = clock_now_ms() + (until_steady_ms - clock_steady_ms());

	/* To the minute, so that the words stay the same while it lasts. */
	if (!clock_iso((until_ms + 30000) / 60000 * 60000, iso_out))
		iso_out[0] = '\0';
}

/* ---- before: what is held ---- */

static struct brake_write intended(const struct job *job, enum field field, bool to_row)
{
	const struct plan_values *values = &job->plan->values[field];

	return (struct brake_write){
		.field = field,
		.to_row = to_row,
		.from = to_row ? values->airtable : values->couch,
		.to = to_row ? values->couch : values->airtable,
		.at_ms = clock_steady_ms(),
	};
}

static void report_held(struct job *job, enum field field, const struct brake_hold *hold)
{
	const char *name = field_rule(field)->name;
	char shown[MOST_WORDS], kept[MOST_WORDS], until[CLOCK_ISO_SIZE];

	wall_time(hold->until_ms, until);
	cell_show(&job->airtable[field], shown, sizeof shown);
	cell_show(&job->couch[field], kept, sizeof kept);
	if (hold->reason == BRAKE_ENDLESS_EDITS)
		job_problem(
			job,
			"%s was edited in the row again and again for minutes: an automation of the base, or "
			"another program, seems to set it whenever the row is written. What it shows is not "
			"taken before %s; stop what sets it.",
			name, until);
	else
		job_problem(
			job,
			"%s goes to and fro: the row is set to %s and the document to %s each time the other "
			"is written. An automation of the base, or another program that syncs these items, "
			"seems to do that. Both are left as they are until %s; stop one of the two.",
			name, shown, kept, until);
}

static void brake_field(struct job *job, struct plan *plan, enum field field)
{
	struct decision *decision = &plan->decisions[field];
	bool to_row = decision->action & ACTION_TO_AIRTABLE;

	if (field_rule(field)->direction != DIRECTION_BOTH ||
	    !(decision->action & (ACTION_TO_AIRTABLE | ACTION_TO_COUCH)))
		return;
	plan->values[field] =
		(struct plan_values){hash_of(&job->couch[field]), hash_of(&job->airtable[field])};
	if (!job->pair->brake)
		return;
	struct brake_write write = intended(job, field, to_row);
	struct brake_hold hold = brake_check_write(job->pair->brake, &write);
	if (hold.reason == BRAKE_FREE)
		return;
	*decision = (struct decision){ACTION_WAIT, "held: it goes to and fro"};
	report_held(job, field, &hold);
	job_comes_later(job, hold.until_ms - clock_steady_ms());
}

static void brake_restore(struct job *job, struct plan *plan)
{
	int64_t until_ms = job->pair->brake ? brake_check_restore(job->pair->brake, clock_steady_ms()) : 0;

	if (!until_ms)
		return;
	plan->existence = (struct existence){
		.action = EXIST_HOLD,
		.reason = "its row was put back twice within a day and is gone again: somebody, or an "
			  "automation of "
			  "the base, deletes it. It is put back later; to delete the item, tick Delete in "
			  "its row",
	};
	job_comes_later(job, until_ms - clock_steady_ms());
}

static bool merges_pair(const struct job *job)
{
	return job->plan->existence.action == EXIST_MERGE ||
	       job->plan->existence.action == EXIST_MERGE_OTHERS;
}

void job_brake(struct job *job, struct plan *plan)
{
	if (plan->existence.action == EXIST_RESTORE_ROW)
		brake_restore(job, plan);
	for (size_t field = 0; merges_pair(job) && field < FIELD_COUNT; field++)
		brake_field(job, plan, (enum field)field);
}

/* ---- after: what counts ---- */

static struct brake *brake_of(struct pair *pair)
{
	if (!pair->brake)
		pair->brake = own_alloc(sizeof *pair->brake);
	return pair->brake;
}

static bool row_was_written(const struct job *job)
{
	return job->row_write.request && job->row_write.request->result == ERROR_NONE;
}

static void note_field(struct job *job, enum field field)
{
	unsigned action = job->plan->decisions[field].action;
	struct brake_write write;

	if ((action & ACTION_TO_COUCH) && job->document_write.written) {
		write = intended(job, field, false);
		brake_note_write(brake_of(job->pair), &write);
	}
	/* Also what a save made of the row's own value. */
	if ((action & (ACTION_TO_AIRTABLE | ACTION_TO_COUCH)) && job->row_write.writes[field] &&
	    row_was_written(job)) {
		write = intended(job, field, true);
		brake_note_write(brake_of(job->pair), &write);
	}
}

void job_note_brake(struct job *job)
{
	if (job->plan->existence.action == EXIST_RESTORE_ROW && row_was_written(job))
		brake_note_restore(brake_of(job->pair), clock_steady_ms());
	for (size_t field = 0; merges_pair(job) && field < FIELD_COUNT; field++)
		if (field_rule((enum field)field)->direction == DIRECTION_BOTH)
			note_field(job, (enum field)field);
}
