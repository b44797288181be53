/* A small picture that is in no database: 'davenport check' asks for it through the public address. */
#pragma once
#include "public-images/link.h"
#include "public-images/source.h"

/* No picture of a database has this link: a database of this name holds the states of another one. */
#define CHECK_PICTURE_DATABASE "check-davenport"
#define CHECK_PICTURE_IMAGE    "check"

bool check_picture_is(const char *database, const char *image);
/* What a source says of it. */
void check_picture_find(struct image_picture *picture_out);
/* What a link to it names. */
struct image_link check_picture_link(void);
/* Its bytes, a PNG; static. */
const char *check_picture_bytes(size_t *length_out);
