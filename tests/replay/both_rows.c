/* What a sync asks of the base. */
#include "tests/replay/both_answers.h"

#include <stdlib.h>

static void rows_read(struct both *both, enum table table, const char *row, bool whole)
{
	struct json_object *answers[2];
	scoped_text question = own_format("row %s", row);

	for (int i = 0; i < 2; i++) {
		const struct endpoint *rows = &both_injection(both, i)->rows;
		struct endpoint_key key = {table, both_row_name(both, i, row)};
		struct endpoint_records records = {0};
		struct error error = {0};
		bool ok = (whole ? rows->ops->read_whole : rows->ops->read)(rows->self, &key, 1, &records,
									    &error);
		answers[i] = ok ? both_records(both, &records) : both_error(&error);
	}
	both_judge(both, question, answers);
}

void both_rows_read(struct both *both, enum table table, const char *row)
{
	rows_read(both, table, row, false);
	rows_read(both, table, row, true);
}

void both_rows_list(struct both *both, enum table table)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct endpoint *rows = &both_injection(both, i)->rows;
		struct both_collecting collecting = {both, json_new_array()};
		struct error error = {0};
		bool ok = rows->ops->list(rows->self, table, NULL, both_collect, &collecting, &error);
		answers[i] = both_sorted(both, i, collecting.list);
		if (!ok)
			json_append(answers[i], both_error(&error));
	}
	both_judge(both, "all rows of a table", answers);
}

void both_rows_find(struct both *both, const char *const *ids, size_t count)
{
	struct json_object *answers[2];
	scoped_text question = own_format("rows with the ID %s", ids[0]);

	for (int i = 0; i < 2; i++) {
		const struct endpoint *rows = &both_injection(both, i)->rows;
		struct endpoint_records records = {0};
		struct error error = {0};
		answers[i] = rows->ops->find(rows->self, TABLE_ITEMS, ids, count, &records, &error)
				     ? both_sorted(both, i, both_records(both, &records))
				     : both_error(&error);
	}
	both_judge(both, question, answers);
}

void both_rows_news(struct both *both)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++)
		answers[i] = both_news(both, i, &both_injection(both, i)->rows, 0);
	both_judge(both, "what is new in the base", answers);
}

/* Of a list, as a sync asks for it. */
void both_rows_position(struct both *both)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		both_rows_list(both, (enum table)table);
	for (int i = 0; i < 2; i++) {
		const struct endpoint *rows = &both_injection(both, i)->rows;
		struct error error = {0};
		json_object_close(&both->cursors[i]);
		if (!rows->ops->position(rows->self, &both->cursors[i], &error)) {
			both->differences++;
			text_format(&both->words, "\n#   the position: %s", error.text);
		}
	}
}

void both_rows_edited(struct both *both, const struct world_row *row, enum field field, int64_t ago_ms)
{
	struct json_object *answers[2];
	int64_t now_ms[] = {world_base_now_ms(both->world), stage_now_ms(both->stage)};
	scoped_text question = own_format("whether %s of %s was edited", field_rule(field)->name, row->id);

	for (int i = 0; i < 2; i++) {
		const struct endpoint *rows = &both_injection(both, i)->rows;
		struct endpoint_time_question asked = {row->table, both_row_name(both, i, row->id), field,
						       now_ms[i] - ago_ms, false};
		struct error error = {0};
		answers[i] = rows->ops->edited_after(rows->self, &asked, 1, &error)
				     ? json_new_bool(asked.is_after)
				     : both_error(&error);
	}
	both_judge(both, question, answers);
}

/* By column ids, and with the rows' names there. */
static struct json_object *cells_for(struct both *both, int which, struct json_object *cells)
{
	const struct columns *columns = both_columns(both, TABLE_ITEMS);
	scoped(json_object) by_id = json_new_object();

	json_each (cells, name, value) {
		enum field field = field_by_name(TABLE_ITEMS, name);
		json_put(by_id, field == FIELD_COUNT ? name : columns->of[field].id, json_share(value));
	}
	return which == 0 ? json_copy(by_id) : names_to_server(&both->replay->names, by_id);
}

void both_rows_write_many(struct both *both, enum endpoint_write_kind kind, const char *const *rows,
			  struct json_object *const *cells, size_t count)
{
	struct json_object *answers[2];
	struct json_object *made[2] = {NULL, NULL};

	for (int i = 0; i < 2; i++) {
		struct endpoint_write *writes = own_alloc(count * sizeof *writes);
		for (size_t k = 0; k < count; k++)
			writes[k] = (struct endpoint_write){
				.kind = kind,
				.table = TABLE_ITEMS,
				.id = rows ? both_row_name(both, i, rows[k]) : NULL,
				.body = cells ? cells_for(both, i, cells[k]) : NULL,
			};
		answers[i] = both_write(both, &both_injection(both, i)->rows, writes, count);
		for (size_t k = 0; k < count; k++)
			json_release(writes[k].body);
		free(writes);
		/* What was made gets its name. */
		made[i] = json_child(json_at(answers[i], 0), "answer", json_type_object);
	}
	const char *world = json_text_or(made[0], "id", NULL), *server = json_text_or(made[1], "id", NULL);
	if (world && server && count == 1 && !names_server_row(&both->replay->names, world))
		names_add(&both->replay->names, TABLE_ITEMS, world, server);
	for (size_t k = 0; cells && k < count; k++)
		json_release(cells[k]);
	both_judge(both, "writing rows", answers);
}

void both_rows_write(struct both *both, enum endpoint_write_kind kind, const char *row,
		     struct json_object *cells)
{
	both_rows_write_many(both, kind, row ? &row : NULL, cells ? &cells : NULL, 1);
}
