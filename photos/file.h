/* A file in memory without a name: it counts as none of the process's own pages, and a child can be given it. */
#pragma once
#include "base/own.h"
#include <stdbool.h>
#include <stddef.h>

/* Empty, closed in programs that are started; -1 with errno. */
must_use int photo_file_open(void);
/* At its beginning, and nobody can change it any more; false with errno. */
must_use bool photo_file_seal(int file);
/* Both, with these bytes in it; -1 with errno. */
must_use int photo_file_of_bytes(const void *bytes, size_t length);
