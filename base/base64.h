/* Bytes as text and back: base64 with its padding (RFC 4648, section 4). */
#pragma once
#include "base/own.h"
#include <stdbool.h>

/* The caller frees. */
char *base64_write(const char *bytes, size_t length);
/* A NUL stands behind the bytes; the caller frees. False, and nothing set: a character that is none, spaces, padding that is
 * missing. */
must_use bool base64_read(const char *words, size_t length, char **bytes_out, size_t *length_out);
