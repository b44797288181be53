#include "bridge/admin/exchange.h"
#include "base/own.h"
#include <stdlib.h>

void admin_answer_done(struct admin_answer *answer)
{
	text_done(&answer->body);
	free(answer->location);
	free(answer->cookie);
	*answer = (struct admin_answer){0};
}

void admin_answer_words(struct admin_answer *answer, int status, const char *words)
{
	text_clear(&answer->body);
	answer->status = status;
	answer->type = ADMIN_TYPE_TEXT;
	text_format(&answer->body, "%s\n", words);
}

void admin_answer_see_other(struct admin_answer *answer, const char *location)
{
	admin_answer_words(answer, 303, "See the other page.");
	free(answer->location);
	answer->location = own_copy(location);
}
