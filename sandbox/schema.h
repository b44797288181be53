/* The schema as the meta API shows it, and what people do to it in the grid. */
#pragma once
#include "sandbox/store.h"

struct json_object *sandbox_table_model(const struct sandbox_table *table);

/* The names are in nobody's way, or ERROR_REFUSED. */
must_use bool sandbox_rename_table(struct sandbox_table *table, const char *name, struct error *error);
must_use bool sandbox_rename_field(struct sandbox_field *field, const char *name, struct error *error);
must_use bool sandbox_rename_choice(struct sandbox_field *field, struct sandbox_choice *choice,
				    const char *name, struct error *error);

/* A field from its model: {"name","type","description","options"} with its "id" or, without, a new one. A link needs
 * options.linkedTableId; 'mirrored' makes its other end in the linked table. */
must_use bool sandbox_make_field(struct sandbox_table *table, struct json_object *model, bool mirrored,
				 struct sandbox_field **field_out, struct error *error);
/* A link that was not mirrored learns its table and other end from the ids in its options; once all tables are there. */
must_use bool sandbox_join_link(struct sandbox_field *field, struct json_object *options,
				struct error *error);

/* 'touch': cells that lose or change their value count as modified. The other end of a link becomes text. */
must_use bool sandbox_delete_field(struct sandbox_field *field, bool touch, struct error *error);
void sandbox_delete_choice(struct sandbox_field *field, struct sandbox_choice *choice, bool touch);
void sandbox_delete_table(struct sandbox_table *table, bool touch);
/* Cells that the new type cannot take become empty. */
must_use bool sandbox_retype_field(struct sandbox_field *field, const char *type, struct json_object *options,
				   bool touch, struct error *error);
