/* Somebody presses the button of the app's own sync. */
#include "tests/worlds/events.h"
#include "tests/worlds/world_app.h"

/* It may touch whatever is there, and make a second one of each. */
void app_syncs(struct play *play, const struct event *event)
{
	unsigned documents = (unsigned)play->world->document_count, rows = (unsigned)play->world->row_count;

	(void)event;
	world_app_syncs(play->world);
	play->acts += 2 * (documents + rows);
	play->new_documents += 2 * ((unsigned)play->world->document_count - documents +
				    (unsigned)play->world->row_count - rows);
}
