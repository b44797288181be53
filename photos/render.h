/* Decodes a file and makes the app's two pictures of it, as renditions_plan() says. Runs in the confined child alone. */
#pragma once
#include "photos/photo.h"
#include "photos/vips.h"

/* Everything that can be wrong with the file becomes an outcome of the photo, which is {0} before; 'detail_out' says more about it or
 * is "". The orientation that EXIF tells is applied. What is made anew has the colours of sRGB, white where it was transparent
 * (JPEG), and no metadata; what is kept byte by byte has lost all metadata but its colour profile. */
void render_photo(const struct vips_functions *vips, const void *bytes, size_t length,
		  struct photo *photo_out, char detail_out[PHOTO_DETAIL_SIZE]);
