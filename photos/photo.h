/* What becomes of a file that somebody attached: the app's two pictures, or the reason why it gives none. */
#pragma once
#include "base/own.h"
#include "inventory/renditions.h"
#include <stdbool.h>
#include <stddef.h>

enum photo_limits {
	PHOTO_PIXELS_MOST = 100 * 1000 * 1000, /* width × height, looked at before anything is decoded */
	PHOTO_WORDS_SIZE = 512,
	PHOTO_DETAIL_SIZE = 160,
	PHOTO_NAME_SHOWN = 80, /* bytes of a file's name in a sentence */
};
#define PHOTO_FILE_MOST      ((size_t)64 << 20) /* bytes of the attached file */
#define PHOTO_LARGE_MOST     ((size_t)16 << 20) /* bytes of what is made of it */
#define PHOTO_THUMBNAIL_MOST ((size_t)1 << 20)

/* The order is a part of the child's answer: new ones go to the end. */
enum photo_outcome {
	PHOTO_READY,
	PHOTO_NOT_A_PICTURE,    /* no JPEG, PNG, WebP, HEIC or GIF, by its first bytes */
	PHOTO_CUT_SHORT,        /* the file ends too early */
	PHOTO_BROKEN,           /* the decoder refuses it */
	PHOTO_TOO_MANY_PIXELS,  /* above PHOTO_PIXELS_MOST */
	PHOTO_FILE_TOO_LARGE,   /* above PHOTO_FILE_MOST */
	PHOTO_RESULT_TOO_LARGE, /* what was made of it is above PHOTO_LARGE_MOST */
	PHOTO_TOO_SLOW,         /* DECODE_SECONDS were over */
	PHOTO_TOO_MUCH_MEMORY,  /* above CONFINE_MEMORY_MOST */
	PHOTO_CRASHED,          /* the child ended by a signal of its own making, or without an answer */
	PHOTO_GARBLED,          /* the child's answer breaks the rules of photos/frame.h */
	PHOTO_KILLED,     /* somebody else killed the child: mostly the kernel, which was short of memory */
	PHOTO_NO_DECODER, /* the child could not be started or confined, or libvips is missing */
	PHOTO_STOPPED,    /* photo_decode_stop() */
	PHOTO_OUTCOMES,
};

struct photo_rendition {
	char *bytes; /* owned */
	size_t length;
	enum rendition_format format; /* rendition_type() is its content type */
	int width, height;            /* pixels, as it is to be looked at */
};

/* Starts as {0}. Renditions are there with PHOTO_READY alone. */
struct photo {
	enum photo_outcome outcome;
	char words[PHOTO_WORDS_SIZE];     /* a whole sentence for a person, "" when ready */
	struct photo_rendition large;     /* the attachment image-1440: at most 1440 × 1440 */
	struct photo_rendition thumbnail; /* the attachment thumbnail-128: at most 128 × 128 */
};

void photo_done(struct photo *photo); /* its memory; {0} after */
/* Sets the outcome and the sentence: “IMG_1.heic” could not be read as a picture: the file ends too early. 'name' is the file's, as
 * somebody wrote it, or NULL; 'detail': what the decoder said, or "". What the photo had before is freed. */
void photo_fail(struct photo *photo, enum photo_outcome outcome, const char *name, const char *detail);
/* Whether the same bytes may fare better another time: the reason lies with this machine. */
bool photo_may_try_again(enum photo_outcome outcome);
const char *photo_outcome_name(enum photo_outcome outcome); /* "cut short", for logs and tests */
