/* One cookie of a request. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The value of the cookie of that name in a Cookie header (NULL: there was none). False, and "": it is not there, is there several
 * times, or does not fit. Another site of the same domain can add one of the same name: which of two is ours is not guessed. */
bool web_cookie_find(const char *header, const char *name, char *value_out, size_t size);
