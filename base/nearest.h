/* How far a misspelt name is from a right one. */
#pragma once
#include <stddef.h>

/* How many letters must be changed, put in or left out (Levenshtein). SIZE_MAX for a 'right' of more than 64 bytes. */
size_t nearest_distance(const char *wrong, const char *right);
