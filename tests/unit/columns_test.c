/* Binding: the template's tables, changed as people change them, before and after they were bound. */
#include "bridge/columns/columns_bind.h"
#include "bridge/columns/columns_flaws.h"
#include "bridge/columns/columns_json.h"

#include "tests/unit/cases.h"
#include "tests/unit/vectors.h"

#include <math.h>
#include <string.h>

/* ---- the template, and changes to it ---- */

static struct json_object *base_schema; /* both tables */

static struct json_object *template_of(enum table table)
{
	for (size_t i = 0; i < json_length(base_schema); i++) {
		struct json_object *found = json_at(base_schema, i);
		if (strcmp(json_text_or(found, "name", ""), table_name(table)) == 0)
			return json_copy(found);
	}
	fail_msg("the template has no table %s", table_name(table));
	return NULL;
}

enum edit_kind {
	END,
	RENAME,
	RETYPE,
	RELINK,
	REMOVE,
	ADD,
	RENAME_TABLE,
	CHOICE_RENAME,
	CHOICE_REMOVE,
	CHOICE_ADD
};
struct edit {
	enum edit_kind kind;
	const char *column; /* its name now */
	const char *value;  /* the new name, type, ...; ADD: the type */
	const char *more;   /* ADD: the id; choices: the new name, or the id */
};

static struct json_object *column_named(struct json_object *table, const char *name, size_t *place_out)
{
	struct json_object *fields = json_child(table, "fields", json_type_array);

	for (size_t i = 0; i < json_length(fields); i++) {
		struct json_object *column = json_at(fields, i);
		if (strcmp(json_text_or(column, "name", ""), name) == 0) {
			*place_out = i;
			return column;
		}
	}
	fail_msg("no column %s", name);
	return NULL;
}

static struct json_object *choices_of(struct json_object *column)
{
	return json_child(json_child(column, "options", json_type_object), "choices", json_type_array);
}

static size_t choice_named(struct json_object *choices, const char *name)
{
	for (size_t i = 0; i < json_length(choices); i++)
		if (strcmp(json_text_or(json_at(choices, i), "name", ""), name) == 0)
			return i;
	fail_msg("no choice %s", name);
	return 0;
}

static void add_column(struct json_object *table, const struct edit *edit)
{
	struct json_object *column = json_new_object();

	json_put_text(column, "type", edit->value);
	json_put_text(column, "id", edit->more);
	json_put_text(column, "name", edit->column);
	json_append(json_child(table, "fields", json_type_array), column);
}

static void edit_choices(struct json_object *column, const struct edit *edit)
{
	struct json_object *choices = choices_of(column);

	if (edit->kind == CHOICE_RENAME) {
		size_t place = choice_named(choices, edit->value);
		json_put_text(json_at(choices, place), "name", edit->more);
	} else if (edit->kind == CHOICE_REMOVE) {
		json_remove_at(choices, choice_named(choices, edit->value), 1);
	} else {
		struct json_object *choice = json_new_object();
		json_put_text(choice, "id", edit->more);
		json_put_text(choice, "name", edit->value);
		json_append(choices, choice);
	}
}

static void apply(struct json_object *table, const struct edit *edit)
{
	size_t place = 0;
	struct json_object *column = edit->kind != ADD && edit->kind != RENAME_TABLE
					     ? column_named(table, edit->column, &place)
					     : NULL;

	switch (edit->kind) {
	case RENAME_TABLE:
		json_put_text(table, "name", edit->value);
		break;
	case ADD:
		add_column(table, edit);
		break;
	case RENAME:
		json_put_text(column, "name", edit->value);
		break;
	case RETYPE: /* options of the former type go */
		json_remove(column, "options");
		json_put_text(column, "type", edit->value);
		break;
	case RELINK:
		json_put_text(json_child(column, "options", json_type_object), "linkedTableId", edit->value);
		break;
	case REMOVE:
		json_remove_at(json_child(table, "fields", json_type_array), place, 1);
		break;
	default:
		edit_choices(column, edit);
	}
}

static struct json_object *edited(enum table table, const struct edit *edits)
{
	struct json_object *json = template_of(table);

	for (; edits->kind != END; edits++)
		apply(json, edits);
	return json;
}

/* ---- what becomes of one field ---- */

struct bind_case {
	const char *sentence;
	enum table table;
	enum field field;
	bool bound_before;    /* the template was bound before */
	struct edit first[5]; /* bound with these, and when there are any more, again with those as well */
	struct edit then[5];
	bool flows;
	const char *id; /* of the column; NULL: none */
	const char *name;
	const char *reason_has; /* of one that is stopped */
	const char *error;      /* of the last bind; NULL: it succeeds */
};

#define ITEMS                  TABLE_ITEMS
#define COLLECTIONS            TABLE_COLLECTIONS
#define FIRST(...)             .first = {__VA_ARGS__}
#define THEN(...)              .bound_before = true, .then = {__VA_ARGS__}
#define FLOWS(id_, name_)      .flows = true, .id = (id_), .name = (name_)
#define STOPS(id_, name_, why) .id = (id_), .name = (name_), .reason_has = (why)
#define FAILS(words)           .error = (words)
#define ABSENT                 .id = NULL
#define IN(table_, field_)     .table = (table_), .field = (field_)

