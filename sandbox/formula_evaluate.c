/* Formulas: the walk over the tree for one row.
 *
 * A fault (Airtable's #ERROR!) anywhere in what a function or operator looks at is its result. AND and OR look at
 * all their arms, so their order never matters; IF and SWITCH look at the branch they take.
 * What Airtable does with mixed kinds is written down nowhere in full. Kept here: BLANK() equals '' and 0 but
 * not FALSE(); a text is a time next to a time; kinds that have no order between them are a fault. */
#include "sandbox/formula_tree.h"

#include "base/clock.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ---- */

struct formula_value formula_blank(void)
{
	return (struct formula_value){.kind = FORMULA_BLANK};
}

struct formula_value formula_fault(void)
{
	return (struct formula_value){.kind = FORMULA_FAULT};
}

struct formula_value formula_truth(bool truth)
{
	return (struct formula_value){.kind = FORMULA_TRUTH, .number = truth};
}

struct formula_value formula_number(double number)
{
	return (struct formula_value){.kind = FORMULA_NUMBER, .number = number};
}

struct formula_value formula_time(int64_t time_ms)
{
	return (struct formula_value){.kind = FORMULA_TIME, .time_ms = time_ms};
}

struct formula_value formula_text(const char *text)
{
	return (struct formula_value){.kind = FORMULA_TEXT, .text = text};
}

char *formula_text_room(struct formula_walk *walk, size_t size)
{
	char *room = formula_memory_get(walk->scratch, size);

	if (!room)
		walk->exhausted = true;
	return room;
}

/* As JavaScript prints them: whole numbers without an exponent up to 1e21, others in the shortest form. */
static const char *number_text(struct formula_walk *walk, double number)
{
	enum { SIZE = 40 };
	char *words = formula_text_room(walk, SIZE);

	if (!words)
		return "";
	if (!isfinite(number)) {
		snprintf(words, SIZE, "%s", isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
	} else if (number == trunc(number) && fabs(number) < 1e21) {
		snprintf(words, SIZE, "%.0f", number == 0 ? 0.0 : number);
	} else {
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(words, SIZE, "%.*g", digits, number);
			if (strtod(words, NULL) == number)
				break;
		}
	}
	return words;
}

static const char *time_text(struct formula_walk *walk, int64_t time_ms)
{
	char *words = formula_text_room(walk, CLOCK_ISO_SIZE);

	return words && clock_iso(time_ms, words) ? words : "";
}

const char *formula_as_text(struct formula_walk *walk, struct formula_value value)
{
	switch (value.kind) {
	case FORMULA_TEXT:
		return value.text;
	case FORMULA_NUMBER:
	case FORMULA_TRUTH:
		return number_text(walk, value.number);
	case FORMULA_TIME:
		return time_text(walk, value.time_ms);
	case FORMULA_BLANK:
	case FORMULA_FAULT:
		break;
	}
	return "";
}

bool formula_as_number(struct formula_value value, double *number_out)
{
	bool number = value.kind == FORMULA_NUMBER || value.kind == FORMULA_TRUTH;

	if (!number && value.kind != FORMULA_BLANK)
		return false;
	*number_out = number ? value.number : 0;
	return true;
}

bool formula_as_time(struct formula_value value, int64_t *time_ms_out)
{
	if (value.kind == FORMULA_TIME)
		*time_ms_out = value.time_ms;
	return value.kind == FORMULA_TIME ||
	       (value.kind == FORMULA_TEXT && formula_date_read(value.text, time_ms_out));
}

bool formula_is_true(struct formula_value value)
{
	switch (value.kind) {
	case FORMULA_TEXT:
		return *value.text;
	case FORMULA_NUMBER:
	case FORMULA_TRUTH:
		return value.number != 0 && !isnan(value.number);
	case FORMULA_TIME:
		return true;
	case FORMULA_BLANK:
	case FORMULA_FAULT:
		break;
	}
	return false;
}

/* ---- comparing ---- */

