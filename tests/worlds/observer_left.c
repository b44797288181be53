/* What people left: each value is a version, and superseded when a person puts another in its place. */
#include "inventory/document.h"
#include "tests/worlds/former_state.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_columns.h"

#include <stdio.h>
#include <string.h>

struct world_version *observer_version(struct world *world, enum field field, const char *value)
{
	for (size_t i = world->version_count; *value && i-- > 0;)
		if (world->versions[i].field == field && strcmp(world->versions[i].value, value) == 0)
			return &world->versions[i];
	return NULL;
}

/* The bridge has handled the document since the app put the value on its other side, and was not waiting for what it had sent. */
static bool was_seen_carried(struct world *world, const struct world_version *version)
{
	scoped_text end = own_format("-%s", version->carried_in);
	struct json_object *entry = world_state_body(world, end);
	bool handled = json_find(entry, "handled", NULL) && !world_intent(entry, "row").open;
	const char *synced = handled ? json_text_or(entry, "document", "") : "";

	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		if (strcmp(document->full_id, version->carried_in) == 0 && *synced)
			return strcmp(synced, version->carried_at) != 0 &&
			       world_couch_descends(document, synced, version->carried_at);
	}
	return false;
}

static bool is_said(enum field field, struct json_object *cell, const char *words)
{
	char said[48];
	struct json_object *time = NULL;

	if (json_find(cell, "t", &time))
		snprintf(said, sizeof said, "%lld", (long long)json_int_of(time));
	else
		observer_cell_words(field, cell, said);
	return strcmp(said, words) == 0;
}

/* By the ledger, 'words' is what one of both sides showed when they last agreed. */
static bool is_agreed(struct world *world, const struct world_version *version, const char *words)
{
	scoped_text end = own_format("-%s", version->carried_in);
	struct json_object *fields = json_child(world_state_body(world, end), "fields", json_type_object);
	enum table table = strncmp(version->carried_in, "item-", 5) == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS;
	const char *bound = world->sync ? columns_key(&world->sync->columns[table], version->field) : NULL;
	const char *key = bound ? bound : world_column_id(world, table, version->field);
	struct json_object *agreed = NULL, *couch = NULL, *airtable = NULL;

	if (!key || !json_find(fields, key, &agreed))
		return false;
	if (!json_find(agreed, "c", &couch))
		return is_said(version->field, agreed, words);
	return is_said(version->field, couch, words) ||
	       (json_find(agreed, "a", &airtable) && is_said(version->field, airtable, words));
}

/* A person puts 'next' in the place of 'value'. The app may have carried 'value' to the other side before. If a person takes it back on the
 * one side before the bridge has seen it on both, it looks like an edit of the other side alone, and may come back: the one side shows again
 * what both had agreed on. That is what the app has overwritten. Or, if that was itself an edit that the bridge had not seen, it is what
 * stood there before that edit. */
static bool may_come_from_other_side(struct world *world, const struct world_version *version,
				     const char *next)
{
	return version->carried_at[0] && !was_seen_carried(world, version) &&
	       (strcmp(version->carried_over, next) == 0 || is_agreed(world, version, next));
}

static void supersede(struct world *world, enum field field, const char *value, const char *next)
{
	struct world_version *version = observer_version(world, field, value);

	if (!version)
		return;
	version->superseded = true;
	version->emptied = !*next;
	/* What was put in its place may itself be taken back before anybody looks. */
	for (size_t steps = 0; version && steps < world->version_count; steps++) {
		version->copied = version->copied || may_come_from_other_side(world, version, next);
		version = observer_version(world, field, version->before);
	}
}

static void note_emptied(struct world *world, struct world_version *version, const char *row)
{
	if (!version || !row)
		return;
	version->emptied_moment = ++world->moment;
	snprintf(version->emptied_row, sizeof version->emptied_row, "%s", row);
}

static bool was_emptied_since(const struct world_version *version, const struct world_row *row,
			      int64_t decided)
{
	return version->emptied_moment > decided && strcmp(version->emptied_row, row->id) == 0;
}

