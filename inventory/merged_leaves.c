#include "inventory/merged_leaves.h"

#include "base/own.h"

#include <stdlib.h>

void merged_leaves_done(struct merged_leaves *merged)
{
	json_release(merged->body);
	for (size_t i = 0; i < merged->loss_count; i++) {
		json_release(merged->losses[i].lost);
		json_release(merged->losses[i].instead);
	}
	for (size_t i = 0; i < merged->attachment_count; i++) {
		free(merged->attachments[i].name);
		free(merged->attachments[i].as);
	}
	free(merged->losses);
	free(merged->attachments);
	*merged = (struct merged_leaves){0};
}
