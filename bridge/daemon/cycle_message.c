#include "bridge/daemon/cycle_message.h"

#include <inttypes.h>

bool cycle_wrote(const struct sync_counts *before, const struct sync_counts *now)
{
	return now->documents_written - now->app_links_written !=
		       before->documents_written - before->app_links_written ||
	       now->rows_created != before->rows_created || now->rows_updated != before->rows_updated ||
	       now->rows_deleted != before->rows_deleted;
}

void cycle_message_add(struct text *text, const struct sync_counts *before, const struct sync_counts *now)
{
	int64_t links = now->app_links_written - before->app_links_written;

	text_add(text, "wrote ");
	text_add_count(text, now->documents_written - before->documents_written - links, "document",
		       "documents");
	text_add(text, "; made ");
	text_add_count(text, now->rows_created - before->rows_created, "row", "rows");
	text_format(text, ", changed %" PRId64 ", deleted %" PRId64, now->rows_updated - before->rows_updated,
		    now->rows_deleted - before->rows_deleted);
	if (!links)
		return;
	text_add(text, "; wrote ");
	text_add_count(text, links, "app link", "app links");
}
