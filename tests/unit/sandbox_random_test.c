/* Histories made at random, of API calls, a person's edits and changes of the schema, sensible and not; and what must
 * hold after each, however it came about. SANDBOX_TEST_STEPS lengthens them. */
#include "sandbox/cells.h"
#include "sandbox/listings.h"
#include "sandbox/matches.h"
#include "tests/unit/sandbox_steps.h"

static uint64_t chance;

static uint32_t below(uint32_t end)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((chance >> 33) % end);
}

#define PICK(list) (list)[below(countof(list))]

static const char *const types[] = {"singleLineText",  "number",  "checkbox", "singleSelect",
				    "multipleSelects", "date",    "dateTime", "multipleAttachments",
				    "rating",          "formula", "count",    "multipleRecordLinks",
				    "nonsense"};
static const char *const formulas[] = {"1",
				       "{Name}='a'",
				       "{Place}",
				       "OR(RECORD_ID()='$',{Inside}='b')",
				       "LAST_MODIFIED_TIME({Count})",
				       "{Extra}&{Self}",
				       "(",
				       "LEN({Files})>0"};

/* What each type likes, and what none does; '$' is a row of the linked table. */
static const struct {
	const char *type, *values[6];
} likings[] = {
	{"singleLineText", {"\"a\"", "\"b\"", "\"\"", "null"}},
	{"number", {"1", "2.5", "null"}},
	{"checkbox", {"true", "false"}},
	{"singleSelect", {"\"Box\"", "\"x\"", "\"q\"", "null"}},
	{"multipleSelects", {"[\"x\",\"y\"]", "[\"q\"]", "[]", "\"x, Box\""}},
	{"date", {"\"2026-01-01\"", "null"}},
	{"dateTime", {"\"2026-01-01T10:00:00.000Z\"", "null"}},
	{"multipleRecordLinks",
	 {"[\"$\"]", "[\"$\",\"$\"]", "[\"$\",\"$\",\"$\"]", "[]", "\"here, a\"", "[{\"id\":\"$\"}]"}},
	{"multipleAttachments", {"[{\"url\":\"http://e.example/f\"}]", "[]"}},
	{"rating", {"1", "3"}},
	{"", {"{}", "[[]]", "\"2026-01-01\"", "[\"$\"]", "true", "null"}},
};

static struct sandbox_base *the_base(struct sandbox *sandbox)
{
	return sandbox_find_base(sandbox->store, "app00000000000001");
}

static struct sandbox_table *any_table(struct sandbox *sandbox)
{
	return the_base(sandbox)->tables[below(3) == 0];
}

/* Mostly a row that is there; also one of the trash, and one that never was. */
static const char *any_row(const struct sandbox_table *table)
{
	if (table->trash_count && below(6) == 0)
		return table->trash[table->trash_count - 1 - below((uint32_t)table->trash_count) % 5]->id;
	return table->record_count && below(20) ? table->records[below((uint32_t)table->record_count)]->id
						: "recZ0000000000001";
}

static struct sandbox_field *any_field(const struct sandbox_table *table)
{
	return table->fields[below((uint32_t)table->field_count)];
}

static void add_words(const struct sandbox_table *linked, struct text *text, const char *words)
{
	for (; *words; words++) {
		const char *row = *words == '$' ? any_row(linked) : NULL;
		text_add_bytes(text, row ? row : words, row ? strlen(row) : 1);
	}
}

static void add_value(const struct sandbox_field *field, struct text *text)
{
	size_t like = 0, count = 0;

	while (like < countof(likings) - 1 &&
	       (strcmp(likings[like].type, field->type_name) != 0 || below(30) == 0))
		like++;
	while (count < countof(likings[like].values) && likings[like].values[count])
		count++;
	add_words(field->linked ? field->linked : field->table, text,
		  likings[like].values[below((uint32_t)count)]);
}

static void add_fields(const struct sandbox_table *table, struct text *text)
{
	size_t written = 0;

	text_add(text, "{");
	for (uint32_t i = 0; i < table->field_count; i++) {
		const struct sandbox_field *field = table->fields[i];
		if (below(5) || (sandbox_field_computed(field) && below(20)))
			continue;
		text_format(text, "%s\"%s\":", written++ ? "," : "", below(2) ? field->id : field->name);
		add_value(field, text);
	}
	text_add(text, "}");
}

static void add_record(const struct sandbox_table *table, struct text *text, bool id)
{
	text_add(text, "{");
	if (id)
		text_format(text, "\"id\":\"%s\",", any_row(table));
	text_add(text, "\"fields\":");
	add_fields(table, text);
	text_add(text, "}");
}

