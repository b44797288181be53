#include "inventory/renditions.h"

#include <string.h>
#include <strings.h>

enum {
	KEPT_MOST = 1024, /* pixels of the longest side of what is kept as it is */
	THUMBNAIL_BOX = 128,
	LARGE_BOX = 1440,
};

static bool is_type(const char *content_type, const char *wanted)
{
	return content_type && strcasecmp(content_type, wanted) == 0;
}

static bool ends_with(const char *name, const char *ending)
{
	size_t length = name ? strlen(name) : 0, end = strlen(ending);

	return length >= end && strcasecmp(name + length - end, ending) == 0;
}

static struct rendition crop(int width, int height)
{
	int side = width < height ? width : height;

	return (struct rendition){
		.format = RENDITION_JPEG,
		.cropped = true,
		.side = side,
		.left = (width - side) / 2.0,
		.top = (height - side) / 2.0,
		.box = THUMBNAIL_BOX,
	};
}

bool renditions_plan(const char *content_type, const char *name, int width, int height,
		     struct renditions *renditions_out, struct error *error)
{
	bool png = is_type(content_type, "image/png") || ends_with(name, ".png");
	bool jpeg =
		is_type(content_type, "image/jpeg") || ends_with(name, ".jpg") || ends_with(name, ".jpeg");
	bool small = width <= KEPT_MOST && height <= KEPT_MOST;

	if (width <= 0 || height <= 0)
		return error_set(error, ERROR_REFUSED, "The size of the picture%s%.100s cannot be read.",
				 name && *name ? " " : "", name ? name : "");
	renditions_out->thumbnail =
		png && small ? (struct rendition){.format = RENDITION_PNG, .box = THUMBNAIL_BOX}
			     : crop(width, height);
	if (small && (png || jpeg))
		renditions_out->large =
			(struct rendition){.format = png ? RENDITION_PNG : RENDITION_JPEG, .as_is = true};
	else
		renditions_out->large = (struct rendition){.format = RENDITION_JPEG, .box = LARGE_BOX};
	return true;
}

const char *rendition_type(enum rendition_format format)
{
	return format == RENDITION_PNG ? "image/png" : "image/jpeg";
}
