/* The columns of the base in memory: those of the app's template until a person edits them. */
#pragma once
#include "tests/worlds/world.h"

/* The base's schema as its API shows it; borrowed. */
struct json_object *world_columns_schema(const struct world *world);
const char *world_column_id(const struct world *world, enum table table, enum field field); /* or NULL */
/* It is there, with a type that serves the field. */
bool world_column_flows(const struct world *world, enum table table, enum field field);
/* Whether the column's type, or its choices, have room for this value. */
bool world_column_takes(const struct world *world, enum table table, enum field field,
			struct json_object *value);
/* What the choice of this name was called in the template. */
const char *world_choice_first_name(const struct world *world, enum field field, const char *name);
void world_columns_done(struct world *world);

/* A person's work. What cannot be done is not done. */
void world_person_deletes_column(struct world *world, enum table table, enum field field);
/* Where it was deleted: of the same name and type, under another id. */
void world_person_adds_column(struct world *world, enum table table, enum field field);
/* A text becomes a number, anything else a text; and 'back'. What cannot be read as the new type is lost. */
void world_person_retypes_column(struct world *world, enum table table, enum field field, bool back);
/* Of a column of items. Cells follow a new name; those of a choice that goes are emptied. */
bool world_person_renames_choice(struct world *world, enum field field, const char *from, const char *to);
bool world_person_deletes_choice(struct world *world, enum field field, const char *name);