static void write_call(struct sandbox *sandbox, struct text *request, struct text *body)
{
	static const char *const methods[] = {"POST", "PATCH", "PATCH", "PUT"};
	const struct sandbox_table *table = any_table(sandbox);
	const char *method = PICK(methods);
	bool creates = strcmp(method, "POST") == 0, upsert = !creates && below(3) == 0;

	text_format(request, "%s /v0/app00000000000001/%s", method, table->id);
	text_format(body, "{\"typecast\":%s,", below(2) ? "true" : "false");
	if (upsert)
		text_format(body, "\"performUpsert\":{\"fieldsToMergeOn\":[\"%s\"]},",
			    below(4) ? table->primary->name : any_field(table)->id);
	text_add(body, "\"records\":[");
	for (uint32_t i = 0, count = 1 + below(3); i < count; i++) {
		text_add(body, i ? "," : "");
		add_record(table, body, !creates && (!upsert || below(4) == 0));
	}
	text_add(body, "]}");
}

static void list_call(struct sandbox *sandbox, struct text *request, struct text *body)
{
	const struct sandbox_table *table = any_table(sandbox);

	text_format(request, "POST /v0/app00000000000001/%s/listRecords", table->id);
	text_format(body, "{\"pageSize\":%u,\"sort\":[{\"field\":\"%s\"}],\"filterByFormula\":\"",
		    1 + below(3), any_field(table)->id);
	add_words(table, body, PICK(formulas));
	text_add(body, "\"}");
}

static void delete_call(struct sandbox *sandbox, struct text *request, struct text *body)
{
	const struct sandbox_table *table = any_table(sandbox);

	(void)body;
	text_format(request, "DELETE /v0/app00000000000001/%s?records[]=%s", table->id, any_row(table));
	if (below(2))
		text_format(request, "&records[]=%s", any_row(table));
}

static void edit_call(struct sandbox *sandbox, struct text *request, struct text *body)
{
	static const char *const kinds[] = {"create",       "update",     "update",      "delete",
					    "restore",      "restore",    "renameField", "deleteField",
					    "addField",     "addField",   "retypeField", "renameChoice",
					    "deleteChoice", "renameTable"};
	static const char *const names[] = {"Extra", "Link 1", "Notes", "Box", "x", "", "Count", "Place"};
	static const char *const choices[] = {"Box", "Apple", "x", "y", "q"};
	const struct sandbox_table *table = any_table(sandbox);
	const char *kind = PICK(kinds);
	const char *row = strcmp(kind, "restore") == 0 && table->trash_count
				  ? table->trash[table->trash_count - 1]->id
				  : any_row(table);

	text_add(request, "POST /_sandbox/edit");
	text_format(body,
		    "{\"actions\":[{\"action\":\"%s\",\"table\":\"%s\",\"record\":\"%s\",\"field\":\"%s\","
		    "\"choice\":\"%s\",",
		    kind, table->id, row, any_field(table)->id, PICK(choices));
	text_format(body,
		    "\"name\":\"%s\",\"type\":\"%s\",\"touch\":%s,\"options\":{\"linkedTableId\":\"%s\","
		    "\"formula\":\"{Extra}\","
		    "\"choices\":[{\"name\":\"x\"}]},\"fields\":",
		    PICK(names), PICK(types), below(2) ? "true" : "false", any_table(sandbox)->id);
	add_fields(table, body);
	text_add(body, "}]}");
}

static void one_step(struct sandbox *sandbox)
{
	static void (*const calls[])(struct sandbox *, struct text *, struct text *) = {
		write_call, write_call, list_call, delete_call, edit_call, edit_call};
	struct text request = {0}, body = {0};
	struct sandbox_answer answer = {0};

	PICK(calls)(sandbox, &request, &body);
	char *space = strchr(request.bytes, ' ');
	*space = '\0';
	steps_ask(sandbox, request.bytes, space + 1, body.bytes, &answer);
	if (answer.status != 200 && (answer.status < 400 || answer.status >= 500))
		fail_msg("%s %s %s: %d", request.bytes, space + 1, text_or_empty(&body), answer.status);
	scoped(json_object) json = NULL;
	assert_true(json_read(text_or_empty(&answer.body), answer.body.length, &json, NULL, NULL));
	sandbox_answer_done(&answer);
	text_done(&request);
	text_done(&body);
	steps_now_ms += below(1000);
}

/* ---- what must hold ---- */

