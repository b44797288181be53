#include "bridge/index/pair.h"

#include "bridge/endpoints/endpoint.h"

#include <stdlib.h>

void pair_drop_fresh(struct pair *pair)
{
	if (pair->fresh_row) {
		endpoint_record_done(pair->fresh_row);
		free(take(pair->fresh_row));
	}
}

void pair_free(struct pair *pair)
{
	pair_drop_fresh(pair);
	free(pair->brake);
	free(pair->full_id);
	free(pair->typing);
	free(pair->unstored);
	free(pair);
}

int64_t pair_due_ms(const struct pair *pair, enum due_kind kind)
{
	return pair->due[kind].at_ms;
}

struct pair *pair_next_content(const struct pair *content, const struct pair *place)
{
	return content->parents[place->table].next;
}
