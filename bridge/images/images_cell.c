#include "bridge/images/images_cell.h"

#include <string.h>

bool images_flow(const struct sync *sync, enum table table)
{
	return table == TABLE_ITEMS && sync->pictures && sync->columns[table].with_pictures;
}

static struct json_object *cell_of(const struct columns *columns, struct json_object *row)
{
	return row && columns->images.id ? json_child(row, columns->images.id, json_type_array) : NULL;
}

static bool is_fetched(struct json_object *attachment)
{
	return json_int_or(attachment, "size", -1) >= 0;
}

#define IMPORTED "imported\n" /* a hash of before people's attachments were imported is another */

uint64_t images_row_hash(const struct columns *columns, struct json_object *row)
{
	struct json_object *cell = cell_of(columns, row);
	struct text words = {0};

	for (size_t i = 0; i < json_length(cell); i++) {
		struct json_object *one = json_at(cell, i);
		text_format(&words, "%s%s %s %d\n", i ? "" : IMPORTED, json_text_or(one, "id", ""),
			    json_text_or(one, "filename", ""), is_fetched(one));
	}
	uint64_t hash = text_hash(text_or_empty(&words));
	text_done(&words);
	return hash ? hash : 1;
}

bool images_ticked(const struct columns *columns, struct json_object *row)
{
	return row && columns->remove_images.id && json_bool_or(row, columns->remove_images.id, false);
}

bool images_row_differs(const struct sync *sync, const struct pair *pair, const struct ledger_entry *entry,
			struct json_object *row)
{
	const struct columns *columns = &sync->columns[pair->table];

	if (!images_flow(sync, pair->table))
		return false;
	bool attached = sync->importer && (entry->pictures.row || json_length(cell_of(columns, row)) > 0);
	bool any = entry->pictures.count || entry->pictures.removing || pair->links || attached;
	return images_ticked(columns, row) || (any && images_row_hash(columns, row) != entry->pictures.row);
}

struct json_object *images_attachment(const struct columns *columns, struct json_object *row, const char *id)
{
	struct json_object *cell = cell_of(columns, row);

	for (size_t i = 0; i < json_length(cell); i++)
		if (strcmp(json_text_or(json_at(cell, i), "id", ""), id) == 0)
			return json_at(cell, i);
	return NULL;
}

struct picture_attachment *images_read_cell(const struct columns *columns, struct json_object *row,
					    size_t *count_out)
{
	struct json_object *cell = cell_of(columns, row);
	struct picture_attachment *list = own_alloc((json_length(cell) + 1) * sizeof *list);

	for (size_t i = 0; i < json_length(cell); i++) {
		struct json_object *one = json_at(cell, i);
		const char *filename = json_text_or(one, "filename", "");
		list[i] = (struct picture_attachment){
			.id = own_copy(json_text_or(one, "id", "")),
			.stem = own_copy_bytes(filename, strcspn(filename, ".")),
			.fetched = is_fetched(one),
		};
	}
	*count_out = json_length(cell);
	return list;
}
