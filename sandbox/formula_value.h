/* What a formula comes to, and what it asks of a row. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum formula_kind { FORMULA_BLANK, FORMULA_TEXT, FORMULA_NUMBER, FORMULA_TRUTH, FORMULA_TIME, FORMULA_FAULT };
struct formula_value {
	enum formula_kind kind;
	const char *text; /* FORMULA_TEXT; borrowed until the next evaluation */
	double number;    /* FORMULA_NUMBER; FORMULA_TRUTH: 0 or 1 */
	int64_t time_ms;  /* FORMULA_TIME */
};

/* What a formula asks of the row that it is evaluated for. */
struct formula_row {
	void *context;
	const char *(*record_id)(void *context);
	int64_t (*created_ms)(void *context);
	/* Newest change of these fields, of any editable field when count is 0; 0 when never changed. */
	int64_t (*modified_ms)(void *context, const int *fields, size_t count);
	/* The value of field 'field' as formulas see it (links: primary texts joined by ", "; selects: the name; checkbox: a truth;
	 * attachments: file names). A FORMULA_TEXT's text must live until the evaluation is over. */
	struct formula_value (*cell)(void *context, int field);
};