static const struct bind_case bind_cases[] = {
	{"a column of the template's name is bound", IN(ITEMS, FIELD_NOTES), FLOWS("fldI10", "Notes")},
	{"a column is bound whatever the table is called", IN(ITEMS, FIELD_NOTES),
	 FIRST({RENAME_TABLE, NULL, "Things", NULL}), FLOWS("fldI10", "Notes")},
	{"a column of another name is not bound at first", IN(ITEMS, FIELD_NOTES),
	 FIRST({RENAME, "Notes", "Remarks", NULL}), ABSENT},
	{"a column of a name in another case is not bound", IN(ITEMS, FIELD_NOTES),
	 FIRST({RENAME, "Notes", "notes", NULL}), ABSENT},
	{"a table without Delete is bound, Delete does not flow", IN(ITEMS, FIELD_DELETE),
	 FIRST({REMOVE, "Delete", NULL, NULL}), ABSENT},
	{"a table without error column is bound, it does not flow", IN(COLLECTIONS, FIELD_ERROR),
	 FIRST({REMOVE, "Synchronization Error Message", NULL, NULL}), ABSENT},
	{"a column that came later is bound", IN(ITEMS, FIELD_NOTES), FIRST({REMOVE, "Notes", NULL, NULL}),
	 .then = {{ADD, "Notes", "multilineText", "fldNew"}}, FLOWS("fldNew", "Notes")},

	{"a renamed column is still bound", IN(ITEMS, FIELD_NOTES), THEN({RENAME, "Notes", "Remarks", NULL}),
	 FLOWS("fldI10", "Remarks")},
	{"a renamed required column is still bound", IN(ITEMS, FIELD_ID), THEN({RENAME, "ID", "Key", NULL}),
	 FLOWS("fldI33", "Key")},
	{"a column in a renamed table is still bound", IN(ITEMS, FIELD_NOTES),
	 THEN({RENAME_TABLE, NULL, "Things", NULL}), FLOWS("fldI10", "Notes")},
	{"columns that took each other's names keep their fields", IN(ITEMS, FIELD_NOTES),
	 THEN({RENAME, "Notes", "x", NULL}, {RENAME, "Model Name", "Notes", NULL},
	      {RENAME, "x", "Model Name", NULL}),
	 FLOWS("fldI10", "Model Name")},
	{"a column that took the template's name changes nothing", IN(ITEMS, FIELD_NOTES),
	 THEN({RENAME, "Notes", "Remarks", NULL}, {ADD, "Notes", "multilineText", "fldNew"}),
	 FLOWS("fldI10", "Remarks")},

	{"a removed column stops its field", IN(ITEMS, FIELD_NOTES), THEN({REMOVE, "Notes", NULL, NULL}),
	 STOPS("fldI10", "Notes", "no longer among the table's columns")},
	{"a column added again under a new id is bound", IN(ITEMS, FIELD_NOTES),
	 THEN({REMOVE, "Notes", NULL, NULL}, {ADD, "Notes", "multilineText", "fldNew"}),
	 FLOWS("fldNew", "Notes")},
	{"a renamed column added again under its last name is bound", IN(ITEMS, FIELD_NOTES),
	 FIRST({RENAME, "Notes", "Remarks", NULL}),
	 THEN({REMOVE, "Remarks", NULL, NULL}, {ADD, "Remarks", "multilineText", "fldNew"}),
	 FLOWS("fldNew", "Remarks")},
	{"a column added again with a wrong type does not serve", IN(ITEMS, FIELD_NOTES),
	 THEN({REMOVE, "Notes", NULL, NULL}, {ADD, "Notes", "number", "fldNew"}),
	 STOPS("fldI10", "Notes", "no longer among")},
	{"another field's column is not taken for a removed one", IN(ITEMS, FIELD_NOTES),
	 THEN({REMOVE, "Notes", NULL, NULL}, {RENAME, "Model Name", "Notes", NULL}),
	 STOPS("fldI10", "Notes", "no longer among")},

	{"a retyped column stops its field", IN(ITEMS, FIELD_NOTES), THEN({RETYPE, "Notes", "number", NULL}),
	 STOPS("fldI10", "Notes", "its type is number, singleLineText or multilineText or richText")},
	{"a column of a wrong type does not flow from the beginning", IN(ITEMS, FIELD_PRICE),
	 FIRST({RETYPE, "Purchase Price", "singleLineText", NULL}),
	 STOPS("fldI13", "Purchase Price", "its type is singleLineText, number or currency is needed")},
	{"a percent column is no number column", IN(ITEMS, FIELD_PRICE),
	 FIRST({RETYPE, "Purchase Price", "percent", NULL}), STOPS("fldI13", "Purchase Price", "percent")},
	{"a date without time does not flow, and it is said what to do", IN(ITEMS, FIELD_PURCHASE_DATE),
	 FIRST({RETYPE, "Purchase Date", "date", NULL}),
	 STOPS("fldI15", "Purchase Date",
	       "its type is date, dateTime is needed (switch on \"Include time\")")},
	{"a date in a number's place is not told to include a time", IN(ITEMS, FIELD_SERIAL),
	 FIRST({RETYPE, "Serial", "date", NULL}),
	 STOPS("fldI07", "Serial", "its type is date, number or currency is needed$")},
	{"a formula does not flow", IN(ITEMS, FIELD_NAME), FIRST({RETYPE, "Name", "formula", NULL}),
	 FAILS("table \"Items\": the column \"Name\" cannot be used: its type is formula")},
	{"a column whose type came back flows again", IN(ITEMS, FIELD_NOTES),
	 FIRST({RETYPE, "Notes", "number", NULL}), .then = {{RETYPE, "Notes", "multilineText", NULL}},
	 FLOWS("fldI10", "Notes")},
	{"a right column beside a wrong one is bound", IN(ITEMS, FIELD_NOTES),
	 FIRST({RETYPE, "Notes", "number", NULL}),
	 .then = {{RENAME, "Notes", "Old", NULL}, {ADD, "Notes", "multilineText", "fldNew"}},
	 FLOWS("fldNew", "Notes")},
	{"a container that links to another table stops", IN(ITEMS, FIELD_CONTAINER),
	 THEN({RELINK, "Container", "tblCollections", NULL}),
	 STOPS("fldI04", "Container", "links to another table")},

	{"without Name nothing is bound", IN(ITEMS, FIELD_NAME), FIRST({REMOVE, "Name", NULL, NULL}),
	 FAILS("table \"Items\" has no column \"Name\"; add one of type singleLineText or multilineText")},
	{"without ID nothing is bound", IN(ITEMS, FIELD_ID), FIRST({REMOVE, "ID", NULL, NULL}),
	 FAILS("table \"Items\" has no column \"ID\"; add one of type singleLineText")},
	{"without Collection nothing is bound", IN(ITEMS, FIELD_COLLECTION),
	 FIRST({REMOVE, "Collection", NULL, NULL}),
	 FAILS("table \"Items\" has no column \"Collection\"; add one of type multipleRecordLinks")},
	{"without a collection's Name nothing is bound", IN(COLLECTIONS, FIELD_NAME),
	 FIRST({REMOVE, "Name", NULL, NULL}), FAILS("table \"Collections\" has no column \"Name\"")},
	{"without a collection's ID nothing is bound", IN(COLLECTIONS, FIELD_ID),
	 FIRST({REMOVE, "ID", NULL, NULL}), FAILS("table \"Collections\" has no column \"ID\"")},
	{"an ID that is a number cannot be used", IN(ITEMS, FIELD_ID), FIRST({RETYPE, "ID", "number", NULL}),
	 FAILS("table \"Items\": the column \"ID\" cannot be used: its type is number, singleLineText is "
	       "needed; change "
	       "it in Airtable")},
	{"a Collection that became a text cannot be used", IN(ITEMS, FIELD_COLLECTION),
	 THEN({RETYPE, "Collection", "singleLineText", NULL}),
	 FAILS("table \"Items\": the column \"Collection\" cannot be used: its type is singleLineText, "
	       "multipleRecordLinks is needed")},
	{"a required column that was removed is told apart from one that never was", IN(ITEMS, FIELD_ID),
	 THEN({RENAME, "ID", "Key", NULL}, {REMOVE, "Key", NULL, NULL}),
	 FAILS("table \"Items\": the column \"ID\" was removed; undo that, or add a column \"ID\" of type "
	       "singleLineText")},
	{"a required column added again is bound", IN(ITEMS, FIELD_ID),
	 THEN({REMOVE, "ID", NULL, NULL}, {ADD, "ID", "singleLineText", "fldNew"}), FLOWS("fldNew", "ID")},
};

