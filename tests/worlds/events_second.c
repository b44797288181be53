/* What happens to the two processes of a world that has two. */
#include "tests/worlds/events.h"

#include "tests/worlds/world_second.h"

void process_hands_over(struct play *play, const struct event *event)
{
	(void)event;
	play->flaws++;
	world_hands_over(play->world);
}

/* Within a pass, or after it when it was too short; and the other one may come a while later. */
void process_is_killed(struct play *play, const struct event *event)
{
	static const int64_t ms[] = {0, 10000, 40000, 46000};
	struct world *world = play->world;

	play->flaws++;
	world->crash_at = 1 + event->a % HISTORY_REACH;
	play_pass(play, event);
	world_is_killed(world);
	world_advance(world, ms[event->c % countof(ms)]);
}

/* Too shortly for the other one to take over, or for long enough, or for longer than anything that was sent can still come. */
void process_freezes(struct play *play, const struct event *event)
{
	static const int64_t ms[] = {100, 5500, 20000, 50000, 92000, 100000, 140000};

	play->flaws++;
	world_freezes(play->world, ms[event->a % countof(ms)], 1 + event->b % 4);
}
