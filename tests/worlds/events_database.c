/* What a database does not take, until it does. */
#include "tests/worlds/events.h"
#include "tests/worlds/world_refusals.h"

/* Of one document, rarely of all. */
void database_refuses(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->b);
	enum world_written written = event->a % WRITTEN_KINDS;
	enum world_answer answer = 1 + event->a / WRITTEN_KINDS % (ANSWERS - 1);

	play->flaws++;
	world_refuse(play->world, written, document && event->c % 8 ? document->id : "", answer);
}

void database_takes_again(struct play *play, const struct event *event)
{
	(void)event;
	world_lift_refusals(play->world);
}
