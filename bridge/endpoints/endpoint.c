#include "bridge/endpoints/endpoint.h"

#include <stdlib.h>
#include <string.h>

void endpoint_record_done(struct endpoint_record *record)
{
	own_free_text(&record->id);
	own_free_text(&record->revision);
	own_free_text(&record->flaw);
	json_object_close(&record->leaves);
	json_object_close(&record->ended);
	json_object_close(&record->body);
	*record = (struct endpoint_record){0};
}

void endpoint_records_done(struct endpoint_records *records)
{
	for (size_t i = 0; i < records->count; i++)
		endpoint_record_done(&records->list[i]);
	free(records->list);
	*records = (struct endpoint_records){0};
}

void endpoint_news_done(struct endpoint_news *news)
{
	json_object_close(&news->cursor);
	json_object_close(&news->pictures);
	*news = (struct endpoint_news){0};
}

void endpoint_revisions_done(struct endpoint_revision *revisions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_object_close(&revisions[i].body);
		json_object_close(&revisions[i].lineage);
		own_free_text(&revisions[i].flaw);
		own_free_text(&revisions[i].merged_into);
	}
}

void endpoint_writes_done(struct endpoint_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		endpoint_record_done(&writes[i].answer);
}

bool endpoint_lineage_has(struct json_object *lineage, const char *revision)
{
	if (json_length(lineage) == 0)
		return false;
	long behind = strtol(json_text_of(json_at(lineage, 0)), NULL, 10) - strtol(revision, NULL, 10);

	return behind >= 0 && (size_t)behind < json_length(lineage) &&
	       strcmp(json_text_of(json_at(lineage, (size_t)behind)), revision) == 0;
}
