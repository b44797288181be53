#include "bridge/index/pair.h"

#include "base/log.h"
#include "bridge/endpoints/endpoint.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SHOWN 60 /* bytes of a name that a message has */

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
	free(pair->name);
	free(pair->typing);
	free(pair->unstored);
	free(pair);
}

void pair_set_name(struct pair *pair, const char *name)
{
	if (!name || !*name)
		return;
	char *shown = log_quote(name, NAME_SHOWN);
	if (pair->name && strcmp(pair->name, shown) == 0) {
		free(shown);
		return;
	}
	free(pair->name);
	pair->name = shown;
}

char *pair_label(const struct pair *pair)
{
	return pair->name ? own_format("%s (%s)", pair->full_id, pair->name) : own_copy(pair->full_id);
}

int64_t pair_due_ms(const struct pair *pair, enum due_kind kind)
{
	return pair->due[kind].at_ms;
}

struct pair *pair_next_content(const struct pair *content, const struct pair *place)
{
	return content->parents[place->table].next;
}
