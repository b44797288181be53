/* Formulas: functions of numbers and of logic, and all of them by name. */
#include "sandbox/formula_tree.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* ---- numbers ---- */

static struct formula_value run_abs(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	double number;
	(void)walk;
	(void)count;

	return formula_as_number(values[0], &number) ? formula_number(fabs(number)) : formula_fault();
}

static struct formula_value run_int(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	double number;
	(void)walk;
	(void)count;

	return formula_as_number(values[0], &number) ? formula_number(floor(number)) : formula_fault();
}

/* Halves go up, towards positive infinity, says Airtable. */
static struct formula_value run_round(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	double number, places = 0;
	(void)walk;

	if (!formula_as_number(values[0], &number) || (count > 1 && !formula_as_number(values[1], &places)))
		return formula_fault();
	if (!isfinite(number))
		return formula_number(number);
	double scale = pow(10, trunc(places));
	double rounded = floor(number * scale + 0.5) / scale;
	/* So many places that the number has none to lose, or so few that nothing is left to scale by. */
	return formula_number(isfinite(rounded) ? rounded : places > 0 ? number : 0);
}

/* Folds the numbers among the arguments, blanks left out. */
static struct formula_value fold(struct formula_walk *walk, const struct formula_node *call,
				 double (*join)(double so_far, double next))
{
	double result = 0, number;
	bool any = false;

	for (const struct formula_node *part = call->parts; part; part = part->next) {
		struct formula_value value = formula_walk_node(walk, part);
		if (!formula_as_number(value, &number))
			return formula_fault();
		if (value.kind == FORMULA_BLANK)
			continue;
		result = any ? join(result, number) : number;
		any = true;
	}
	return formula_number(result);
}

static double add(double a, double b)
{
	return a + b;
}

static struct formula_value run_min(struct formula_walk *walk, const struct formula_node *call)
{
	return fold(walk, call, fmin);
}

static struct formula_value run_max(struct formula_walk *walk, const struct formula_node *call)
{
	return fold(walk, call, fmax);
}

static struct formula_value run_sum(struct formula_walk *walk, const struct formula_node *call)
{
	return fold(walk, call, add);
}

/* ---- logic ---- */

/* How many arms there are and how many of them are true; false when one is a fault. */
static bool count_arms(struct formula_walk *walk, const struct formula_node *call, size_t *arms_out,
		       size_t *true_out)
{
	size_t arms = 0, truths = 0;

	for (const struct formula_node *part = call->parts; part; part = part->next, arms++) {
		struct formula_value value = formula_walk_node(walk, part);
		if (value.kind == FORMULA_FAULT)
			return false;
		truths += formula_is_true(value);
	}
	*arms_out = arms;
	*true_out = truths;
	return true;
}

static struct formula_value run_and(struct formula_walk *walk, const struct formula_node *call)
{
	size_t arms, truths;

	return count_arms(walk, call, &arms, &truths) ? formula_truth(arms == truths) : formula_fault();
}

static struct formula_value run_xor(struct formula_walk *walk, const struct formula_node *call)
{
	size_t arms, truths;

	return count_arms(walk, call, &arms, &truths) ? formula_truth(truths % 2 == 1) : formula_fault();
}

static struct formula_value run_or(struct formula_walk *walk, const struct formula_node *call)
{
	return formula_walk_either(walk, call->either);
}

static struct formula_value run_not(struct formula_walk *walk, const struct formula_value *values,
				    size_t count)
{
	(void)walk;
	(void)count;
	return formula_truth(!formula_is_true(values[0]));
}

static struct formula_value run_if(struct formula_walk *walk, const struct formula_node *call)
{
	const struct formula_node *then = call->parts->next;
	struct formula_value condition = formula_walk_node(walk, call->parts);

	if (condition.kind == FORMULA_FAULT)
		return condition;
	if (formula_is_true(condition))
		return formula_walk_node(walk, then);
	return then->next ? formula_walk_node(walk, then->next) : formula_blank();
}

/* SWITCH(value, pattern, result, pattern, result, ..., otherwise) */
static struct formula_value run_switch(struct formula_walk *walk, const struct formula_node *call)
{
	struct formula_value value = formula_walk_node(walk, call->parts);
	const struct formula_node *part = call->parts->next;

	if (value.kind == FORMULA_FAULT)
		return value;
	for (; part && part->next; part = part->next->next) {
		struct formula_value pattern = formula_walk_node(walk, part);
		if (pattern.kind == FORMULA_FAULT)
			return pattern;
		if (formula_is_equal(value, pattern))
			return formula_walk_node(walk, part->next);
	}
	return part ? formula_walk_node(walk, part) : formula_blank();
}

static struct formula_value run_blank(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_blank();
}

static struct formula_value run_true(struct formula_walk *walk, const struct formula_value *values,
				     size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_truth(true);
}

static struct formula_value run_false(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_truth(false);
}

static struct formula_value run_error(struct formula_walk *walk, const struct formula_value *values,
				      size_t count)
{
	(void)walk;
	(void)values;
	(void)count;
	return formula_fault();
}

static struct formula_value run_iserror(struct formula_walk *walk, const struct formula_node *call)
{
	return formula_truth(formula_walk_node(walk, call->parts).kind == FORMULA_FAULT);
}

/* ---- the table, in the order of the alphabet; those of texts and of times have theirs ---- */

#define ANY FORMULA_ARGUMENTS_ANY

static const struct formula_function functions[] = {
	{"ABS", 1, 1, run_abs, NULL, false},         {"AND", 1, ANY, NULL, run_and, false},
	{"BLANK", 0, 0, run_blank, NULL, false},     {"ERROR", 0, 0, run_error, NULL, false},
	{"FALSE", 0, 0, run_false, NULL, false},     {"IF", 2, 3, NULL, run_if, false},
	{"INT", 1, 1, run_int, NULL, false},         {"ISERROR", 1, 1, NULL, run_iserror, false},
	{"MAX", 1, ANY, NULL, run_max, false},       {"MIN", 1, ANY, NULL, run_min, false},
	{"NOT", 1, 1, run_not, NULL, false},         {"OR", 1, ANY, NULL, run_or, false},
	{"ROUND", 1, 2, run_round, NULL, false},     {"SUM", 1, ANY, NULL, run_sum, false},
	{"SWITCH", 3, ANY, NULL, run_switch, false}, {"TRUE", 0, 0, run_true, NULL, false},
	{"XOR", 1, ANY, NULL, run_xor, false},
};

const struct formula_function *formula_function_find(const char *name)
{
	const struct formula_functions own = {functions, countof(functions)};
	const struct formula_functions *const tables[] = {&own, &formula_texts, &formula_times};

	for (size_t table = 0; table < countof(tables); table++)
		for (size_t i = 0; i < tables[table]->count; i++)
			if (strcasecmp(tables[table]->list[i].name, name) == 0)
				return &tables[table]->list[i];
	return NULL;
}

bool formula_function_is(const struct formula_function *function, const char *name)
{
	return strcmp(function->name, name) == 0;
}
