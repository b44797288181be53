/* Who runs this command, for whoever reads later what was asked. */
#pragma once
#include <stddef.h>

/* "anna on nas"; what is not known is "somebody". */
void whoami(char *out, size_t size);