static void assert_bound(const struct bind_case *row, const struct columns *columns)
{
	const struct column *column = &columns->of[row->field];

	assert_int_equal(columns_flow(columns, row->field), row->flows);
	if (!row->id) {
		assert_null(column->id);
		return;
	}
	assert_string_equal(column->id, row->id);
	assert_string_equal(column->name, row->name);
	assert_int_equal(columns_field_by_id(columns, row->id), row->field);
	assert_int_equal(column->stopped, row->reason_has != NULL);
	/* '$': nothing follows. */
	scoped_text reason = own_format("%s$", column->stopped_reason ? column->stopped_reason : "");
	if (row->reason_has && !strstr(reason, row->reason_has))
		fail_msg("the reason \"%s\" does not speak of \"%s\"", column->stopped_reason,
			 row->reason_has);
}

/* Whether anything differs afterwards must have been told. */
static bool bind_schema(struct columns *columns, enum table table, struct json_object *schema,
			struct error *error)
{
	bool changed = false;
	scoped(json_object) before = columns_to_json(columns);
	bool bound = columns_bind(columns, table, schema, &changed, error);
	scoped(json_object) after = columns_to_json(columns);

	assert_int_equal(changed, !json_equal(before, after));
	return bound;
}

/* The template with these edits. */
static bool bind(struct columns *columns, enum table table, const struct edit *edits, struct error *error)
{
	scoped(json_object) schema = edited(table, edits);

	return bind_schema(columns, table, schema, error);
}

static bool bind_steps(const struct bind_case *row, struct columns *columns, struct error *error)
{
	static const struct edit none[1];
	scoped(json_object) schema = edited(row->table, row->first);

	if (row->bound_before)
		assert_true(bind(columns, row->table, none, error));
	bool bound = bind_schema(columns, row->table, schema, error);
	if (row->then[0].kind == END)
		return bound;
	if (!bound)
		fail_msg("the first bind failed: %s", error->text);
	for (const struct edit *edit = row->then; edit->kind != END; edit++)
		apply(schema, edit);
	return bind_schema(columns, row->table, schema, error);
}

static void check_bind(void **state)
{
	const struct bind_case *row = *state;
	struct columns columns = {0};
	struct error error = {0};
	bool bound = bind_steps(row, &columns, &error);

	if (bound != !row->error)
		fail_msg("%s", bound ? "it was bound" : error.text);
	if (!row->error) {
		assert_bound(row, &columns);
	} else {
		assert_int_equal(error.kind, ERROR_FATAL);
		if (!strstr(error.text, row->error))
			fail_msg("\"%s\" does not say \"%s\"", error.text, row->error);
	}
	columns_done(&columns);
}

/* ---- the whole template ---- */

struct whole_case {
	const char *sentence;
	enum table table;
	size_t flowing;
};

static const struct whole_case whole_cases[] = {
	{"all fields of Collections are bound", TABLE_COLLECTIONS, 5},
	{"all fields of Items are bound", TABLE_ITEMS, FIELD_COUNT},
};

