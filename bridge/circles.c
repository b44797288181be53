#include "bridge/circles.h"

static void follow(size_t count, bool *stands_on)
{
	for (size_t by = 0; by < count; by++)
		for (size_t one = 0; one < count; one++)
			for (size_t other = 0; stands_on[one * count + by] && other < count; other++)
				if (stands_on[by * count + other])
					stands_on[one * count + other] = true;
}

void circles_find(size_t count, bool *stands_on, bool *in_circle_out)
{
	follow(count, stands_on);
	for (size_t one = 0; one < count; one++) {
		in_circle_out[one] = stands_on[one * count + one];
		for (size_t other = 0; in_circle_out[one] && other < count; other++)
			in_circle_out[one] =
				!stands_on[one * count + other] || stands_on[other * count + one];
	}
}
