#include "bridge/documents/circles.h"

/* Adds what each stands on by way of others. */
static void follow(size_t count, bool *depends_on)
{
	for (size_t by = 0; by < count; by++)
		for (size_t one = 0; one < count; one++)
			for (size_t other = 0; depends_on[one * count + by] && other < count; other++)
				if (depends_on[by * count + other])
					depends_on[one * count + other] = true;
}

/* It stands on itself, directly or by way of others, and everything that it stands on stands on it. */
static bool is_in_circle(size_t count, const bool *depends_on, size_t one)
{
	for (size_t other = 0; other < count; other++)
		if (depends_on[one * count + other] && !depends_on[other * count + one])
			return false;
	return depends_on[one * count + one];
}

void circles_find(size_t count, bool *depends_on, bool *in_circle_out)
{
	follow(count, depends_on);
	for (size_t one = 0; one < count; one++)
		in_circle_out[one] = is_in_circle(count, depends_on, one);
}
