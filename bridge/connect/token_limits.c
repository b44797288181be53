#include "bridge/connect/token_limits.h"

#include "airtable/limiter.h"
#include "base/own.h"

#include <stdlib.h>
#include <string.h>

struct airtable_limiter *token_limits_of(struct token_limits *limits, const char *token)
{
	if (!token)
		return NULL;
	for (size_t i = 0; i < limits->count; i++)
		if (strcmp(limits->list[i].token, token) == 0)
			return limits->list[i].limiter;
	limits->list = own_resize(limits->list, limits->count + 1, sizeof *limits->list);
	limits->list[limits->count] = (struct token_limit){
		.token = own_copy(token),
		.limiter = airtable_limiter_open(AIRTABLE_TOKEN_PER_SECOND),
	};
	return limits->list[limits->count++].limiter;
}

void token_limits_done(struct token_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++) {
		free(limits->list[i].token);
		airtable_limiter_close(&limits->list[i].limiter);
	}
	free(limits->list);
	*limits = (struct token_limits){0};
}
