/* The answer of the child that decodes, as bytes on a pipe. Whoever reads them trusts nothing: the child has read a stranger's file.
 *
 *     "DVPH"  version 1   outcome 1   length of the detail 2   detail
 *     and when the outcome is PHOTO_READY the large picture, then the thumbnail:
 *     format 1   width 2   height 2   length 4   bytes
 *
 * Numbers are little-endian. Nothing stands behind it. Pure. */
#pragma once
#include "base/text.h"
#include "photos/photo.h"

#define FRAME_MOST (PHOTO_LARGE_MOST + PHOTO_THUMBNAIL_MOST + (size_t)1024)

/* 'detail': what the decoder said, or "". Of the photo only its outcome and renditions count. */
void frame_write(struct text *frame, const struct photo *photo, const char *detail);

/* False: what the bytes say breaks a rule: a length, an outcome that no child has, a picture of more pixels than its box, of more
 * bytes than it may have or of another kind than it says, something behind the end. Then nothing of it is taken over. The detail is
 * made visible, "" if there is none. The caller frees the photo by photo_done(). */
must_use bool frame_read(const void *bytes, size_t length, struct photo *photo_out,
			 char detail_out[PHOTO_DETAIL_SIZE]);
