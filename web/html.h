/* HTML out of words that somebody else may have written. Whatever is not markup of our own goes through here. */
#pragma once
#include "base/text.h"

/* Words, fit for an element's content and for an attribute in double quotes: what HTML reads as markup, control characters and what is no
 * UTF-8 cannot do anything any more. NULL adds nothing. */
void html_add(struct text *text, const char *words);

/* Markup with places for words: of printf()'s, %s (which goes through html_add()), %d, %lld, %zu and %%; anything else ends the
 * process. The format is a literal of ours and is added as it stands. */
void html_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
