#include "bridge/recovery/landed.h"

#include "bridge/job/job_cells.h"

#include <string.h>

/* A column may trim or cut what it is sent: the cell then shows a part of it. */
static bool is_part(const struct cell *part, const struct cell *whole)
{
	return part->kind == CELL_TEXT && whole->kind == CELL_TEXT && strstr(whole->text, part->text);
}

static enum landed cell_landed(const struct batch *batch, const struct job *job, enum field field,
			       const struct cell *shown)
{
	const struct intent_field *sent = &job->entry.intents.row.fields[field];
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	if (cell_equal(shown, &sent->after, &equivalence))
		return LANDED;
	if (cell_equal(shown, &sent->before, &equivalence))
		return NOT_LANDED;
	if (cell_shows_sent(shown, &sent->after, &equivalence))
		return LANDED;
	return is_part(shown, &sent->after) ? LANDED : OVERTAKEN;
}

static bool is_cut(const struct batch *batch, const struct job *job, enum field field,
		   const struct cell *shown)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return !cell_shows_sent(shown, &job->entry.intents.row.fields[field].after, &equivalence);
}

enum landed job_field_landed(const struct batch *batch, const struct job *job, enum field field)
{
	return cell_landed(batch, job, field, &job->airtable[field]);
}

bool job_field_is_cut(const struct batch *batch, const struct job *job, enum field field)
{
	return job_field_landed(batch, job, field) == LANDED &&
	       is_cut(batch, job, field, &job->airtable[field]);
}

bool job_is_asked(const struct batch *batch, const struct job *job, enum field field)
{
	return job->entry.intents.row.fields[field].written && job_has_column(batch, job, field);
}

/* The columns that only we write show what was sent, or all of them do. The ID alone may be anybody's: a person pasted it, the app
 * made a row. */
bool job_sent_row(const struct batch *batch, const struct job *job, const struct cell *cells)
{
	bool out_landed = true, all_landed = true, any_out = false;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!job_is_asked(batch, job, (enum field)field))
			continue;
		const struct cell *cell = &cells[field];
		bool out = field_rule((enum field)field)->direction == DIRECTION_OUT;
		bool landed = cell_landed(batch, job, (enum field)field, cell) == LANDED &&
			      !is_cut(batch, job, (enum field)field, cell);
		all_landed = all_landed && landed;
		out_landed = out_landed && (landed || !out);
		any_out = any_out || (out && field != FIELD_ID && field != FIELD_ERROR);
	}
	return any_out ? out_landed : all_landed;
}
