#include "base/nearest.h"
#include <stdint.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* One row of the table of all beginnings, made anew for each letter of 'wrong'. */
size_t nearest_distance(const char *wrong, const char *right)
{
	size_t row[LONGEST + 1];
	size_t length = strlen(right);

	if (length > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; wrong[i]; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 1; j <= length; j++) {
			size_t changed = diagonal + (wrong[i] != right[j - 1]);
			diagonal = row[j];
			row[j] = least_of(changed, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[length];
}
