/* The manual page davenport(1), made of the tables that --help is made of. */
#pragma once
#include "base/text.h"

/* In man's own language. */
void command_manual(struct text *text);
