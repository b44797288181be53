/* filterByFormula: an expression parser and evaluator for the functions of Airtable's that sync tools use.
 *
 * Syntax and functions after Airtable's formula reference. Parsing gives a tree once,
 * evaluation walks it for each row. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "sandbox/formula_value.h"

struct formula;

/* 'find_field' turns a name or id into a number >= 0, or -1. ERROR_REFUSED with code INVALID_FILTER_BY_FORMULA and
 * Airtable's words. Ceilings: FORMULA_LENGTH_LIMIT bytes, FORMULA_DEPTH_LIMIT nesting. */
#define FORMULA_LENGTH_LIMIT ((size_t)4 << 20)
#define FORMULA_DEPTH_LIMIT  200
must_use bool formula_parse(const char *words, int (*find_field)(void *context, const char *name_or_id),
			    void *context, struct formula **formula_out, struct error *error);
void formula_close(struct formula **formula);
/* Whether the row is listed: not 0, false, "", NaN or an error. now_ms serves NOW() and TODAY(). */
bool formula_matches(struct formula *formula, const struct formula_row *row, int64_t now_ms);
/* The value itself, for tests and for formula fields. */
struct formula_value formula_evaluate(struct formula *formula, const struct formula_row *row, int64_t now_ms);
/* Texts that one evaluation makes, all together; past this its value is a fault. */
#define FORMULA_TEXT_LIMIT ((size_t)16 << 20)
/* Words that parse to the same tree, with no more parentheses than it takes. The caller frees. */
char *formula_print(const struct formula *formula);