static bool is_number(struct formula_value value)
{
	return value.kind == FORMULA_NUMBER || value.kind == FORMULA_TRUTH;
}

static bool is_empty_like(struct formula_value value)
{
	return value.kind == FORMULA_BLANK || (value.kind == FORMULA_TEXT && !*value.text) ||
	       (value.kind == FORMULA_NUMBER && value.number == 0);
}

bool formula_is_equal(struct formula_value left, struct formula_value right)
{
	int64_t left_ms, right_ms;

	if (left.kind == FORMULA_BLANK || right.kind == FORMULA_BLANK)
		return is_empty_like(left) && is_empty_like(right);
	if (left.kind == FORMULA_TEXT && right.kind == FORMULA_TEXT)
		return strcmp(left.text, right.text) == 0;
	if (is_number(left) && is_number(right))
		return left.number == right.number;
	if (left.kind != FORMULA_TIME && right.kind != FORMULA_TIME)
		return false;
	return formula_as_time(left, &left_ms) && formula_as_time(right, &right_ms) && left_ms == right_ms;
}

enum order { ORDER_LESS, ORDER_SAME, ORDER_MORE, ORDER_NEVER /* NaN, no date */, ORDER_FAULT };

static enum order order_numbers(double left, double right)
{
	if (isnan(left) || isnan(right))
		return ORDER_NEVER;
	return left < right ? ORDER_LESS : left > right ? ORDER_MORE : ORDER_SAME;
}

static enum order order_times(struct formula_value left, struct formula_value right)
{
	int64_t left_ms, right_ms;

	if (left.kind == FORMULA_BLANK || right.kind == FORMULA_BLANK)
		return ORDER_NEVER;
	if (!formula_as_time(left, &left_ms) || !formula_as_time(right, &right_ms))
		return ORDER_FAULT;
	return left_ms < right_ms ? ORDER_LESS : left_ms > right_ms ? ORDER_MORE : ORDER_SAME;
}

static enum order order_of(struct formula_value left, struct formula_value right)
{
	double left_number, right_number;

	if (left.kind == FORMULA_TIME || right.kind == FORMULA_TIME)
		return order_times(left, right);
	if (formula_as_number(left, &left_number) && formula_as_number(right, &right_number))
		return order_numbers(left_number, right_number);
	if (is_number(left) || is_number(right))
		return ORDER_FAULT;
	int order = strcmp(left.kind == FORMULA_TEXT ? left.text : "",
			   right.kind == FORMULA_TEXT ? right.text : "");
	return order < 0 ? ORDER_LESS : order > 0 ? ORDER_MORE : ORDER_SAME;
}

/* ---- operators ---- */

static struct formula_value compare(enum formula_operator sign, struct formula_value left,
				    struct formula_value right)
{
	if (sign == OPERATOR_EQUAL || sign == OPERATOR_UNEQUAL)
		return formula_truth(formula_is_equal(left, right) == (sign == OPERATOR_EQUAL));
	enum order order = order_of(left, right);
	if (order == ORDER_FAULT)
		return formula_fault();
	bool same = order == ORDER_SAME;
	switch (sign) {
	case OPERATOR_LESS:
		return formula_truth(order == ORDER_LESS);
	case OPERATOR_LESS_EQUAL:
		return formula_truth(order == ORDER_LESS || same);
	case OPERATOR_MORE:
		return formula_truth(order == ORDER_MORE);
	default:
		return formula_truth(order == ORDER_MORE || same);
	}
}

static struct formula_value calculate(enum formula_operator sign, struct formula_value left,
				      struct formula_value right)
{
	double a, b;

	if (!formula_as_number(left, &a) || !formula_as_number(right, &b))
		return formula_fault();
	switch (sign) {
	case OPERATOR_PLUS:
		return formula_number(a + b);
	case OPERATOR_MINUS:
		return formula_number(a - b);
	case OPERATOR_TIMES:
		return formula_number(a * b);
	default:
		return formula_number(a / b); /* by 0: infinite or NaN, as Airtable's cells say */
	}
}

