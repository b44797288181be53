/* Takes from this process what decoding a picture does not need. What a file makes of the decoder can then reach nothing: no other file,
 * no network, no other process, no secret. In two steps, since a library is loaded between them. */
#pragma once
#include "base/own.h"
#include <stdbool.h>

enum confine_limits {
	DECODE_SECONDS = 20,      /* of CPU; photos/decode.h counts the same by the clock */
	CONFINE_DESCRIPTORS = 64, /* while libraries are loaded */
};
/* Of data. The most that pictures of 100 megapixels needed is 648 MB (docs/pictures.md). */
#define CONFINE_MEMORY_MOST ((size_t)1 << 30)

/* First of all: every descriptor above 2 is closed, the environment is empty, it dies with the thread that started it, gains no rights
 * by starting programs, leaves no memory dump, and nobody of the same user can look into it. Limits of CPU, memory, descriptors
 * and of what it may write to files: nothing. False: the kernel refused one of them. */
must_use bool confine_process(void);
/* Last, before the file is read: from here on the kernel refuses every call but those that compute, read and write what is open, and
 * start threads. No file, no socket, no process can be opened any more. False: the kernel cannot do that. */
must_use bool confine_calls(void);
