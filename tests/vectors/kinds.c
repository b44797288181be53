/* Which file holds which kind of vectors. */
#include "tests/vectors/vectors.h"

#include <string.h>

static const struct {
	const char *part; /* of the file's name */
	vector_run *run;
} kinds[] = {
	{"epc", vector_run_epc},
	{"save-item", vector_run_steps},
	{"delete-and-history", vector_run_steps},
	{"to-airtable", vector_run_to_airtable},
	{"from-airtable", vector_run_from_airtable},
	{"images", vector_run_images},
};

vector_run *vector_kind(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < countof(kinds); i++)
		if (strstr(name, kinds[i].part))
			return kinds[i].run;
	return NULL;
}
