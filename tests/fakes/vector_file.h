/* A file of vectors: one JSON array, read an element at a time, so that one that cannot be read stops only itself. */
#pragma once
#include "base/json.h"

struct vector_file {
	char *bytes; /* owned */
	size_t length, at;
	size_t count;     /* elements so far */
	bool last, ended; /* the last element was read; so was what stands behind it */
};

/* false with a sentence: it cannot be read, or holds no array. */
must_use bool vector_file_open(struct vector_file *file, const char *path, struct error *error);
void vector_file_done(struct vector_file *file);

enum vector_read {
	VECTOR_READ,
	VECTOR_BROKEN, /* the error says why; the next one may be good */
	VECTOR_DEEP,   /* the same: it is nested deeper than anything that is read */
	VECTOR_END,
};
/* The next element: *json_out is the caller's to release, *flaws_out (what of it cannot be kept as it is) to end. */
enum vector_read vector_file_next(struct vector_file *file, struct json_object **json_out,
				  struct json_flaws *flaws_out, struct error *error);