static size_t times_in(const struct sandbox_cell *cell, const struct sandbox_record *record)
{
	size_t times = 0;

	for (uint32_t i = 0; cell->kind == CELL_LINKS && i < cell->count; i++)
		times += cell->links[i] == record;
	return times;
}

static void check_links(const struct sandbox_record *record, const struct sandbox_field *field,
			const struct sandbox_cell *cell)
{
	assert_non_null(field->linked);
	assert_true(cell->count > 0);
	for (uint32_t i = 0; i < cell->count; i++) {
		const struct sandbox_record *target = cell->links[i];
		assert_false(target->deleted);
		assert_ptr_equal(target->table, field->linked);
		assert_int_equal(times_in(cell, target), 1);
		if (field->inverse)
			assert_int_equal(times_in(&target->slots[field->inverse->slot].cell, record), 1);
	}
}

/* An upsert with this value meets this row. */
static void check_match(const struct sandbox_record *record, struct sandbox_field *field,
			const struct sandbox_cell *cell)
{
	struct sandbox_match_walk walk = sandbox_matches_of(field, cell);
	const struct sandbox_record *match;
	bool met = false;

	while ((match = sandbox_matches_next(&walk))) {
		assert_false(match->deleted);
		assert_true(sandbox_cell_equal(cell, &match->slots[field->slot].cell));
		met = met || match == record;
	}
	assert_true(met);
}

static void check_cell(const struct sandbox_record *record, struct sandbox_field *field)
{
	const struct sandbox_slot *slot = &record->slots[field->slot];
	const struct sandbox_cell *cell = &slot->cell;

	assert_true(slot->modified_ms <= steps_now_ms);
	if (sandbox_field_computed(field))
		assert_int_equal(cell->kind, CELL_EMPTY);
	if (cell->kind == CELL_LINKS)
		check_links(record, field, cell);
	for (uint32_t i = 0; cell->kind == CELL_CHOICES && i < cell->count; i++)
		assert_false(cell->choices[i]->deleted);
	if (strcmp(field->type_name, "singleSelect") == 0)
		assert_true(cell->count <= 1);
	if ((field->type->flags & TYPE_MERGES) && cell->kind != CELL_EMPTY)
		check_match(record, field, cell);
}

static void check_table(const struct sandbox_table *table)
{
	assert_ptr_equal(table->fields[table->primary->slot], table->primary);
	for (size_t i = 0; i < table->field_count; i++) {
		const struct sandbox_field *field = table->fields[i];
		assert_int_equal(field->slot, i);
		assert_false(field->deleted);
		if (field->inverse) {
			assert_ptr_equal(field->inverse->inverse, field);
			assert_ptr_equal(field->inverse->table, field->linked);
		}
	}
	for (size_t i = 0; i < table->record_count; i++) {
		assert_false(table->records[i]->deleted);
		assert_true(i == 0 || table->records[i - 1]->number < table->records[i]->number);
		for (size_t j = 0; j < table->field_count; j++)
			check_cell(table->records[i], table->fields[j]);
	}
	for (size_t i = 0; i < table->trash_count; i++)
		assert_true(table->trash[i]->deleted);
}

static void check_state(const struct sandbox_store *store)
{
	struct text first = {0}, second = {0};
	struct sandbox_store *copy = sandbox_store_copy(store);

	assert_non_null(copy);
	sandbox_store_write(store, &first);
	sandbox_store_write(copy, &second);
	assert_string_equal(first.bytes, second.bytes);
	text_done(&first);
	text_done(&second);
	sandbox_store_close(&copy);
}

static void check_history(void **state)
{
	const char *asked = getenv("SANDBOX_TEST_STEPS");
	long steps = asked ? strtol(asked, NULL, 10) : 1500;
	struct sandbox sandbox;

	chance = (uint64_t)(uintptr_t)*state;
	steps_open(&sandbox);
	for (long step = 0; step < steps; step++) {
		one_step(&sandbox);
		const struct sandbox_base *base = sandbox.store->bases[0];
		for (size_t i = 0; i < base->table_count; i++)
			check_table(base->tables[i]);
		if (step % 50 == 0)
			check_state(sandbox.store);
	}
	sandbox_done(&sandbox);
}

int main(void)
{
	struct cases cases = {0};

	for (uintptr_t seed = 1; seed <= 12; seed++)
		cases_add(&cases, own_format("a history at random, seed %d", (int)seed), check_history,
			  (const void *)seed);
	return cases_run("sandbox random", &cases);
}