static void check_whole(void **state)
{
	static const struct edit none[1];
	const struct whole_case *row = *state;
	struct columns columns = {0};
	struct error error = {0};
	size_t count = 0;

	assert_true(bind(&columns, row->table, none, &error));
	assert_string_equal(columns.table_name, table_name(row->table));
	const char **ids = columns_ids(&columns, &count);
	assert_int_equal(count, row->flowing);
	for (size_t i = 0; i < count; i++)
		assert_true(columns_flow(&columns, columns_field_by_id(&columns, ids[i])));
	free(ids);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		assert_int_equal(columns.of[field].id != NULL, field_in_table((enum field)field, row->table));
	assert_int_equal(columns_field_by_id(&columns, "fldNobody"), FIELD_COUNT);
	columns_done(&columns);
	assert_null(columns.table_id);
}

static void check_bound_twice(void **state)
{
	static const struct edit none[1];
	struct columns columns = {0};
	struct error error = {0};
	scoped(json_object) schema = edited(TABLE_ITEMS, none);
	bool changed = false;

	(void)state;
	assert_true(columns_bind(&columns, TABLE_ITEMS, schema, &changed, &error));
	assert_true(changed);
	assert_true(columns_bind(&columns, TABLE_ITEMS, schema, &changed, &error));
	assert_false(changed);
	columns_done(&columns);
}

static void check_failure_leaves_all(void **state)
{
	static const struct edit none[1], removed[] = {{REMOVE, "ID", NULL, NULL}, {END, NULL, NULL, NULL}};
	struct columns columns = {0};
	struct error error = {0};

	(void)state;
	assert_true(bind(&columns, TABLE_ITEMS, none, &error));
	scoped(json_object) before = columns_to_json(&columns);
	assert_false(bind(&columns, TABLE_ITEMS, removed, &error));
	scoped(json_object) after = columns_to_json(&columns);
	assert_true(json_equal(before, after));
	assert_true(columns_flow(&columns, FIELD_ID));
	columns_done(&columns);
}

static void check_other_table(void **state)
{
	static const struct edit none[1];
	struct columns columns = {0};
	struct error error = {0};
	bool changed = false;
	scoped(json_object) schema = edited(TABLE_ITEMS, none);

	(void)state;
	assert_true(bind(&columns, TABLE_ITEMS, none, &error));
	json_put_text(schema, "id", "tblOther");
	assert_false(columns_bind(&columns, TABLE_ITEMS, schema, &changed, &error));
	assert_int_equal(error.kind, ERROR_FATAL);
	assert_non_null(strstr(error.text, "is another than the one that was synced (tblItems)"));
	columns_done(&columns);
}

/* ---- types that serve ---- */

struct type_case {
	enum field field;
	const char *types; /* all that serve */
};

#define ALL_TYPES                                                                                            \
	"singleLineText multilineText richText email url phoneNumber number currency percent duration "      \
	"rating "                                                                                            \
	"checkbox date dateTime singleSelect multipleSelects singleCollaborator multipleAttachments "        \
	"formula "                                                                                           \
	"rollup lookup autoNumber createdTime lastModifiedTime barcode button aiText"

static const struct type_case type_cases[] = {
	{FIELD_MODEL_NAME, "singleLineText multilineText richText email url phoneNumber"},
	{FIELD_SERIAL, "number currency"},
	{FIELD_PRICE, "number currency"},
	{FIELD_PURCHASE_DATE, "dateTime"},
	{FIELD_UPDATED_AT, "dateTime"},
	{FIELD_WILL_NOT_RESTOCK, "checkbox"},
	{FIELD_DELETE, "checkbox"},
	{FIELD_TYPE, "singleSelect singleLineText"},
	{FIELD_CURRENCY, "singleSelect singleLineText"},
	{FIELD_ERROR, "singleLineText multilineText richText email url phoneNumber"},
};

struct one_type {
	enum field field;
	char *type;
	bool serves;
};

static void check_type(void **state)
{
	const struct one_type *one = *state;
	const struct edit edits[] = {{RETYPE, field_rule(one->field)->name, one->type, NULL},
				     {END, NULL, NULL, NULL}};
	struct columns columns = {0};
	struct error error = {0};

	assert_true(bind(&columns, TABLE_ITEMS, edits, &error));
	assert_int_equal(columns_flow(&columns, one->field), one->serves);
	assert_int_equal(columns.of[one->field].stopped_reason != NULL, !one->serves);
	columns_done(&columns);
}

static struct one_type one_types[countof(type_cases) * 40];

static size_t add_types(struct cases *cases)
{
	size_t count = 0;

	for (size_t i = 0; i < countof(type_cases); i++) {
		scoped_text all = own_copy(ALL_TYPES);
		scoped_text serving = own_format(" %s ", type_cases[i].types);
		char *rest = NULL;
		for (char *type = strtok_r(all, " ", &rest); type; type = strtok_r(NULL, " ", &rest)) {
			scoped_text word = own_format(" %s ", type);
			struct one_type *one = &one_types[count++];
			*one = (struct one_type){type_cases[i].field, own_copy(type),
						 strstr(serving, word) != NULL};
			cases_add(cases,
				  own_format("%s as %s %s", field_rule(one->field)->name, type,
					     one->serves ? "flows" : "is stopped"),
				  check_type, one);
		}
	}
	return count;
}

/* ---- choices ---- */

struct choice_case {
	const char *sentence;
	enum field field;
	struct edit first[3], then[4];
	const char *id, *name, *canonical;
	bool gone;
	size_t count; /* choices in all */
};

#define WITH(...)  .first = {__VA_ARGS__}
#define LATER(...) .then = {__VA_ARGS__}

