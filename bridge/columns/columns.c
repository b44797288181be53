/* Columns as they are bound: what can be asked of them. columns_bind.c binds them, columns_json.c stores them. */
#include "bridge/columns/columns.h"

#include <stdlib.h>
#include <string.h>

static void column_done(struct column *column)
{
	for (size_t i = 0; i < column->choice_count; i++) {
		free(column->choices[i].id);
		free(column->choices[i].name);
		free(column->choices[i].canonical);
	}
	free(column->choices);
	free(column->id);
	free(column->key);
	free(column->name);
	free(column->type);
	free(column->stopped_reason);
	free(column->linked_table_id);
	*column = (struct column){0};
}

void columns_done(struct columns *columns)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		column_done(&columns->of[field]);
	column_done(&columns->images);
	column_done(&columns->remove_images);
	free(columns->table_id);
	free(columns->table_name);
	*columns = (struct columns){0};
}

void column_add_choice(struct column *column, const char *id, const char *name, const char *canonical,
		       bool gone)
{
	column->choices = own_resize(column->choices, column->choice_count + 1, sizeof *column->choices);
	column->choices[column->choice_count++] =
		(struct column_choice){own_copy(id), own_copy(name), own_copy(canonical), gone};
}

const struct column_choice *column_choice_by_id(const struct column *column, const char *id)
{
	for (size_t i = 0; i < column->choice_count; i++)
		if (strcmp(column->choices[i].id, id) == 0)
			return &column->choices[i];
	return NULL;
}

/* ---- asking ---- */

bool columns_flow(const struct columns *columns, enum field field)
{
	return columns->of[field].id && !columns->of[field].stopped;
}

const char **columns_ids(const struct columns *columns, size_t *count_out)
{
	const char **ids = own_alloc((FIELD_COUNT + 2) * sizeof *ids);

	*count_out = 0;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns_flow(columns, (enum field)field))
			ids[(*count_out)++] = columns->of[field].id;
	if (columns->with_pictures && columns->images.id)
		ids[(*count_out)++] = columns->images.id;
	if (columns->with_pictures && columns->remove_images.id)
		ids[(*count_out)++] = columns->remove_images.id;
	return ids;
}

bool columns_have_pictures(const struct columns *columns)
{
	return columns->images.id != NULL;
}

enum field columns_field_by_id(const struct columns *columns, const char *field_id)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].id && strcmp(columns->of[field].id, field_id) == 0)
			return (enum field)field;
	return FIELD_COUNT;
}

const char *columns_key(const struct columns *columns, enum field field)
{
	const struct column *column = &columns->of[field];

	return column->key ? column->key : column->id;
}

enum field columns_field_by_key(const struct columns *columns, const char *key)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns->of[field].id && strcmp(columns_key(columns, (enum field)field), key) == 0)
			return (enum field)field;
	return FIELD_COUNT;
}

static bool type_is(const struct column *column, const char *type)
{
	return column->type && strcmp(column->type, type) == 0;
}

struct cell_equivalence columns_equivalence(const struct columns *columns, enum field field)
{
	const struct column *column = &columns->of[field];
	bool text = field_rule(field)->kind == KIND_TEXT && column->type;

	return (struct cell_equivalence){
		.tolerance = column->tolerance,
		.single_line = text && !type_is(column, "multilineText") && !type_is(column, "richText"),
		.trailing_breaks = text,
		.markdown = text && type_is(column, "richText"),
		.hides_zero = field == FIELD_MIN_STOCK,
	};
}
