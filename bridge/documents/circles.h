/* Things that depend on each other: finds those in a circle that depends on nothing outside of it. Two saves that exchange a
 * number are such a circle. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* depends_on[one * count + other]: 'one' depends on 'other'. The call adds what one depends on by way of others.
 * in_circle_out[one]: 'one' depends on itself, directly or by way of others, and everything that it depends on depends on it.
 *
 * Where each one depends on some other there is at least one such circle. Both arrays are the caller's, of count * count and of
 * count. */
void circles_find(size_t count, bool *depends_on, bool *in_circle_out);
