/* A database that does not take everything: writes of one kind of document, of one item or of all, are refused or stay without an
 * answer until that is lifted. */
#pragma once
#include "tests/worlds/world.h"

/* From now on. 'id' is that of an item or collection, or "" for all of them. */
void world_refuse(struct world *world, enum world_written written, const char *id, enum world_answer answer);
void world_lift_refusals(struct world *world);
/* How a write of this kind ends. 'id' is that of the document which it belongs to. */
enum world_answer world_answer_to(const struct world *world, enum world_written written, const char *id);
/* The same for a document of the state database, by its _id. */
enum world_answer world_answer_to_state(const struct world *world, const char *state_id);
/* Writes of this kind are refused, of this item or of all. */
bool world_refuses(const struct world *world, enum world_written written, const char *id);
/* What the bridge is told, and how that is put into words. ERROR_NONE: the write is taken. */
enum error_kind world_answer_kind(enum world_answer answer);
const char *world_answer_words(enum world_answer answer);
