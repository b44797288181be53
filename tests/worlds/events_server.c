/* What happens to the databases: backups that are taken and put back, a database that is made anew, a damaged checkpoint, a state
 * database that is lost. */
#include "tests/worlds/events.h"

void server_saves(struct play *play, const struct event *event)
{
	(void)event;
	world_backup_done(&play->backup);
	play->backup = world_saves(play->world);
	world_note(play->world, "server: a backup is taken");
}

/* The source, the state, or both. */
void server_goes_back(struct play *play, const struct event *event)
{
	static const unsigned files[] = {FILES_OF_SOURCE, FILES_OF_SOURCE, FILES_OF_SOURCE | FILES_OF_STATE,
					 FILES_OF_STATE};

	/* Where no checkpoint is taken nobody can know how far the database was: couchdb-rules 5. */
	if (!play->backup || play->world->checkpoint_refused)
		return;
	play->flaws++;
	world_goes_back(play->world, &play->backup, files[event->a % countof(files)]);
}

/* With what a phone has of it: an empty one has no collection that anybody asked to sync. */
void server_makes_anew(struct play *play, const struct event *event)
{
	struct world_backup *replica = world_saves(play->world);

	(void)event;
	play->flaws++;
	world_couch_is_made_anew(play->world, &replica);
}

void server_damages_checkpoint(struct play *play, const struct event *event)
{
	play->flaws++;
	world_checkpoint_is_damaged(play->world, (enum world_damage)(event->a % DAMAGES));
}

/* Deleted while the bridge runs, which finds it out at its next call; or made again, by another process or a renewal of the lease,
 * before anybody missed it; or while no bridge runs. */
void server_loses_state(struct play *play, const struct event *event)
{
	play->flaws++;
	if (event->a % 3 == 0) {
		world_state_is_deleted(play->world);
		return;
	}
	world_state_is_lost(play->world);
	if (event->a % 3 == 2 && event->at == 0)
		world_restart(play->world);
}