static const struct choice_case choice_cases[] = {
	{"a choice is known by its name", FIELD_CURRENCY, WITH({0}), LATER({0}), "fldI12sel1", "EUR", "EUR",
	 false, 5},
	{"a renamed choice keeps its canonical name", FIELD_CURRENCY, WITH({0}),
	 LATER({CHOICE_RENAME, "PPC", "EUR", "Euro"}), "fldI12sel1", "Euro", "EUR", false, 5},
	{"a choice renamed before it was bound is called so", FIELD_CURRENCY,
	 WITH({CHOICE_RENAME, "PPC", "EUR", "Euro"}), LATER({0}), "fldI12sel1", "Euro", "Euro", false, 5},
	{"a deleted choice is marked gone", FIELD_CURRENCY, WITH({0}),
	 LATER({CHOICE_REMOVE, "PPC", "EUR", NULL}), "fldI12sel1", "EUR", "EUR", true, 5},
	{"a new choice is added", FIELD_CURRENCY, WITH({0}), LATER({CHOICE_ADD, "PPC", "CHF", "selNew"}),
	 "selNew", "CHF", "CHF", false, 6},
	{"a choice deleted and made again means the same", FIELD_CURRENCY, WITH({0}),
	 LATER({CHOICE_REMOVE, "PPC", "EUR", NULL}, {CHOICE_ADD, "PPC", "EUR", "selNew"}), "selNew", "EUR",
	 "EUR", false, 6},
	{"a choice of Type is known whatever its case", FIELD_TYPE,
	 WITH({CHOICE_RENAME, "Type", "Item with Parts", "ITEM WITH PARTS"}), LATER({0}), "fldI03sel3",
	 "ITEM WITH PARTS", "Item with Parts", false, 5},
	{"a choice of Type with underscores is known", FIELD_TYPE,
	 WITH({CHOICE_RENAME, "Type", "Generic Container", "generic_container"}), LATER({0}), "fldI03sel2",
	 "generic_container", "Generic Container", false, 5},
	{"a choice of Type that the app does not know keeps its name", FIELD_TYPE,
	 WITH({CHOICE_ADD, "Type", "Vehicle", "selNew"}), LATER({0}), "selNew", "Vehicle", "Vehicle", false,
	 6},
	{"a renamed choice of Type keeps its meaning", FIELD_TYPE, WITH({0}),
	 LATER({CHOICE_RENAME, "Type", "Container", "Box"}), "fldI03sel1", "Box", "Container", false, 5},
	{"a choice of Type that took another's name keeps its meaning", FIELD_TYPE, WITH({0}),
	 LATER({CHOICE_RENAME, "Type", "Container", "x"}, {CHOICE_RENAME, "Type", "Consumable", "Container"}),
	 "fldI03sel4", "Container", "Consumable", false, 5},
	{"choices of a column that became a text are gone", FIELD_CURRENCY, WITH({0}),
	 LATER({RETYPE, "PPC", "singleLineText", NULL}), "fldI12sel1", "EUR", "EUR", true, 5},
};

static void check_choice(void **state)
{
	const struct choice_case *row = *state;
	struct columns columns = {0};
	struct error error = {0};
	size_t found = 0;

	assert_true(bind(&columns, TABLE_ITEMS, row->first, &error));
	if (row->then[0].kind != END)
		assert_true(bind(&columns, TABLE_ITEMS, row->then, &error));
	const struct column *column = &columns.of[row->field];
	assert_int_equal(column->choice_count, row->count);
	for (size_t i = 0; i < column->choice_count; i++) {
		const struct column_choice *choice = &column->choices[i];
		if (strcmp(choice->id, row->id) != 0)
			continue;
		found++;
		assert_string_equal(choice->name, row->name);
		assert_string_equal(choice->canonical, row->canonical);
		assert_int_equal(choice->gone, row->gone);
	}
	assert_int_equal(found, 1);
	columns_done(&columns);
}

static struct json_object *with_choices(size_t count)
{
	static const struct edit none[1];
	struct json_object *schema = edited(TABLE_ITEMS, none);
	size_t place;
	struct json_object *choices = choices_of(column_named(schema, "PPC", &place));

	while (json_length(choices) < count) {
		struct json_object *choice = json_new_object();
		scoped_text id = own_format("sel%zu", json_length(choices));
		json_put_text(choice, "id", id);
		json_put_text(choice, "name", id);
		json_append(choices, choice);
	}
	return schema;
}

static void check_choice_limit(void **state)
{
	scoped(json_object) full = with_choices(COLUMN_CHOICE_LIMIT);
	scoped(json_object) over = with_choices(COLUMN_CHOICE_LIMIT + 1);
	struct columns columns = {0};
	struct error error = {0};
	bool changed;

	(void)state;
	assert_true(columns_bind(&columns, TABLE_ITEMS, full, &changed, &error));
	assert_true(columns_flow(&columns, FIELD_CURRENCY));
	assert_int_equal(columns.of[FIELD_CURRENCY].choice_count, COLUMN_CHOICE_LIMIT);
	assert_true(columns_bind(&columns, TABLE_ITEMS, over, &changed, &error));
	assert_false(columns_flow(&columns, FIELD_CURRENCY));
	assert_string_equal(columns.of[FIELD_CURRENCY].stopped_reason,
			    "it has 501 choices, at most 500 can be followed");
	columns_done(&columns);
}

/* There is room for a limited number; what is no more makes room for what is. */
static void check_gone_choices_make_room(void **state)
{
	scoped(json_object) full = with_choices(COLUMN_CHOICE_LIMIT);
	static const struct edit replaced[] = {{CHOICE_ADD, "PPC", "CHF", "selNew"}, {END, NULL, NULL, NULL}};
	struct columns columns = {0};
	struct error error = {0};
	bool changed;

	(void)state;
	assert_true(columns_bind(&columns, TABLE_ITEMS, full, &changed, &error));
	assert_true(bind(&columns, TABLE_ITEMS, replaced, &error));
	const struct column *column = &columns.of[FIELD_CURRENCY];
	assert_int_equal(column->choice_count, COLUMN_CHOICE_LIMIT);
	assert_string_equal(column->choices[5].id, "selNew");
	assert_false(column->choices[5].gone);
	assert_true(column->choices[6].gone);
	columns_done(&columns);
}