/* The bridge deletes the row, by what it had decided before: nobody can know what was emptied since. */
void observer_emptied_unseen(struct world *world, const struct world_row *row, int64_t decided)
{
	for (size_t i = 0; i < world->version_count; i++) {
		struct world_version *version = &world->versions[i];
		version->copied = version->copied || was_emptied_since(version, row, decided);
	}
}

void observer_left(struct world *world, bool in_airtable, const char *row, enum field field,
		   const char *before, const char *value)
{
	supersede(world, field, before, value);
	if (!*value)
		note_emptied(world, observer_version(world, field, before), row);
	struct world_version *version = observer_version(world, field, value); /* typed again: put back */
	if (!*value || (!version && world->version_count == WORLD_VERSIONS))
		return;
	if (!version)
		version = &world->versions[world->version_count++];
	*version =
		(struct world_version){.field = field, .in_airtable = in_airtable, .moment = ++world->moment};
	snprintf(version->value, sizeof version->value, "%s", value);
	snprintf(version->before, sizeof version->before, "%s", before);
	snprintf(version->row, sizeof version->row, "%s", row ? row : "");
}

/* Nothing else than 'by' was ever put in its place. */
static bool is_replaced_by_alone(const struct world *world, const struct world_version *version,
				 const char *by)
{
	for (size_t i = 0; i < world->version_count; i++) {
		const struct world_version *other = &world->versions[i];
		if (other->field == version->field && strcmp(other->before, version->value) == 0 &&
		    strcmp(other->value, by) != 0)
			return false;
	}
	return !version->emptied;
}

void observer_carried(struct world *world, const struct world_document *document, enum field field,
		      const char *before, const char *value)
{
	struct world_version *version = observer_version(world, field, value);
	const struct world_leaf *winner = world_winner(document);

	supersede(world, field, before, value);
	if (!version)
		return;
	if (version->superseded) { /* it is there again, and is what is left where only the lost one had replaced it */
		version->copied = true;
		version->superseded = !is_replaced_by_alone(world, version, before);
	}
	snprintf(version->carried_over, sizeof version->carried_over, "%s", before);
	snprintf(version->carried_in, sizeof version->carried_in, "%s", document->full_id);
	snprintf(version->carried_at, sizeof version->carried_at, "%s", winner ? winner->revision : "");
}

bool observer_shown_by_rows(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		char words[48];
		observer_cell_words(field, row->now.cells[field], words);
		if (row->now.there && strcmp(words, value) == 0)
			return true;
	}
	return false;
}

bool observer_shown_by_documents(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		struct json_object *body = world_body(document);
		char words[48];
		observer_data_words(field, document->table, body ? document_data(body) : NULL, words);
		if (strcmp(words, value) == 0)
			return true;
	}
	return false;
}

/* The value is gone by an edit of the schema, which is no edit of the cell (sync-rules 1), or before anybody could know of it: nobody has
 * replaced it, and if no document has it, it has replaced nothing. */
static void spare(struct world *world, struct world_version *version)
{
	while (version && !version->excused) { /* what was put back has replaced what replaced it */
		bool taken = observer_shown_by_documents(world, version->field, version->value);
		version->superseded = false;
		version->excused = true;
		version = taken ? NULL : observer_version(world, version->field, version->before);
	}
}

void observer_overwritten(struct world *world, const struct world_row *row, enum field field,
			  const char *before, const char *value, int64_t decided)
{
	struct world_version *version = observer_version(world, field, before);
	struct world_version *put = observer_version(world, field, value);

	/* A write of the value that it showed, such as one that takes white space off its end, meets a cell that was just emptied. */
	if (put && !*before && was_emptied_since(put, row, decided))
		put->copied = true;
	if (!version)
		return;
	if (strcmp(before, value) != 0 && version->in_airtable && version->moment > decided &&
	    strcmp(version->row, row->id) == 0) {
		world_note(world, "        (\"%s\" was typed after the row was read: nobody could know)",
			   before);
		spare(world, version);
	}
	/* The history told of it before the write left, and was lost with the database before the write arrived: nobody can call the
	 * write back. */
	if (version->untold && decided <= version->untold)
		version->excused = true;
	/* A row that nothing tells of any more, and that no list has shown. */
	if (decided == 0 && (world->state_lost || world->went_back))
		version->excused = true;
}