static struct formula_value combine(enum formula_operator sign, struct formula_value left,
				    struct formula_value right)
{
	if (left.kind == FORMULA_FAULT || right.kind == FORMULA_FAULT)
		return formula_fault();
	return sign <= OPERATOR_MORE_EQUAL ? compare(sign, left, right) : calculate(sign, left, right);
}

struct formula_value formula_walk_join(struct formula_walk *walk, const struct formula_node *parts)
{
	size_t count = 0, length = 0;
	for (const struct formula_node *part = parts; part; part = part->next)
		count++;
	const char **texts = (const char **)(void *)formula_text_room(walk, count * sizeof *texts);
	if (!texts)
		return formula_fault();

	bool fault = false;
	const struct formula_node *part = parts;
	for (size_t i = 0; i < count; i++, part = part->next) {
		struct formula_value value = formula_walk_node(walk, part);
		fault = fault || value.kind == FORMULA_FAULT;
		texts[i] = formula_as_text(walk, value);
		length += strlen(texts[i]);
	}
	char *joined = fault ? NULL : formula_text_room(walk, length + 1);
	if (!joined)
		return formula_fault();
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		size_t piece = strlen(texts[i]);
		memcpy(joined + at, texts[i], piece);
		at += piece;
	}
	return formula_text(joined);
}

static struct formula_value walk_chain(struct formula_walk *walk, const struct formula_node *chain)
{
	const struct formula_node *part = chain->parts;

	if (part->next->sign == OPERATOR_JOIN)
		return formula_walk_join(walk, part);
	struct formula_value value = formula_walk_node(walk, part);
	for (part = part->next; part; part = part->next)
		value = combine(part->sign, value, formula_walk_node(walk, part));
	return value;
}

static struct formula_value walk_minus(struct formula_walk *walk, const struct formula_node *node)
{
	struct formula_value value = formula_walk_node(walk, node->parts);
	double number;

	return formula_as_number(value, &number) ? formula_number(-number) : formula_fault();
}

static struct formula_value walk_call(struct formula_walk *walk, const struct formula_node *call)
{
	struct formula_value values[FORMULA_APPLY_LIMIT];
	size_t count = 0;

	if (call->function->walk)
		return call->function->walk(walk, call);
	for (const struct formula_node *part = call->parts; part; part = part->next) {
		assert(count < FORMULA_APPLY_LIMIT);
		values[count] = formula_walk_node(walk, part);
		if (values[count++].kind == FORMULA_FAULT)
			return formula_fault();
	}
	return call->function->apply(walk, values, count);
}

void formula_call_fold(struct formula_node *call)
{
	struct formula_value values[FORMULA_APPLY_LIMIT];
	size_t count = 0;

	for (const struct formula_node *part = call->parts; part; part = part->next) {
		if (part->kind != NODE_TEXT || count == FORMULA_APPLY_LIMIT)
			return;
		values[count++] = formula_text(part->text);
	}
	call->known = call->function->apply(NULL, values, count);
}

struct formula_value formula_walk_node(struct formula_walk *walk, const struct formula_node *node)
{
	switch (node->kind) {
	case NODE_TEXT:
		return formula_text(node->text);
	case NODE_NUMBER:
		return formula_number(node->number);
	case NODE_FIELD:
		return walk->row->cell(walk->row->context, node->field);
	case NODE_MINUS:
		return walk_minus(walk, node);
	case NODE_CHAIN:
		return walk_chain(walk, node);
	case NODE_CALL:
		return node->known.kind == FORMULA_BLANK ? walk_call(walk, node) : node->known;
	}
	return formula_fault();
}

/* ---- OR as sets ---- */

static bool is_subject(const struct formula_node *node)
{
	return node->kind == NODE_FIELD ||
	       (node->kind == NODE_CALL && formula_function_is(node->function, "RECORD_ID"));
}

