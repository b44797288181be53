/* What bash completes behind "davenport", made of the tables that --help is made of. */
#pragma once
#include "base/text.h"

/* A script to be read by bash, or to be put where bash-completion looks for it. */
void command_completion(struct text *text);
