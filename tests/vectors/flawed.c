/* Vectors with what JSON can say and a document cannot keep: U+0000, a number beyond 64 bits, a lone surrogate, a doubled
 * key. The app goes on with whatever its parser makes of it. The bridge writes nothing to either side, and names the place. */
#include "tests/vectors/vectors.h"

#include <stdio.h>

/* Where a vector has what a database or a base held. */
static const char *const given[] = {"/input", "/steps", "/seed_docs", "/config_doc"};

void vector_run_flawed(vector_run *run, struct json_object *vector, struct json_object *definitions,
		       const struct json_flaws *flaws, struct vector_result *result)
{
	const struct json_flaw *flaw = NULL;

	run(vector, definitions, result); /* whatever comes of it: it comes to an end */
	for (size_t i = 0; !flaw && i < countof(given); i++)
		flaw = json_flaws_below(flaws, given[i]);
	if (!flaw)
		return;
	*result = (struct vector_result){
		.better = "what cannot be kept as it is is set aside under its name, and not written"};
	if (!flaw->path || !*flaw->what)
		vector_fail(result, "a flaw was found, and it is not said where or what it is");
	else
		snprintf(result->note, sizeof result->note, "%s: %s", flaw->path, flaw->what);
}
