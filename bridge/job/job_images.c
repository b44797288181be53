#include "bridge/job/job_images.h"

#include "base/json.h"
#include "base/own.h"

#include <stdlib.h>
#include <string.h>

const struct job_image *job_image_of(const struct job_images *images, const char *image_id)
{
	for (size_t i = 0; i < images->count; i++)
		if (strcmp(images->list[i].image_id, image_id) == 0)
			return &images->list[i];
	return NULL;
}

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
		free((void *)gone->row[i].image_id);
	}
	free(gone->row);
	free(gone->imports);
	json_release(gone->renditions);
	ledger_pictures_done(&gone->before);
	free(gone);
}
