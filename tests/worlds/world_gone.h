/* A table, or the whole base, that nobody finds any more: it was deleted, or is not shared any more. A person brings it back as
 * it was. */
#pragma once
#include "tests/worlds/world.h"

void world_base_goes(struct world *world);
void world_table_goes(struct world *world, enum table table);
void world_all_comes_back(struct world *world);

bool world_is_anything_gone(const struct world *world);
/* false: a 404. */
bool world_table_is_there(const struct world *world, enum table table, struct error *error);
/* The base's schema as it is shown now; the caller puts. NULL: a 404. */
struct json_object *world_schema_shown(const struct world *world, struct error *error);
