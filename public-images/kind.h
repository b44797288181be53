/* The kinds of pictures that may be served, by their first bytes. Everything else is none. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define IMAGE_KIND_BYTES 8 /* so many first bytes tell */

enum image_kind { IMAGE_KIND_NONE, IMAGE_KIND_JPEG, IMAGE_KIND_PNG };

enum image_kind image_kind_of_bytes(const void *bytes, size_t length);
/* "image/jpeg", also with parameters behind it; letters of either case. */
enum image_kind image_kind_of_type(const char *content_type);
const char *image_kind_type(enum image_kind kind);      /* "image/jpeg"; "" for none */
const char *image_kind_extension(enum image_kind kind); /* "jpg"; "" for none */
enum image_kind image_kind_of_extension(const char *extension);
