/* Of things that stand on each other: which stand in a circle that stands on nothing else. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* stands_on[one * count + other]: 'one' stands on 'other'; afterwards also where it does so by way of others. in_circle_out[one]: all that
 * it stands on, itself among it, stand on it as well. Where each stands on something there is at least one such circle. */
void circles_find(size_t count, bool *stands_on, bool *in_circle_out);
