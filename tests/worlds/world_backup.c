/* What servers lose, and get back: the files of both databases in a backup, a database that is made anew, a checkpoint that
 * is damaged. */
#include "tests/worlds/world_couch.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_pictures.h"

#include <stdlib.h>
#include <string.h>

struct world_backup {
	size_t document_count, extra_count, state_count;
	int64_t sequence, purge_sequence;
	struct world_document documents[WORLD_DOCUMENTS];
	struct json_object *extras[WORLD_EXTRAS];
	struct world_state states[WORLD_STATES];
	struct json_object *checkpoint_source, *checkpoint_state;
	struct json_object *pictures; /* owned; or NULL */
};

struct world_backup *world_saves(const struct world *world)
{
	struct world_backup *backup = own_alloc(sizeof *backup);

	backup->document_count = world->document_count;
	backup->extra_count = world->extra_count;
	backup->state_count = world->state_count;
	backup->sequence = world->sequence;
	backup->purge_sequence = world->purge_sequence;
	backup->checkpoint_source = json_share(world->checkpoint_source);
	backup->checkpoint_state = json_share(world->checkpoint_state);
	backup->pictures = world_pictures_saved(world);
	memcpy(backup->documents, world->documents, sizeof backup->documents);
	for (size_t i = 0; i < backup->document_count; i++)
		for (size_t leaf = 0; leaf < backup->documents[i].count; leaf++)
			json_share(backup->documents[i].leaves[leaf].body);
	for (size_t i = 0; i < backup->extra_count; i++)
		backup->extras[i] = json_share(world->extras[i]);
	memcpy(backup->states, world->states, sizeof backup->states);
	for (size_t i = 0; i < backup->state_count; i++)
		json_share(backup->states[i].body);
	return backup;
}

void world_backup_done(struct world_backup **backup)
{
	struct world_backup *gone = take(*backup);

	if (!gone)
		return;
	for (size_t i = 0; i < gone->document_count; i++)
		for (size_t leaf = 0; leaf < gone->documents[i].count; leaf++)
			json_release(gone->documents[i].leaves[leaf].body);
	for (size_t i = 0; i < gone->extra_count; i++)
		json_release(gone->extras[i]);
	for (size_t i = 0; i < gone->state_count; i++)
		json_release(gone->states[i].body);
	json_release(gone->checkpoint_source);
	json_release(gone->checkpoint_state);
	json_release(gone->pictures);
	free(gone);
}

/* Who reads the state still finds the documents that it is about: without a revision they are not there. */
static void drop_documents(struct world *world)
{
	observer_history_lost(world);
	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[i];
		for (size_t leaf = 0; leaf < document->count; leaf++)
			json_release(document->leaves[leaf].body);
		memset(document->leaves, 0, sizeof document->leaves);
		document->count = 0;
		document->sequence = 0;
	}
	for (size_t i = 0; i < world->extra_count; i++)
		json_release(world->extras[i]);
	world->extra_count = 0;
	json_object_close(&world->checkpoint_source);
}

/* The app's own document is there whatever happens: without it nothing is synced at all. */
static void keep_settings(struct world *world)
{
	if (world->settings_sequence > world->sequence)
		world->settings_sequence = ++world->sequence;
	if (world->left_behind_sequence > world->sequence)
		world->left_behind_sequence = 0;
	world->rejoined = true;
	world->moment++;
}

/* That a person asked for a document's end is kept, whatever the files say. And what was decided while a document was out of the scope may
 * still be on its way when the files put it back into that. */
static void keep_wishes(struct world *world, struct world_backup *files)
{
	for (size_t i = 0; i < files->document_count && i < world->document_count; i++) {
		struct world_document *kept = &files->documents[i], *present = &world->documents[i];
		kept->delete_wanted = kept->delete_wanted || present->delete_wanted;
		if (world_body(present) && present->left && !kept->left)
			kept->back_in = world->moment;
	}
}

