#include "bridge/endpoints/airtable_present.h"

#include "airtable/records.h"
#include "airtable/schema.h"

#include <stdlib.h>
#include <string.h>

struct airtable_present {
	struct airtable_client *airtable; /* borrowed */
	bool asked;                       /* the schema for the column that follows */
	char *of_column;                  /* owned; the Collection column that it was asked for */
	char *inverse_id; /* owned; the column of the Collections table that shows the same links, or NULL */
};

struct airtable_present *airtable_present_open(struct airtable_client *airtable)
{
	struct airtable_present *present = own_alloc(sizeof *present);

	present->airtable = airtable;
	return present;
}

static void forget(struct airtable_present *present)
{
	present->asked = false;
	own_free_text(&present->of_column);
	own_free_text(&present->inverse_id);
}

void airtable_present_close(struct airtable_present **present)
{
	if (!*present)
		return;
	forget(*present);
	free(take(*present));
}

/* ---- the column at the other end ---- */

static struct json_object *member_with_id(struct json_object *object, const char *list, const char *id)
{
	struct json_object *members = json_child(object, list, json_type_array);

	for (size_t i = 0; i < json_length(members); i++)
		if (strcmp(json_text_or(json_at(members, i), "id", ""), id) == 0)
			return json_at(members, i);
	return NULL;
}

static struct json_object *table_with_id(struct json_object *tables, const char *id)
{
	for (size_t i = 0; i < json_length(tables); i++)
		if (strcmp(json_text_or(json_at(tables, i), "id", ""), id) == 0)
			return json_at(tables, i);
	return NULL;
}

static const char *inverse_in(struct json_object *tables, const struct columns *columns)
{
	struct json_object *items = table_with_id(tables, columns[TABLE_ITEMS].table_id);
	struct json_object *collections = table_with_id(tables, columns[TABLE_COLLECTIONS].table_id);
	struct json_object *link =
		member_with_id(items, "fields", columns[TABLE_ITEMS].of[FIELD_COLLECTION].id);
	struct json_object *options = json_child(link, "options", json_type_object);
	const char *id = json_text_or(options, "inverseLinkFieldId", NULL);

	return id && member_with_id(collections, "fields", id) ? id : NULL;
}

/* Asked once, and once more when the Collection column has become another or the one at the other end is gone. */
static bool find_inverse(struct airtable_present *present, const struct columns *columns, struct error *error)
{
	const char *column = columns[TABLE_ITEMS].of[FIELD_COLLECTION].id;
	scoped(json_object) tables = NULL;

	if (present->asked && column && present->of_column && strcmp(column, present->of_column) == 0)
		return true;
	forget(present);
	if (!column)
		return true;
	if (!airtable_schema_tables(present->airtable, &tables, error))
		return false;
	present->asked = true;
	present->of_column = own_copy(column);
	present->inverse_id = own_copy(inverse_in(tables, columns));
	return true;
}

/* ---- walking ---- */

struct walk {
	endpoint_present_visit *visit;
	void *context;
	const char *inverse_id; /* or NULL */
};

static bool visit_page(void *context, struct airtable_records *page, struct error *error)
{
	struct walk *walk = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++) {
		walk->visit(walk->context, page->list[i].id);
		if (!walk->inverse_id)
			continue;
		struct json_object *links =
			json_child(page->list[i].fields, walk->inverse_id, json_type_array);
		for (size_t link = 0; link < json_length(links); link++)
			if (json_text_of(json_at(links, link)))
				walk->visit(walk->context, json_text_of(json_at(links, link)));
	}
	return true;
}

static bool walk_table(struct airtable_present *present, const char *table_id, const char *field_id,
		       struct walk *walk, struct error *error)
{
	struct airtable_list list = {.table_id = table_id,
				     .field_ids = &field_id,
				     .field_count = 1,
				     .purpose = AIRTABLE_FOR_CHECK};

	return airtable_records_list(present->airtable, &list, visit_page, walk, NULL, error);
}

static bool walk_tables(struct airtable_present *present, const struct columns *columns, struct walk *walk,
			struct error *error)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!walk_table(present, columns[table].table_id, columns[table].of[FIELD_ID].id, walk,
				error))
			return false;
	return true;
}

/* A row is shown as present that may be none only where somebody else just deleted it: the next walk will tell. */
static bool walk_inverse(struct airtable_present *present, const struct columns *columns, struct walk *walk,
			 struct error *error)
{
	struct error failure = {0};

	walk->inverse_id = present->inverse_id;
	if (walk_table(present, columns[TABLE_COLLECTIONS].table_id, present->inverse_id, walk, &failure))
		return true;
	if (failure.status != 422) {
		*error = failure;
		return false;
	}
	forget(present);
	walk->inverse_id = NULL;
	return walk_tables(present, columns, walk, error);
}

bool airtable_present_walk(struct airtable_present *present, const struct columns *columns,
			   endpoint_present_visit *visit, void *context, int64_t *calls_out,
			   struct error *error)
{
	struct walk walk = {visit, context, NULL};

	if (!find_inverse(present, columns, error))
		return false;
	int64_t before = airtable_client_calls(present->airtable);
	if (!(present->inverse_id ? walk_inverse : walk_tables)(present, columns, &walk, error))
		return false;
	*calls_out = airtable_client_calls(present->airtable) - before;
	return true;
}
