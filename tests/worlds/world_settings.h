/* Of the integration's own document. */
#pragma once
#include "tests/worlds/world.h"

void world_settings_open(struct world *world); /* collection "c0" is in scope */
/* The world's configuration is what the document says by now; false: nobody can tell, and nothing is synced. */
bool world_settings_take(struct world *world);
struct json_object *world_settings_body(struct world *world, const char *full_id, bool *is_out);
/* Whether the document is in scope, as people would say. */
bool world_settings_hold(struct world *world, const struct world_document *document);
/* Whether a row may be deleted since its document left: it shows a place on the list. Or one that was just now, and a phone took it
 * out; or none that can be told, or one that a person put it into behind that.
 * 'decided' is the moment at which the bridge last read the row. */
bool world_settings_take_row(struct world *world, const struct world_document *document,
			     const struct world_row *row, int64_t decided);
/* Before and after a phone's edit: what has left by it. */
void world_settings_note_left(struct world *world, bool were_in[WORLD_DOCUMENTS], bool after);
/* A phone's edit made 'after' of 'before', both data: if that moves it, notes from where (world_document.moved_from). */
void world_settings_note_move(struct world_document *document, struct json_object *before,
			      struct json_object *after);
/* "collections" or "containers". */
void world_phone_lists(struct world *world, const char *scope_type, const char *const *ids, size_t count);
/* The app notes a sync of its own, as it does at the end of each: nothing of what is synced changes. */
void world_app_notes_sync(struct world *world);
void world_phone_drops_settings(struct world *world);
/* The same, which a phone saved offline so long ago: a leaf beside the present one. The one that counts is what the world has. */
void world_phone_lists_apart(struct world *world, const char *scope_type, const char *const *ids,
			     size_t count, int64_t behind_ms);
