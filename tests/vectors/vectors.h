/* What the app was seen to do, by kinds of files.
 *
 * A vector may be anything that is JSON: one that lacks something or has it of another type fails, in words, and the next
 * one is run. */
#pragma once
#include "base/json.h"

/* How one vector ended. */
struct vector_result {
	bool skipped;
	char skipped_name[64]; /* of the operation or function that only the app has */
	const char *
		better; /* why another end than the recorded one is right, by a property of the vector; or NULL */
	char note[200];  /* what was checked of it */
	char words[900]; /* the first difference; "": passed */
};
void vector_skip(struct vector_result *result, const char *name);
void vector_fail(struct vector_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* 'definitions' is the entry of that name, or NULL. */
typedef void vector_run(struct json_object *vector, struct json_object *definitions,
			struct vector_result *result);
/* The same for a vector that holds what cannot be kept as it is (see json_flaws): the product sets such a document aside
 * under its name, and that is what is looked for. */
void vector_run_flawed(vector_run *run, struct json_object *vector, struct json_object *definitions,
		       const struct json_flaws *flaws, struct vector_result *result);
/* What runs the vectors of a file with this name; NULL: the name says no kind. */
vector_run *vector_kind(const char *path);

vector_run vector_run_epc, vector_run_steps, vector_run_to_airtable, vector_run_from_airtable,
	vector_run_images;

/* ---- comparing ---- */

/* {"$undefined":true}, and {"$number":"NaN"}, which vector_value() makes a number, deep inside as well. */
bool vector_is_undefined(struct json_object *value);
struct json_object *vector_value(struct json_object *recorded); /* the caller frees */
/* The same keys in the same order, one level deep. */
bool vector_same_order(struct json_object *a, struct json_object *b);
/* Fails with the first place at which they differ. */
void vector_compare(struct vector_result *result, const char *where, struct json_object *ours,
		    struct json_object *theirs);
