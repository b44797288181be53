/* Takes the metadata out of JPEG and PNG files without decoding them: where and when a photo was taken, by whom, with what, and
 * what stands behind the picture's end. What decides how the picture looks stays, with its colour profile. Pure. */
#pragma once
#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>

/* Adds the file without its metadata to 'out'; with NULL it only looks for the end. False: the file ends before its picture does, or is
 * no chain of segments (JPEG) or chunks (PNG); 'out' may have got a part of it then.
 *
 * JPEG: of the segments APP0 to APP15 and COM only these stay: JFIF without its thumbnail, the colour profile (APP2 ICC_PROFILE), and
 * Adobe's, which says how colours are stored. */
bool metadata_strip_jpeg(const void *bytes, size_t length, struct text *out);
/* PNG: only chunks stay that make the picture and its colours. An animation becomes its first picture. */
bool metadata_strip_png(const void *bytes, size_t length, struct text *out);