void observer_came_unknown(struct world *world, enum field field, const char *before, const char *value)
{
	struct world_version *replaced = observer_version(world, field, before);
	struct world_version *version = observer_version(world, field, value);

	if (replaced && replaced != version)
		replaced->excused = true;
	if (version)
		version->copied = true;
}

/* What the cell's document has may come back in it: nobody can tell that a person had just emptied the cell. */
static void may_come_back(struct world *world, const struct world_row *row, enum field field)
{
	const struct world_document *document = world_document_of(world, row);
	struct json_object *body = document ? world_body(document) : NULL;
	char words[48];

	observer_data_words(field, row->table, body ? document_data(body) : NULL, words);
	struct world_version *version = observer_version(world, field, words);
	if (version)
		version->copied = true;
}

/* What a person took away is gone where only this cell showed it. What another type empties may come back, from a save that was
 * under way or when the column is as it was, and where it is back before anybody looks it is as good as emptied by hand. */
void observer_cell_lost(struct world *world, const struct world_row *row, enum field field, bool by_schema)
{
	char words[48];

	observer_cell_words(field, row->now.cells[field], words);
	struct world_version *version = observer_version(world, field, words);
	if (by_schema && version)
		spare(world, version);
	else if (by_schema)
		may_come_back(world, row, field);
	else if (version && !observer_shown_by_documents(world, field, words))
		version->superseded = true;
}

void observer_row_copied(struct world *world, const struct world_row *row)
{
	for (size_t i = 0; i < OBSERVER_FIELDS; i++) {
		char words[48];
		observer_cell_words(observer_fields[i].field, row->now.cells[observer_fields[i].field],
				    words);
		struct world_version *version = observer_version(world, observer_fields[i].field, words);
		if (version)
			version->copied = true;
	}
}

/* With a row goes what only it showed. */
void observer_row_deleted(struct world *world, const struct world_row *row)
{
	world->any_deleted = true;
	for (size_t i = 0; i < OBSERVER_FIELDS; i++)
		observer_cell_lost(world, row, observer_fields[i].field, false);
}

void observer_document_deleted(struct world *world, const struct world_document *document)
{
	observer_body_deleted(world, document->table, world_body(document));
}

void observer_body_deleted(struct world *world, enum table table, struct json_object *body)
{
	world->any_deleted = true;
	for (size_t i = 0; i < OBSERVER_FIELDS; i++) {
		char words[48];
		observer_data_words(observer_fields[i].field, table, body ? document_data(body) : NULL,
				    words);
		supersede(world, observer_fields[i].field, words, "");
	}
}

/* The app had put the value back into a document, over the edit that had replaced it. The files are of before that, so the edit has
 * replaced the value once more. */
static void undo_carried(struct world *world, struct world_version *version)
{
	struct world_version *edit = observer_version(world, version->field, version->carried_over);

	if (!edit || edit->in_airtable || strcmp(edit->before, version->value) != 0 ||
	    !observer_shown_by_documents(world, edit->field, edit->value) ||
	    observer_shown_by_documents(world, version->field, version->value))
		return;
	edit->superseded = false;
	version->superseded = true;
}

/* What a row shows is to stay in it, or to be kept elsewhere. */
void observer_went_back(struct world *world)
{
	world->any_deleted = true;
	world->went_back = true;
	observer_histories_done(world);
	world->change_count = 0;
	for (size_t i = 0; i < world->version_count; i++) {
		struct world_version *version = &world->versions[i];
		undo_carried(world, version);
		version->excused = version->excused ||
				   (!observer_shown_by_rows(world, version->field, version->value) &&
				    !observer_shown_by_documents(world, version->field, version->value));
	}
}