static bool is_same_subject(const struct formula_node *a, const struct formula_node *b)
{
	return a->kind == b->kind && (a->kind == NODE_CALL || a->field == b->field);
}

/* X='text' or 'text'=X, and nothing more. */
static bool is_question(const struct formula_node *arm, const struct formula_node **subject_out,
			const char **text_out)
{
	if (arm->kind != NODE_CHAIN || arm->parts->next->next || arm->parts->next->sign != OPERATOR_EQUAL)
		return false;
	const struct formula_node *left = arm->parts, *right = left->next;
	const struct formula_node *subject = right->kind == NODE_TEXT ? left : right;
	const struct formula_node *text = right->kind == NODE_TEXT ? right : left;
	if (text->kind != NODE_TEXT || !is_subject(subject))
		return false;
	*subject_out = subject;
	*text_out = text->text;
	return true;
}

static const char **slot_of(const struct formula_set *set, const char *text)
{
	size_t mask = set->slots_size - 1;
	size_t at = (size_t)text_hash(text) & mask;

	while (set->slots[at] && strcmp(set->slots[at], text) != 0)
		at = (at + 1) & mask;
	return &set->slots[at];
}

static struct formula_set *set_for(struct formula_memory *memory, struct formula_either *either,
				   const struct formula_node *subject)
{
	for (struct formula_set *set = either->sets; set; set = set->next)
		if (is_same_subject(set->subject, subject))
			return set;
	struct formula_set *set = formula_memory_get(memory, sizeof *set);
	set->subject = subject;
	set->next = either->sets;
	either->sets = set;
	return set;
}

static void give_slots(struct formula_memory *memory, struct formula_either *either)
{
	for (struct formula_set *set = either->sets; set; set = set->next) {
		set->slots_size = 2;
		while (set->slots_size < 2 * set->count)
			set->slots_size *= 2;
		set->slots = formula_memory_get(memory, set->slots_size * sizeof *set->slots);
	}
	either->others = formula_memory_get(memory, either->others_count * sizeof *either->others);
}

const struct formula_either *formula_either_build(struct formula_memory *memory,
						  const struct formula_node *arms)
{
	struct formula_either *either = formula_memory_get(memory, sizeof *either);
	const struct formula_node *subject;
	const char *text;

	for (const struct formula_node *arm = arms; arm; arm = arm->next) {
		if (is_question(arm, &subject, &text))
			set_for(memory, either, subject)->count++;
		else
			either->others_count++;
	}
	give_slots(memory, either);
	size_t others = 0;
	for (const struct formula_node *arm = arms; arm; arm = arm->next) {
		if (is_question(arm, &subject, &text))
			*slot_of(set_for(memory, either, subject), text) = text;
		else
			either->others[others++] = arm;
	}
	return either;
}

/* The same as subject=text for each of them: only a time has to look at every one. */
static bool set_holds(const struct formula_set *set, struct formula_value value)
{
	if (value.kind == FORMULA_TEXT || value.kind == FORMULA_BLANK)
		return *slot_of(set, value.kind == FORMULA_TEXT ? value.text : "");
	for (size_t i = 0; value.kind == FORMULA_TIME && i < set->slots_size; i++)
		if (set->slots[i] && formula_is_equal(value, formula_text(set->slots[i])))
			return true;
	return false;
}

struct formula_value formula_walk_either(struct formula_walk *walk, const struct formula_either *either)
{
	bool any = false;

	for (const struct formula_set *set = either->sets; set; set = set->next) {
		struct formula_value value = formula_walk_node(walk, set->subject);
		if (value.kind == FORMULA_FAULT)
			return value;
		any = any || set_holds(set, value);
	}
	for (size_t i = 0; i < either->others_count; i++) {
		struct formula_value value = formula_walk_node(walk, either->others[i]);
		if (value.kind == FORMULA_FAULT)
			return value;
		any = any || formula_is_true(value);
	}
	return formula_truth(any);
}
