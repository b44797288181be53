/* A source of pictures in memory (public-images/source.h) that counts what it is asked, and can be slow, down, or wrong. Every count and
 * every switch may be used from any thread. */
#pragma once
#include "public-images/source.h"
#include <stdbool.h>
#include <stddef.h>

struct fake_pictures;

/* What a picture of the source is like; the bytes are made from 'seed', begin as a JPEG or PNG does, and follow from their place. */
struct fake_picture {
	const char *database, *image;
	const char *content_type; /* NULL: image/jpeg */
	size_t length;
	unsigned seed;
	bool is_none; /* the bytes begin as no picture does */
	size_t given; /* so many bytes come in truth; 0: 'length' */
};

struct fake_pictures *fake_pictures_open(void);
void fake_pictures_close(struct fake_pictures **pictures);
struct image_source fake_pictures_source(struct fake_pictures *pictures);
struct image_databases
fake_pictures_databases(struct fake_pictures *pictures); /* "inventory", "open" (unsigned) */

/* Puts it there, or in the place of what has that id. */
void fake_pictures_put(struct fake_pictures *pictures, const struct fake_picture *picture);
void fake_pictures_remove(struct fake_pictures *pictures, const char *database, const char *image);
struct image_digest fake_picture_digest(const struct fake_picture *picture);
unsigned char fake_picture_byte(const struct fake_picture *picture, size_t place);

void fake_pictures_down(struct fake_pictures *pictures, bool down); /* every answer is IMAGE_UNKNOWN */
/* Reads wait before their last byte, until they are let go. */
void fake_pictures_hold(struct fake_pictures *pictures, bool held);
/* Until so many reads are held. False: 20 s went by. */
bool fake_pictures_wait_held(struct fake_pictures *pictures, int reads);

int fake_pictures_finds(struct fake_pictures *pictures);
int fake_pictures_reads(struct fake_pictures *pictures);
int fake_pictures_workers(struct fake_pictures *pictures);  /* that are open */
size_t fake_pictures_given(struct fake_pictures *pictures); /* bytes, in all */
