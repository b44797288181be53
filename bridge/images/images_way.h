/* Which way pictures go: by links that Airtable fetches, or with their bytes.
 *
 *     links ──(IMAGE_LINKS_FAIL links in a row, of whatever rows, gave Airtable nothing)──> uploads
 *       ^                                                                                      │
 *       └──────────────────────────── after IMAGE_UPLOADS_MS ──────────────────────────────────┘
 *
 * From then on one more failure is enough; a link that worked begins the count anew. Of all this a new process knows nothing. Without
 * PUBLIC_URL there are no links. */
#pragma once
#include "bridge/job/batch.h"
#include "bridge/job/job_images.h"

#define IMAGE_LINKS_FAIL 3
#define IMAGE_UPLOADS_MS (INT64_C(60) * 60 * 1000)

bool images_go_by_upload(const struct sync *sync);
/* Whether the request that makes the pair's row has its pictures, which would replace those of a row that is there already. */
bool images_are_sent_with_row(const struct sync *sync, const struct pair *pair);
/* Of a picture that was sent by a link. */
void images_note_link_failed(struct sync *sync);
void images_note_link_worked(struct sync *sync);

/* Before what Airtable did not take so often is sent again: doubling, at most hourly. */
int64_t images_pause_ms(int failures);
/* Whether this picture, which is to be sent, waits since Airtable did not take it. One that failed by its link does not wait for its
 * upload. */
bool job_holds_image(const struct job *job, const struct picture_decision *decision);
/* Whether its file has more bytes than an upload may have. */
bool image_is_too_large(const struct job_image *image);
/* Whether this job sends it with its bytes, if the row's other cells are through. */
bool job_uploads_image(const struct job *job, const struct picture_decision *decision);
bool job_uploads_any(const struct job *job);
/* Whether the row, in which those that this job has uploaded stand last, has another order than was decided. */
bool job_uploads_disorder(const struct job *job);
