/* MD5 (RFC 1321): what CouchDB calls an attachment by. It protects nothing. */
#pragma once
#include <stddef.h>

#define MD5_TEXT_SIZE 32

/* "md5-" and the digest in Base64. */
void md5_text(const void *bytes, size_t length, char text_out[MD5_TEXT_SIZE]);
