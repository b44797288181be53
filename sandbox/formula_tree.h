/* The inside of a formula, shared by the files that make one: formula.c reads words into a tree, formula_evaluate.c walks it
 * for a row, formula_functions.c knows the functions by name. */
#pragma once
#include "base/own.h"
#include "sandbox/formula_memory.h"
#include "sandbox/formula_value.h"

/* ---- the tree ---- */

enum formula_node_kind {
	NODE_TEXT,
	NODE_NUMBER,
	NODE_FIELD,
	NODE_MINUS, /* one part */
	NODE_CHAIN, /* operands of one precedence, from left to right: as long as it likes, never deep */
	NODE_CALL,
};

enum formula_operator {
	OPERATOR_NONE,
	OPERATOR_EQUAL,
	OPERATOR_UNEQUAL,
	OPERATOR_LESS,
	OPERATOR_LESS_EQUAL,
	OPERATOR_MORE,
	OPERATOR_MORE_EQUAL,
	OPERATOR_JOIN,
	OPERATOR_PLUS,
	OPERATOR_MINUS,
	OPERATOR_TIMES,
	OPERATOR_DIVIDED,
};

struct formula_node {
	enum formula_node_kind kind;
	enum formula_operator sign; /* in a chain: what stands before this operand */
	struct formula_node *next;  /* the next operand or argument of the same parent */
	struct formula_node *parts; /* operands or arguments */
	const char *text;           /* NODE_TEXT: the value; NODE_NUMBER and NODE_FIELD: as written */
	double number;              /* NODE_NUMBER */
	int field;                  /* NODE_FIELD */
	const struct formula_function *function; /* NODE_CALL */
	const struct formula_either *either;     /* NODE_CALL of OR */
	struct formula_value known; /* NODE_CALL: the same for every row, unless it is FORMULA_BLANK */
};

/* The arms of an OR that ask whether the same thing is one of many texts, as one set. A listing by
 * OR(RECORD_ID()='a',RECORD_ID()='b',...) with thousands of arms is answered at one look for each row. */
struct formula_set {
	struct formula_set *next;
	const struct formula_node *subject; /* RECORD_ID() or a field */
	size_t count;
	size_t slots_size; /* a power of two */
	const char **slots;
};
struct formula_either {
	struct formula_set *sets;
	const struct formula_node **others; /* arms of any other form */
	size_t others_count;
};
const struct formula_either *formula_either_build(struct formula_memory *memory,
						  const struct formula_node *arms);

/* ---- evaluation ---- */

struct formula_walk {
	const struct formula_row *row;
	int64_t now_ms;
	struct formula_memory *scratch;
	bool exhausted; /* texts grew past the ceiling: the result is a fault */
};

struct formula_value formula_walk_node(struct formula_walk *walk, const struct formula_node *node);
/* A call of texts alone, of a function that does not look at the walk: its value is known from here on. */
void formula_call_fold(struct formula_node *call);
struct formula_value formula_walk_either(struct formula_walk *walk, const struct formula_either *either);
/* All parts as one text. */
struct formula_value formula_walk_join(struct formula_walk *walk, const struct formula_node *parts);

struct formula_value formula_blank(void);
struct formula_value formula_fault(void);
struct formula_value formula_truth(bool truth);
struct formula_value formula_number(double number);
struct formula_value formula_time(int64_t time_ms);
struct formula_value formula_text(const char *text); /* borrowed */
/* "" and walk->exhausted when memory is out. */
const char *formula_as_text(struct formula_walk *walk, struct formula_value value);
char *formula_text_room(struct formula_walk *walk, size_t size); /* NULL and walk->exhausted likewise */
bool formula_as_number(struct formula_value value, double *number_out);
/* A time as it is, a text if it reads as one. */
bool formula_as_time(struct formula_value value, int64_t *time_ms_out);
bool formula_is_true(struct formula_value value); /* a fault is not */
bool formula_is_equal(struct formula_value left, struct formula_value right);

/* ---- functions ---- */

#define FORMULA_ARGUMENTS_ANY SIZE_MAX
/* Functions with an 'apply' take at most so many arguments. */
#define FORMULA_APPLY_LIMIT 4

struct formula_function {
	const char *name;
	size_t least, most;
	/* One of the two: 'apply' gets the arguments' values, none of them a fault; 'walk' evaluates what it needs. */
	struct formula_value (*apply)(struct formula_walk *walk, const struct formula_value *values,
				      size_t count);
	struct formula_value (*walk)(struct formula_walk *walk, const struct formula_node *call);
	bool fields_only; /* the arguments are fields, not values */
};
struct formula_functions {
	const struct formula_function *list;
	size_t count;
};
extern const struct formula_functions formula_texts, formula_times;
/* In any case of letters; NULL when there is none of that name. */
const struct formula_function *formula_function_find(const char *name);
bool formula_function_is(const struct formula_function *function, const char *name);

/* ---- dates (formula_dates.c) ---- */

/* Names of units as Airtable takes them: "days", "day", "d", ... */
struct formula_unit;
const struct formula_unit *formula_unit_find(const char *name);
int64_t formula_unit_start(const struct formula_unit *unit, int64_t time_ms);
/* Whole units from 'from' to 'until', cut towards zero. */
double formula_unit_between(const struct formula_unit *unit, int64_t from_ms, int64_t until_ms);
/* False when the result lies outside the years 0 to 9999. */
bool formula_unit_add(const struct formula_unit *unit, int64_t time_ms, double count, int64_t *time_ms_out);
/* ISO 8601; without a zone it is UTC. */
bool formula_date_read(const char *words, int64_t *time_ms_out);
/* By a pattern of YYYY MM M DD D HH H mm m ss s SSS and other signs that stand for themselves. */
bool formula_date_read_as(const char *words, const char *pattern, int64_t *time_ms_out);

/* In small letters, on the heap, for messages. */
char *formula_name_lower(const char *name);
