/* What the real service makes of a text as it is stored, as it was recorded:
 *
 *   singleLineText   a tab becomes a space
 *   multilineText    line breaks at the end are dropped
 *   richText         is written anew as Markdown: "* x" is "- x", "*x*" is "_x_", "__x__" is "**x**", "a_b" is "a\_b",
 *                    and the last line is ended; an emptied cell shows that line break
 *
 * Everything else is kept as it is given. A text that was normalised stays as it is. */
#pragma once
#include "base/own.h"

/* 'type' is the field's. Owned by the caller. */
char *sandbox_normalise(const char *type, const char *words);
