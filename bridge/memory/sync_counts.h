/* What a sync has done since it was opened, in counts that only grow. */
#pragma once
#include <stdint.h>

enum picture_outcome {
	PICTURES_SHOWN,       /* a row shows a picture that was sent */
	PICTURES_NOT_FETCHED, /* it was sent, and Airtable did not take it */
	PICTURES_TAKEN,       /* what people attached became a picture of the item */
	PICTURES_REFUSED,     /* what people attached never will */
	PICTURES_NOT_TAKEN,   /* what people attached could not be fetched or read, and is tried again */
	PICTURE_OUTCOMES,
};

struct sync_counts {
	int64_t documents_written /* with the app links */, app_links_written, rows_created, rows_updated,
		rows_deleted, conflicts, problems, jobs;
	int64_t pictures[PICTURE_OUTCOMES];
};