/* ---- equivalence ---- */

struct precision_case {
	const char *sentence;
	const char *options; /* of the column */
	double least, most;  /* the tolerance lies between */
};

static const struct precision_case precision_cases[] = {
	{"precision 0 tolerates half a unit", "{\"precision\":0}", 0.5, 0.500001},
	{"precision 2 tolerates half a hundredth", "{\"precision\":2}", 0.005, 0.00500001},
	{"precision 8 tolerates next to nothing", "{\"precision\":8}", 5e-9, 5.1e-9},
	{"no precision is the finest", "{}", 5e-9, 5.1e-9},
	{"a precision out of range is the finest", "{\"precision\":99}", 5e-9, 5.1e-9},
};

static void check_precision(void **state)
{
	const struct precision_case *row = *state;
	static const struct edit none[1];
	scoped(json_object) schema = edited(TABLE_ITEMS, none);
	struct columns columns = {0};
	struct error error = {0};
	struct json_object *options = NULL;
	bool changed;
	size_t place;

	assert_true(json_read(row->options, strlen(row->options), &options, NULL, &error));
	json_put(column_named(schema, "Purchase Price", &place), "options", options);
	assert_true(columns_bind(&columns, TABLE_ITEMS, schema, &changed, &error));
	double tolerance = columns_equivalence(&columns, FIELD_PRICE).tolerance;
	assert_true(tolerance > row->least && tolerance < row->most);
	columns_done(&columns);
}

struct lines_case {
	const char *sentence;
	enum field field;
	const char *type;
	bool single_line, trailing_breaks, markdown;
};

static const struct lines_case lines_cases[] = {
	{"a single line has no breaks", FIELD_NOTES, "singleLineText", true, true, false},
	{"an address has no breaks", FIELD_NOTES, "email", true, true, false},
	{"a long text has breaks", FIELD_NOTES, "multilineText", false, true, false},
	{"rich text has breaks, and a form of its own", FIELD_NOTES, "richText", false, true, true},
	{"a choice is no text", FIELD_CURRENCY, "singleLineText", false, false, false},
	{"a number is no text", FIELD_SERIAL, "number", false, false, false},
};

static void check_lines(void **state)
{
	const struct lines_case *row = *state;
	const struct edit edits[] = {{RETYPE, field_rule(row->field)->name, row->type, NULL},
				     {END, NULL, NULL, NULL}};
	struct columns columns = {0};
	struct error error = {0};

	assert_true(bind(&columns, TABLE_ITEMS, edits, &error));
	struct cell_equivalence equivalence = columns_equivalence(&columns, row->field);
	assert_int_equal(equivalence.single_line, row->single_line);
	assert_int_equal(equivalence.trailing_breaks, row->trailing_breaks);
	assert_int_equal(equivalence.markdown, row->markdown);
	columns_done(&columns);
}

/* ---- both tables ---- */

struct both_case {
	const char *sentence;
	const char *linked; /* by the Collection column */
	const char *gone;   /* a table's name, or NULL */
	bool bound_before;
	const char *words; /* what is said; NULL: it is bound */
};

static const struct both_case both_cases[] = {
	{"Collection links to the Collections", "tblCollections", NULL, false, NULL},
	{"Collection may not link to the Items", "tblItems", NULL, false,
	 "table \"Items\": the column \"Collection\" must link to the table \"Collections\""},
	{"Collection may not link to another table", "tblElse", NULL, false,
	 "table \"Items\": the column \"Collection\" must link to the table \"Collections\""},
	{"a table that never was there is asked for", "tblCollections", "Items", false,
	 "there is no table named \"Items\""},
	{"a table that was bound and is gone is named with its id", "tblCollections", "Collections", true,
	 "the table \"Collections\" (tblCollections) is gone"},
};

static struct json_object *both_tables(const char *linked, const char *gone)
{
	static const struct edit none[1];
	const struct edit edits[] = {{RELINK, "Collection", linked, NULL}, {END, NULL, NULL, NULL}};
	struct json_object *tables = json_new_array();

	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!gone || strcmp(table_name((enum table)table), gone) != 0)
			json_append(tables, edited((enum table)table, table == TABLE_ITEMS ? edits : none));
	return tables;
}

static void check_both(void **state)
{
	const struct both_case *row = *state;
	struct columns columns[TABLE_COUNT] = {0};
	struct error error = {0};
	bool changed = false;

	if (row->bound_before) {
		scoped(json_object) before = both_tables(row->linked, NULL);
		assert_true(columns_bind_all(columns, before, &changed, &error));
		assert_true(changed);
	}
	scoped(json_object) tables = both_tables(row->linked, row->gone);
	assert_int_equal(columns_bind_all(columns, tables, &changed, &error), row->words == NULL);
	if (row->words) {
		assert_int_equal(error.kind, ERROR_FATAL);
		assert_non_null(strstr(error.text, row->words));
	}
	columns_done(&columns[TABLE_COLLECTIONS]);
	columns_done(&columns[TABLE_ITEMS]);
}

