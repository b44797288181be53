#include "bridge/job/job_images.h"

#include "base/json.h"
#include "base/own.h"

#include <stdlib.h>

void job_images_done(struct job_images **images)
{
	if (!*images)
		return;
	struct job_images *gone = take(*images);
	json_release(gone->links);
	for (size_t i = 0; i < gone->count; i++) {
		free(gone->list[i].image_id);
		free(gone->list[i].filename);
		json_release(gone->list[i].body);
	}
	free(gone->list);
	for (size_t i = 0; i < gone->row_count; i++) {
		free((void *)gone->row[i].id);
		free((void *)gone->row[i].stem);
	}
	free(gone->row);
	ledger_pictures_done(&gone->before);
	free(gone);
}
