/* What a person should know of an item's pictures. */
#pragma once
#include "bridge/job/batch.h"
#include "bridge/job/job_images.h"

#define IMAGES_REFUSED                                                                                       \
	"Images: Airtable refused the pictures of this row: they are sent again, with pauses of up to an "   \
	"hour"
/* Takes it into the entry, by what is planned and agreed. */
void job_describe_images(const struct batch *batch, struct job *job);
/* Adds it to the job's problem, also when the pictures were not looked at. */
void job_report_images(struct job *job);
