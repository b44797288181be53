/* What the app keeps of a picture: a thumbnail and one of at most 1440 × 1440 pixels. How each is to be made follows from the kind and
 * the size of the original alone. Pure: nothing is decoded here. */
#pragma once
#include "base/error.h"
#include "base/own.h"

#define RENDITION_JPEG_QUALITY 80

enum rendition_format { RENDITION_JPEG, RENDITION_PNG };
struct rendition {
	enum rendition_format format;
	bool as_is;   /* the bytes of the original; nothing below counts then */
	bool cropped; /* first to a square: 'side' pixels, from 'left' and 'top' on, which may be half pixels */
	int side;
	double left, top;
	int box; /* then shrunk to fit into a square of so many pixels; never enlarged, its aspect kept */
};
struct renditions {
	struct rendition thumbnail; /* the attachment "thumbnail-128" */
	struct rendition large;     /* the attachment "image-1440" */
};

/* 'content_type' or the end of 'name' say what the original is (either may be NULL); where they differ, a PNG. Small JPEGs and PNGs are
 * kept as they are, everything else becomes a JPEG. ERROR_REFUSED: its size is not known. */
must_use bool renditions_plan(const char *content_type, const char *name, int width, int height,
			      struct renditions *renditions_out, struct error *error);
const char *rendition_type(enum rendition_format format); /* "image/jpeg" */