/* A base that cannot be bound leaves everything as it was: also the table that could have been. */
static void check_all_or_none(void **state)
{
	const struct both_case *row = *state;
	struct columns columns[TABLE_COUNT] = {0};
	struct error error = {0};
	bool changed = false;
	scoped(json_object) broken = both_tables("tblItems", NULL);
	scoped(json_object) right = both_tables("tblCollections", NULL);
	scoped(json_object) gone = both_tables("tblCollections", "Items");

	assert_false(columns_bind_all(columns, row->gone ? gone : broken, &changed, &error));
	for (size_t table = 0; table < TABLE_COUNT; table++)
		assert_null(columns[table].table_id);
	/* The tables made anew, with other ids: nothing of the attempt is remembered. */
	json_put_text(json_at(right, 0), "id", "tblOther");
	json_put_text(json_child(column_named(json_at(right, 1), "Collection", &(size_t){0}), "options",
				 json_type_object),
		      "linkedTableId", "tblOther");
	if (!columns_bind_all(columns, right, &changed, &error))
		fail_msg("%s", error.text);
	assert_true(changed);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&columns[table]);
}

static const struct both_case all_or_none_cases[] = {
	{"a table that is missing leaves the other unbound", NULL, "Items", false, NULL},
	{"a link to the wrong table leaves both unbound", NULL, NULL, false, NULL},
};

/* ---- what is wrong with them, in words ---- */

struct flaw_case {
	const char *sentence;
	struct edit edit;
	const char *words; /* the one that is told; NULL: none */
};

static const struct flaw_case flaw_cases[] = {
	{"the template has no flaw", {END, NULL, NULL, NULL}, NULL},
	{"a column that is missing is told",
	 {REMOVE, "Notes", NULL, NULL},
	 "table \"Items\" has no column \"Notes\": what it would hold is not synced; add it to sync it"},
	{"a column of a wrong type is told",
	 {RETYPE, "Notes", "number", NULL},
	 "column \"Notes\" of table \"Items\" does not flow: its type is number"},
	{"a type that nobody can choose is told",
	 {CHOICE_REMOVE, "Type", "Consumable", NULL},
	 "column \"Type\" of table \"Items\" lacks the choice \"Consumable\": items of that type cannot show "
	 "it; add it "
	 "as a choice"},
	{"a currency is any text: which are needed only documents tell",
	 {CHOICE_REMOVE, "PPC", "EUR", NULL},
	 NULL},
};

struct told {
	size_t count;
	char *first; /* owned */
};

static void note_flaw(void *context, const char *words)
{
	struct told *told = context;

	if (told->count++ == 0)
		told->first = own_copy(words);
}

static void check_flaw(void **state)
{
	const struct flaw_case *row = *state;
	const struct edit edits[] = {row->edit, {END, NULL, NULL, NULL}};
	struct columns columns = {0};
	struct error error = {0};
	struct told told = {0};

	assert_true(bind(&columns, TABLE_ITEMS, edits, &error));
	columns_report_flaws(&columns, TABLE_ITEMS, note_flaw, &told);
	assert_int_equal(told.count, row->words ? 1 : 0);
	if (row->words && !strstr(told.first, row->words))
		fail_msg("\"%s\" does not say \"%s\"", told.first, row->words);
	free(told.first);
	columns_done(&columns);
}

/* ---- what is stored, and what is no schema ---- */

static void check_stored(void **state)
{
	static const struct edit none[1], later[] = {{REMOVE, "Notes", NULL, NULL},
						     {RETYPE, "Serial", "url", NULL},
						     {CHOICE_REMOVE, "PPC", "EUR", NULL},
						     {RENAME, "Name", "Bezeichnung 箱", NULL},
						     {END, NULL, NULL, NULL}};
	struct columns columns = {0}, back = {0};
	struct error error = {0};

	(void)state;
	assert_true(bind(&columns, TABLE_ITEMS, none, &error));
	assert_true(bind(&columns, TABLE_ITEMS, later, &error));
	scoped(json_object) json = columns_to_json(&columns);
	scoped_text words = json_write(json);
	scoped(json_object) read = NULL;
	assert_true(json_read(words, strlen(words), &read, NULL, &error));
	assert_true(columns_from_json(read, &back, &error));
	scoped(json_object) again = columns_to_json(&back);
	assert_true(json_equal(json, again));
	assert_false(columns_flow(&back, FIELD_NOTES));
	assert_false(columns_flow(&back, FIELD_SERIAL));
	assert_true(columns_flow(&back, FIELD_NAME));
	assert_true(back.of[FIELD_PRICE].tolerance == columns.of[FIELD_PRICE].tolerance);
	assert_int_equal(columns_field_by_id(&back, "fldI10"), FIELD_NOTES);
	columns_done(&columns);
	columns_done(&back);
}

/* ---- what is no edit of cells ---- */

/* Each step is a binding of its own. */
static const struct key_step {
	const char *sentence;
	struct edit edit;
	enum field field;
	const char *key;
	bool renewed;
} key_steps[] = {
	{"bound for the first time", {END, NULL, NULL, NULL}, FIELD_NOTES, "fldI10", true},
	{"nothing has changed", {END, NULL, NULL, NULL}, FIELD_NOTES, "fldI10", false},
	{"a new name", {RENAME, "Notes", "Words", NULL}, FIELD_NOTES, "fldI10", false},
	{"another type", {RETYPE, "Words", "number", NULL}, FIELD_NOTES, "fldI10#1", false},
	{"its type again", {RETYPE, "Words", "multilineText", NULL}, FIELD_NOTES, "fldI10#2", true},
	{"another that serves too", {RETYPE, "Words", "singleLineText", NULL}, FIELD_NOTES, "fldI10#3", true},
	{"removed", {REMOVE, "Words", NULL, NULL}, FIELD_NOTES, "fldI10#3", false},
	{"added again", {ADD, "Notes", "multilineText", "fldNew"}, FIELD_NOTES, "fldNew", true},
	{"a choice by another name", {CHOICE_RENAME, "PPC", "EUR", "Euro"}, FIELD_CURRENCY, "fldI12", false},
	{"a choice that goes", {CHOICE_REMOVE, "PPC", "Euro", NULL}, FIELD_CURRENCY, "fldI12", true},
	{"a choice that comes", {CHOICE_ADD, "PPC", "EUR", "selNew"}, FIELD_CURRENCY, "fldI12", true},
};

