/* Cells that nobody writes: times, numbers, formulas, lookups, counts; and a row as formulas see it. */
#pragma once
#include "sandbox/formula.h"
#include "sandbox/store.h"

struct json_object *sandbox_compute_auto_number(const struct sandbox_record *record,
						struct sandbox_field *field);
struct json_object *sandbox_compute_created(const struct sandbox_record *record, struct sandbox_field *field);
struct json_object *sandbox_compute_modified(const struct sandbox_record *record,
					     struct sandbox_field *field);
struct json_object *sandbox_compute_formula(const struct sandbox_record *record, struct sandbox_field *field);
struct json_object *sandbox_compute_lookup(const struct sandbox_record *record, struct sandbox_field *field);
struct json_object *sandbox_compute_count(const struct sandbox_record *record, struct sandbox_field *field);

/* find_field of formula_parse(); the context is a struct sandbox_table. */
int sandbox_formula_field(void *table, const char *name_or_id);
bool sandbox_formula_matches(struct formula *formula, const struct sandbox_record *record);
