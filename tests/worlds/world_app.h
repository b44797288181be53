/* A model of the app's own Airtable sync: somebody presses its button on a phone that has everything which is in the database.
 *
 * It knows rows by the marks of documents alone, makes rows without an upsert, takes in rows that no mark names as new documents,
 * and overwrites whole records. What it overwrites is its own doing. Deletions are left out. */
#pragma once
#include "tests/worlds/world.h"

void world_app_syncs(struct world *world);
/* The app made it of a row, and its mark still says so. */
bool world_app_is_twin(struct world *world, const struct world_document *document);
/* A document that the app made of a row has that row, or waits, or is gone: never another one beside it. */
void world_app_check(struct world *world);
