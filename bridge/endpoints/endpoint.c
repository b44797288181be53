#include "bridge/endpoints/endpoint.h"

#include <stdlib.h>
#include <string.h>

void side_record_done(struct side_record *record)
{
	own_free_text(&record->id);
	own_free_text(&record->revision);
	own_free_text(&record->flaw);
	json_object_close(&record->leaves);
	json_object_close(&record->ended);
	json_object_close(&record->body);
	*record = (struct side_record){0};
}

void side_records_done(struct side_records *records)
{
	for (size_t i = 0; i < records->count; i++)
		side_record_done(&records->list[i]);
	free(records->list);
	*records = (struct side_records){0};
}

void side_news_done(struct side_news *news)
{
	json_object_close(&news->cursor);
	*news = (struct side_news){0};
}

void side_revisions_done(struct side_revision *revisions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_object_close(&revisions[i].body);
		json_object_close(&revisions[i].lineage);
		own_free_text(&revisions[i].flaw);
		own_free_text(&revisions[i].merged_into);
	}
}

void side_writes_done(struct side_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		side_record_done(&writes[i].answer);
}

bool side_lineage_has(struct json_object *lineage, const char *revision)
{
	if (json_length(lineage) == 0)
		return false;
	long behind = strtol(json_text_of(json_at(lineage, 0)), NULL, 10) - strtol(revision, NULL, 10);

	return behind >= 0 && (size_t)behind < json_length(lineage) &&
	       strcmp(json_text_of(json_at(lineage, (size_t)behind)), revision) == 0;
}
