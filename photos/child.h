/* The child that decodes: our own program, started again by photos/decode.h as "davenport decode-picture". */
#pragma once
#include <stdbool.h>

#define PHOTO_CHILD_COMMAND "decode-picture"

/* Whether this process is one; main() asks before anything else. */
bool photo_child_is_asked(int count, char *const *words);
/* Confines itself, loads libvips, decodes the file that is its stdin, writes the answer of photos/frame.h to its stdout, and ends:
 * with 0 when all of the answer was written, whatever it says. Returns only when its stdin is no file: then a person has called it. */
void photo_child_run(void);