static void check_keys(void **state)
{
	static const struct edit none[1];
	struct columns columns = {0};
	scoped(json_object) schema = edited(TABLE_ITEMS, none);

	(void)state;
	for (size_t i = 0; i < countof(key_steps); i++) {
		const struct key_step *step = &key_steps[i];
		struct error error = {0};
		if (step->edit.kind != END)
			apply(schema, &step->edit);
		assert_true(bind_schema(&columns, TABLE_ITEMS, schema, &error));
		const char *key = columns_key(&columns, step->field);
		if (strcmp(key, step->key) != 0 || columns.renewed != step->renewed)
			fail_msg("%s: the key is %s, %s", step->sentence, key,
				 columns.renewed ? "all is to be compared" : "nothing is to be compared");
		assert_int_equal(columns_field_by_key(&columns, key), step->field);
		assert_int_equal(columns_field_by_key(&columns, "fldNone"), FIELD_COUNT);
	}
	columns_done(&columns);
}

struct refused_case {
	const char *sentence;
	const char *json;
	const char *complaint;
};

static const struct refused_case stored_cases[] = {
	{"nothing stored is refused", "null", "bound columns: table is missing"},
	{"stored columns without a table are refused", "{\"columns\":{},\"name\":\"n\"}",
	 "bound columns: table is missing"},
	{"stored columns that are a list are refused", "{\"table\":\"t\",\"name\":\"n\",\"columns\":[]}",
	 "bound columns: columns is an array"},
	{"a stored field that nobody knows is refused",
	 "{\"table\":\"t\",\"name\":\"n\",\"columns\":{\"Colour\":{}}}",
	 "bound column \"Colour\": no field has this name"},
	{"a stored column without an id is refused",
	 "{\"table\":\"t\",\"name\":\"n\",\"columns\":{\"Notes\":{}}}",
	 "bound column \"Notes\": id is missing"},
	{"a stored choice without a name is refused",
	 "{\"table\":\"t\",\"name\":\"n\",\"columns\":{\"PPC\":{\"id\":\"f\",\"name\":\"n\",\"type\":\"t\","
	 "\"choices\":[{"
	 "\"id\":\"s\"}]}}}",
	 "bound column \"PPC\": name is missing"},
};

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s", error.text);
	return json;
}

static void check_refused_stored(void **state)
{
	const struct refused_case *row = *state;
	scoped(json_object) json = parsed(row->json);
	struct columns columns = {0};
	struct error error = {0};

	assert_false(columns_from_json(json, &columns, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	if (!strstr(error.text, row->complaint))
		fail_msg("\"%s\" does not say \"%s\"", error.text, row->complaint);
	assert_null(columns.table_id);
}

static const struct refused_case schema_cases[] = {
	{"a schema that is null is refused", "null", "a table's schema: id is missing"},
	{"a schema without fields is refused", "{\"id\":\"t\",\"name\":\"Items\"}",
	 "a table's schema: fields is missing"},
	{"a column without a name is refused",
	 "{\"id\":\"t\",\"name\":\"Items\",\"fields\":[{\"id\":\"f\",\"type\":\"number\"}]}",
	 "table \"Items\": column 1: name is missing"},
	{"a column that is a number is refused", "{\"id\":\"t\",\"name\":\"Items\",\"fields\":[7]}",
	 "table \"Items\": column 1: id is missing"},
};

static void check_refused_schema(void **state)
{
	const struct refused_case *row = *state;
	scoped(json_object) json = parsed(row->json);
	struct columns columns = {0};
	struct error error = {0};
	bool changed = false;

	assert_false(columns_bind(&columns, TABLE_ITEMS, json, &changed, &error));
	if (!strstr(error.text, row->complaint))
		fail_msg("\"%s\" does not say \"%s\"", error.text, row->complaint);
	assert_null(columns.table_id);
}

int main(void)
{
	struct cases cases = {0};

	base_schema = vectors_read("tests/vectors/base-schema.json");
	cases_add_table(&cases, bind_cases, check_bind);
	cases_add_table(&cases, whole_cases, check_whole);
	cases_add(&cases, own_copy("bound again, nothing has changed"), check_bound_twice, NULL);
	cases_add(&cases, own_copy("a bind that fails leaves all as it was"), check_failure_leaves_all, NULL);
	cases_add(&cases, own_copy("another table is not taken for the one that was bound"),
		  check_other_table, NULL);
	size_t types = add_types(&cases);
	cases_add_table(&cases, choice_cases, check_choice);
	cases_add(&cases, own_copy("500 choices are followed, 501 are not"), check_choice_limit, NULL);
	cases_add(&cases, own_copy("choices that are gone make room"), check_gone_choices_make_room, NULL);
	cases_add_table(&cases, precision_cases, check_precision);
	cases_add_table(&cases, lines_cases, check_lines);
	cases_add_table(&cases, both_cases, check_both);
	cases_add_table(&cases, all_or_none_cases, check_all_or_none);
	cases_add_table(&cases, flaw_cases, check_flaw);
	cases_add(&cases, own_copy("what is stored comes back"), check_stored, NULL);
	cases_add(&cases, own_copy("what was agreed on is kept by key"), check_keys, NULL);
	cases_add_table(&cases, stored_cases, check_refused_stored);
	cases_add_table(&cases, schema_cases, check_refused_schema);
	int failed = cases_run("columns", &cases);
	for (size_t i = 0; i < types; i++)
		free(one_types[i].type);
	json_release(base_schema);
	return failed;
}
