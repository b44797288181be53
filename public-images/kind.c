#include "public-images/kind.h"
#include "base/own.h"
#include <string.h>
#include <strings.h>

static const struct {
	const char *type, *extension;
	const char *begins;
	size_t length;
} kinds[] = {
	[IMAGE_KIND_NONE] = {"", "", "", 0},
	[IMAGE_KIND_JPEG] = {"image/jpeg", "jpg", "\xFF\xD8\xFF", 3},
	[IMAGE_KIND_PNG] = {"image/png", "png", "\x89PNG\r\n\x1A\n", 8},
};

enum image_kind image_kind_of_bytes(const void *bytes, size_t length)
{
	for (size_t i = 1; i < countof(kinds); i++)
		if (length >= kinds[i].length && memcmp(bytes, kinds[i].begins, kinds[i].length) == 0)
			return (enum image_kind)i;
	return IMAGE_KIND_NONE;
}

enum image_kind image_kind_of_type(const char *content_type)
{
	size_t length = strcspn(content_type, "; \t");

	for (size_t i = 1; i < countof(kinds); i++)
		if (length == strlen(kinds[i].type) && strncasecmp(content_type, kinds[i].type, length) == 0)
			return (enum image_kind)i;
	return IMAGE_KIND_NONE;
}

const char *image_kind_type(enum image_kind kind)
{
	return kinds[kind].type;
}

const char *image_kind_extension(enum image_kind kind)
{
	return kinds[kind].extension;
}

enum image_kind image_kind_of_extension(const char *extension)
{
	for (size_t i = 1; i < countof(kinds); i++)
		if (strcmp(extension, kinds[i].extension) == 0)
			return (enum image_kind)i;
	return IMAGE_KIND_NONE;
}
