#include "tests/replay/play.h"

#include <stdio.h>
#include <string.h>

#define LOOKS_MOST 200 /* for what a phone wrote, before it counts as lost */

static bool is_among(const struct endpoint_record *record, const char *revision)
{
	if (record->revision && strcmp(record->revision, revision) == 0)
		return true;
	for (size_t i = 0; record->leaves && i < json_length(record->leaves); i++)
		if (strcmp(json_object_get_string(json_at(record->leaves, i)), revision) == 0)
			return true;
	return false;
}

void feed_shown(void *context, const struct endpoint_records *page)
{
	struct replay *replay = context;

	for (size_t i = 0; i < page->count; i++) {
		const struct endpoint_record *record = &page->list[i];
		scoped_text id = document_full_id(table_document_type(record->table), record->id);
		for (size_t k = 0; k < replay->awaited_count; k++)
			if (strcmp(replay->awaited[k].id, id) == 0 &&
			    is_among(record, replay->awaited[k].revision))
				replay->awaited[k--] = replay->awaited[--replay->awaited_count];
	}
}

bool feed_expects(void *context)
{
	struct replay *replay = context;

	if (replay->awaited_count == 0)
		return false;
	if (replay->looks++ < LOOKS_MOST)
		return true;
	text_format(replay->words, "\n#   the feed does not show %s", replay->awaited[0].id);
	replay->awaited_count = 0;
	return false;
}

void feed_await(struct replay *replay, const char *full_id, const char *revision)
{
	size_t place = 0;

	while (place < replay->awaited_count && strcmp(replay->awaited[place].id, full_id) != 0)
		place++;
	if (place == AWAITED_MOST)
		return;
	replay->awaited_count += place == replay->awaited_count;
	snprintf(replay->awaited[place].id, sizeof replay->awaited[place].id, "%s", full_id);
	snprintf(replay->awaited[place].revision, sizeof replay->awaited[place].revision, "%s", revision);
}

void feed_forget(struct replay *replay)
{
	replay->awaited_count = 0;
}
