/* The last lines of this process's log, as they were written, for people who look at them. They take LOG_RING_LINES times LOG_RING_BYTES of
 * memory, however much is logged. From any thread. */
#pragma once
#include <stddef.h>

#define LOG_RING_LINES 200
#define LOG_RING_BYTES 600 /* of a line, with its NUL; the rest is cut */

/* For log.c alone: secrets are masked already. */
void log_ring_add(const char *line, size_t length);
/* Copies the newest that have these words in them, of ASCII in either case (NULL: any), the newest first; how many there are. */
size_t log_ring_copy(const char *words, char (*lines_out)[LOG_RING_BYTES], size_t most);
