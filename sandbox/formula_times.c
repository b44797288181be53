/* Formulas: functions of the row and of times. */
#include "sandbox/formula_tree.h"

static struct formula_value run_record_id(struct formula_walk *walk, const struct formula_value *values,
					  size_t count)
{
	(void)values;
	(void)count;
	return formula_text(walk->row->record_id(walk->row->context));
}

static struct formula_value run_created(struct formula_walk *walk, const struct formula_value *values,
					size_t count)
{
	(void)values;
	(void)count;
	return formula_time(walk->row->created_ms(walk->row->context));
}

static struct formula_value run_modified(struct formula_walk *walk, const struct formula_node *call)
{
	size_t count = 0;
	for (const struct formula_node *part = call->parts; part; part = part->next)
		count++;
	int *fields = (int *)(void *)formula_text_room(walk, count * sizeof *fields);
	if (!fields)
		return formula_fault();

	size_t at = 0;
	for (const struct formula_node *part = call->parts; part; part = part->next)
		fields[at++] = part->field;
	int64_t modified_ms = walk->row->modified_ms(walk->row->context, fields, count);
	return modified_ms == 0 ? formula_blank() : formula_time(modified_ms);
}

static struct formula_value run_now(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	(void)values;
	(void)count;
	return formula_time(walk->now_ms);
}

static struct formula_value run_today(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)values;
	(void)count;
	return formula_time(formula_unit_start(formula_unit_find("day"), walk->now_ms));
}

enum times { TIMES_BOTH, TIMES_BLANK, TIMES_BAD };

/* A blank is no date, and no fault either: a row that was never edited is not after anything. */
static enum times read_times(const struct formula_value *values, int64_t *first_ms_out,
			     int64_t *second_ms_out)
{
	if (values[0].kind == FORMULA_BLANK || values[1].kind == FORMULA_BLANK)
		return TIMES_BLANK;
	if (!formula_as_time(values[0], first_ms_out) || !formula_as_time(values[1], second_ms_out))
		return TIMES_BAD;
	return TIMES_BOTH;
}

/* The argument's unit, or the default when it was not given; NULL for a name that is none. */
static const struct formula_unit *unit_argument(const struct formula_value *values, size_t count,
						size_t place, const char *otherwise)
{
	if (count <= place)
		return formula_unit_find(otherwise);
	return values[place].kind == FORMULA_TEXT ? formula_unit_find(values[place].text) : NULL;
}

static struct formula_value run_is_after(struct formula_walk *walk, const struct formula_value *values,
					 size_t count)
{
	int64_t first_ms = 0, second_ms = 0;
	enum times times = read_times(values, &first_ms, &second_ms);
	(void)walk;
	(void)count;

	return times == TIMES_BAD ? formula_fault()
				  : formula_truth(times == TIMES_BOTH && first_ms > second_ms);
}

static struct formula_value run_is_before(struct formula_walk *walk, const struct formula_value *values,
					  size_t count)
{
	const struct formula_value swapped[2] = {values[1], values[0]};

	return run_is_after(walk, swapped, count);
}

static struct formula_value run_is_same(struct formula_walk *walk, const struct formula_value *values,
					size_t count)
{
	int64_t first_ms = 0, second_ms = 0;
	enum times times = read_times(values, &first_ms, &second_ms);
	const struct formula_unit *unit = unit_argument(values, count, 2, "millisecond");
	(void)walk;

	if (times == TIMES_BAD || !unit)
		return formula_fault();
	return formula_truth(times == TIMES_BOTH &&
			     formula_unit_start(unit, first_ms) == formula_unit_start(unit, second_ms));
}

static struct formula_value run_diff(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	int64_t first_ms = 0, second_ms = 0;
	enum times times = read_times(values, &first_ms, &second_ms);
	const struct formula_unit *unit = unit_argument(values, count, 2, "second");
	(void)walk;

	if (times == TIMES_BAD || !unit)
		return formula_fault();
	return times == TIMES_BLANK ? formula_blank()
				    : formula_number(formula_unit_between(unit, second_ms, first_ms));
}

static struct formula_value run_dateadd(struct formula_walk *walk, const struct formula_value *values,
					size_t count)
{
	const struct formula_unit *unit = unit_argument(values, count, 2, "day");
	int64_t time_ms, moved_ms;
	double amount;
	(void)walk;

	if (values[0].kind == FORMULA_BLANK)
		return formula_blank();
	if (!unit || !formula_as_time(values[0], &time_ms) || !formula_as_number(values[1], &amount) ||
	    !formula_unit_add(unit, time_ms, amount, &moved_ms))
		return formula_fault();
	return formula_time(moved_ms);
}

static struct formula_value run_parse(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	int64_t time_ms;
	(void)walk;

	if (values[0].kind == FORMULA_BLANK)
		return formula_blank();
	if (count > 1 && values[0].kind == FORMULA_TEXT && values[1].kind == FORMULA_TEXT)
		return formula_date_read_as(values[0].text, values[1].text, &time_ms) ? formula_time(time_ms)
										      : formula_fault();
	return formula_as_time(values[0], &time_ms) ? formula_time(time_ms) : formula_fault();
}

/* ---- the table, in the order of the alphabet ---- */

#define ANY FORMULA_ARGUMENTS_ANY

static const struct formula_function functions[] = {
	{"CREATED_TIME", 0, 0, run_created, NULL, false},
	{"DATEADD", 3, 3, run_dateadd, NULL, false},
	{"DATETIME_DIFF", 2, 3, run_diff, NULL, false},
	{"DATETIME_PARSE", 1, 2, run_parse, NULL, false},
	{"IS_AFTER", 2, 2, run_is_after, NULL, false},
	{"IS_BEFORE", 2, 2, run_is_before, NULL, false},
	{"IS_SAME", 2, 3, run_is_same, NULL, false},
	{"LAST_MODIFIED_TIME", 0, ANY, NULL, run_modified, true},
	{"NOW", 0, 0, run_now, NULL, false},
	{"RECORD_ID", 0, 0, run_record_id, NULL, false},
	{"TODAY", 0, 0, run_today, NULL, false},
};

const struct formula_functions formula_times = {functions, countof(functions)};
