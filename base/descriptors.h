/* The descriptors that a program begins with, and writing to one. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* A program that was started with stdin, stdout or stderr closed would get these numbers for its first files and sockets, and would
 * print into them: each that is closed is opened on /dev/null. Ends the process (exit 71) when that cannot be done. At the start
 * of main, before anything is opened. */
void descriptors_prepare(void);
/* All of it, however often the kernel takes a part; false with errno. */
bool descriptor_write(int descriptor, const void *bytes, size_t length);
