#include "bridge/daemon/cycle_message.h"

#include <inttypes.h>

void cycle_message_add(struct text *text, const struct sync_counts *before, const struct sync_counts *now)
{
	text_add(text, "wrote ");
	text_add_count(text, now->documents_written - before->documents_written, "document", "documents");
	text_add(text, "; made ");
	text_add_count(text, now->rows_created - before->rows_created, "row", "rows");
	text_format(text, ", changed %" PRId64 ", deleted %" PRId64, now->rows_updated - before->rows_updated,
		    now->rows_deleted - before->rows_deleted);
}
