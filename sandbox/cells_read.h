/* How a value is read into a cell, by type of field. Only for the table of types. */
#pragma once
#include "sandbox/cells.h"

/* ---- cells_read.c ---- */

/* In the words that the real service has for this type of field; always with the field in quotes when the store says so. */
bool sandbox_refuse_value(const struct sandbox_reading *reading, struct json_object *value,
			  struct error *error);
/* A string; with typecast also what a number or a truth is called. */
must_use bool sandbox_words_of(const struct sandbox_reading *reading, struct json_object *value,
			       char **words_out, struct error *error);
must_use bool sandbox_read_text(const struct sandbox_reading *reading, struct json_object *value,
				struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_number(const struct sandbox_reading *reading, struct json_object *value,
				  struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_rating(const struct sandbox_reading *reading, struct json_object *value,
				  struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_checkbox(const struct sandbox_reading *reading, struct json_object *value,
				    struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_date(const struct sandbox_reading *reading, struct json_object *value,
				struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_time(const struct sandbox_reading *reading, struct json_object *value,
				struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_raw(const struct sandbox_reading *reading, struct json_object *value,
			       struct sandbox_cell *cell_out, struct error *error);

/* ---- cells_name.c ---- */

must_use bool sandbox_read_select(const struct sandbox_reading *reading, struct json_object *value,
				  struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_selects(const struct sandbox_reading *reading, struct json_object *value,
				   struct sandbox_cell *cell_out, struct error *error);
must_use bool sandbox_read_links(const struct sandbox_reading *reading, struct json_object *value,
				 struct sandbox_cell *cell_out, struct error *error);

/* ---- cells_files.c ---- */

must_use bool sandbox_read_files(const struct sandbox_reading *reading, struct json_object *value,
				 struct sandbox_cell *cell_out, struct error *error);