static void put_source_back(struct world *world, struct world_backup *files)
{
	keep_wishes(world, files);
	drop_documents(world);
	memcpy(world->documents, files->documents, files->document_count * sizeof files->documents[0]);
	memcpy(world->extras, files->extras, files->extra_count * sizeof(struct json_object *));
	world->extra_count = files->extra_count;
	files->document_count = files->extra_count = 0; /* they are the world's now */
	world->sequence = files->sequence;
	world->purge_sequence = files->purge_sequence;
	world->checkpoint_source = take(files->checkpoint_source);
	world_pictures_go_back(world, files->pictures);
	observer_went_back(world);
	keep_settings(world);
}

static void put_state_back(struct world *world, struct world_backup *files)
{
	observer_state_lost(world);
	for (size_t i = 0; i < world->state_count; i++)
		json_release(world->states[i].body);
	memcpy(world->states, files->states, sizeof world->states);
	world->state_count = files->state_count;
	files->state_count = 0;
	json_release(world->checkpoint_state);
	world->checkpoint_state = take(files->checkpoint_state);
	world->state_lost = true;
	world->moment++;
}

void world_goes_back(struct world *world, struct world_backup **backup, unsigned files)
{
	struct world_backup *saved = *backup;

	world_note(world, "server: the files of %s are put back from a backup",
		   files == FILES_OF_SOURCE  ? "the database"
		   : files == FILES_OF_STATE ? "the state database"
					     : "both databases");
	transcript_spoil(world, "a backup");
	if (files & FILES_OF_SOURCE)
		put_source_back(world, saved);
	if (files & FILES_OF_STATE)
		put_state_back(world, saved);
	/* Nobody can tell then who deleted a row. */
	for (size_t i = 0; (files & FILES_OF_STATE) && i < world->row_count; i++)
		world->rows[i].delete_wanted = world->rows[i].delete_wanted || !world->rows[i].now.there;
	if ((files & FILES_OF_STATE) && !world->sync->started)
		world_rows_are_unknown(world);
	world_backup_done(backup);
}

void world_couch_is_made_anew(struct world *world, struct world_backup **backup)
{
	world_note(world, "server: the database is deleted and made anew%s",
		   backup ? ", and a phone replicates what it has" : "");
	transcript_spoil(world, "a new database");
	drop_documents(world);
	world->sequence = 0;
	if (backup) {
		json_object_close(&(*backup)->checkpoint_source);
		put_source_back(world, *backup);
		world_backup_done(backup);
		return;
	}
	world_pictures_go_back(world, NULL);
	observer_went_back(world);
	keep_settings(world);
}

void world_checkpoint_is_damaged(struct world *world, enum world_damage damage)
{
	struct json_object **source = &world->checkpoint_source, **state = &world->checkpoint_state;

	static const char *const names[] = {
		[DAMAGE_SOURCE_MISSING] = "the checkpoint is gone from the database",
		[DAMAGE_STATE_MISSING] = "the checkpoint is gone from the state database",
		[DAMAGE_PLACE] = "the checkpoint's place makes no sense",
		[DAMAGE_COUNT] = "the checkpoint's count makes no sense",
		[DAMAGE_VERSION] = "the checkpoint is of a newer version",
	};

	world_note(world, "server: %s", names[damage]);
	transcript_spoil(world, "a damaged checkpoint");
	world->moment++;
	if (damage == DAMAGE_SOURCE_MISSING)
		json_object_close(source);
	if (damage == DAMAGE_STATE_MISSING)
		json_object_close(state);
	if (damage <= DAMAGE_STATE_MISSING || !*state)
		return;
	struct json_object *damaged = json_copy(*state);
	if (damage == DAMAGE_PLACE)
		json_put(damaged, "couch", json_new_object());
	if (damage == DAMAGE_COUNT)
		json_put_text(damaged, "count", "many");
	if (damage == DAMAGE_VERSION)
		json_put(damaged, "v", json_new_int(LEDGER_VERSION + 1));
	json_release(*state);
	*state = damaged;
}
