/* The log's lines, which otherwise go to stderr. */
#pragma once

/* From here on they are kept, and so is whatever else is written to stderr, what a test says as it fails included:
 * assert nothing in between. */
struct log_lines;
struct log_lines *log_lines_keep(void);
/* Stderr is what it was. All that was kept; the caller frees. */
char *log_lines_take(struct log_lines **lines);
