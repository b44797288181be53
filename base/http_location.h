/* Where a redirect leads. */
#pragma once

/* The value of an answer's Location header, taken from the URL that was asked, without its fragment: a complete URL. The caller
 * frees. NULL: it is no address, or none of http or https. */
char *http_location(const char *url, const char *location);
