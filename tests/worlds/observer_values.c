/* Where the values are that people left: on both sides, or in the history, or a person is told. */
#include "inventory/document.h"
#include "tests/worlds/observer.h"

#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_rights.h"
#include "tests/worlds/world_settings.h"

#include <string.h>

/* What an ordinary save changed: no loser of a conflict, and not the last of what is deleted. */
static bool is_save(struct json_object *entry)
{
	struct json_object *data = json_child(entry, "new_data", json_type_object);

	return strcmp(json_text_or(entry, "event_name", ""), "sync") == 0 &&
	       !json_bool_or(data, "__deleted", false);
}

/* The data of an item or of a collection, whichever it is. */
static bool has_value(struct json_object *data, enum field field, const char *value)
{
	for (size_t table = 0; data && table < TABLE_COUNT; table++) {
		char words[48];
		observer_data_words(field, (enum table)table, data, words);
		if (strcmp(words, value) == 0)
			return true;
	}
	return false;
}

/* An entry of the history that is no ordinary save has this value in 'side': what was, or what became of it. */
static bool is_told(const struct world *world, const char *side, enum field field, const char *value)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (!is_save(world->extras[i]) &&
		    has_value(json_child(world->extras[i], side, json_type_object), field, value))
			return true;
	return false;
}

static bool in_history(const struct world *world, enum field field, const char *value)
{
	return is_told(world, "original_data", field, value);
}

/* Nothing was known of the pair when it was first compared: its ledger was lost, or the app had made the row. */
static bool was_met_anew(const struct world *world, struct json_object *entry)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		if (row->apps &&
		    strcmp(world_cell_text(row, FIELD_ID), json_text_or(entry, "data_id", "")) == 0)
			return true;
	}
	return world->state_lost;
}

/* Columns became others before: an empty cell of a new column looks as if it had been emptied, and the save that takes it over has the
 * value in its own entry. */
static bool in_any_history(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; world->columns && i < world->extra_count; i++)
		if (was_met_anew(world, world->extras[i]) &&
		    has_value(json_child(world->extras[i], "original_data", json_type_object), field, value))
			return true;
	return false;
}

/* The history told of it as the loser of a conflict, and was lost with the database: the row that shows the winner counts as edited (sync-rules
 * 3), and the save that takes that over has the loser in its own entry. */
static bool is_untold_and_saved(const struct world *world, const struct world_version *version)
{
	for (size_t i = 0; version->untold && i < world->extra_count; i++)
		if (has_value(json_child(world->extras[i], "original_data", json_type_object), version->field,
			      version->value))
			return true;
	return false;
}

/* It won a named conflict, of which the later value is the loser. */
static bool won_in_history(const struct world *world, enum field field, const char *value)
{
	return is_told(world, "new_data", field, value);
}

/* The last cells of a row that was deleted, those of columns of people's own among them. */
static bool in_grave(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->state_count; i++) {
		struct json_object *cells = json_child(world->states[i].body, "cells", json_type_object);
		if (!cells)
			continue;
		json_each (cells, column, cell) {
			char words[48];
			(void)column;
			observer_cell_words(field, cell, words);
			if (strcmp(words, value) == 0)
				return true;
		}
	}
	return false;
}

/* A person wanted a row gone. Until it is, the ledger alone has its last cells: they are lost with the ledger if the process ends before it
 * has told the history of them. */
void observer_state_lost(struct world *world)
{
	for (size_t i = 0; i < world->version_count; i++) {
		struct world_version *version = &world->versions[i];
		const struct world_row *row = world_row(world, version->row);
		bool wanted = row && row->delete_wanted;
		version->excused = version->excused ||
				   (wanted && in_grave(world, version->field, version->value) &&
				    !observer_shown_by_documents(world, version->field, version->value));
	}
}

/* A write may be under way to a row that still shows what the history told of as the loser: see observer_overwritten(). */
void observer_history_lost(struct world *world)
{
	for (size_t i = 0; i < world->version_count; i++)
		if (in_history(world, world->versions[i].field, world->versions[i].value))
			world->versions[i].untold = world->moment;
}

/* A history that the database does not take, and that the ledger keeps until it does. */
static bool is_kept_history(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->state_count; i++) {
		struct json_object *kept = json_child(world->states[i].body, "histories", json_type_array);
		for (size_t h = 0; h < json_length(kept); h++) {
			struct json_object *history =
				json_child(json_at(kept, h), "history", json_type_object);
			if (has_value(json_child(history, "original_data", json_type_object), field, value))
				return true;
		}
	}
	return false;
}

/* The ledger's entry of the document that the row's ID names, if that is a pair. */
static struct json_object *named_pair(const struct world *world, const struct world_row *row)
{
	scoped_text end = own_format("-%s-%s", document_type_name(table_document_type(row->table)),
				     world_cell_text(row, FIELD_ID));
	struct json_object *entry = world_state_body(world, end);

	return entry && strcmp(json_text_or(entry, "state", ""), "pair") == 0 ? entry : NULL;
}

bool observer_has_pair(const struct world *world, const struct world_row *row)
{
	return named_pair(world, row) != NULL;
}

bool observer_is_paired(const struct world *world, const struct world_row *row)
{
	struct json_object *pair = named_pair(world, row);

	return pair && strcmp(json_text_or(pair, "rec", ""), row->id) == 0;
}

struct world_document *observer_document_of(struct world *world, const struct world_row *row)
{
	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[i];
		scoped_text end = own_format(
			"-%s-%s", document_type_name(table_document_type(document->table)), document->id);
		struct json_object *entry = world_state_body(world, end);
		if (entry && strcmp(json_text_or(entry, "rec", ""), row->id) == 0)
			return document;
	}
	return NULL;
}

/* The entry of the document that its ID names, where that has no other row: it tells of this one. */
static bool is_told_of_document(struct world *world, const struct world_row *row)
{
	scoped_text end = own_format("-%s-%s", document_type_name(table_document_type(row->table)),
				     world_cell_text(row, FIELD_ID));
	struct json_object *entry = *world_cell_text(row, FIELD_ID) ? world_state_body(world, end) : NULL;
	bool is_pair = entry && strcmp(json_text_or(entry, "state", ""), "pair") == 0;
	const struct world_row *own = is_pair ? world_row(world, json_text_or(entry, "rec", "")) : NULL;

	return entry && json_text_or(entry, "problem", NULL) && !(own && own->now.there);
}

/* What may not be written into the row stands in the ledger alone; where that takes nothing, in the log. */
static bool is_told_elsewhere(struct world *world, const struct world_row *row)
{
	const struct pair *pair = pairs_by_record(&world->sync->pairs, row->id);

	for (size_t i = 0; i < world->state_count; i++) {
		struct json_object *entry = world->states[i].body;
		if (entry && json_text_or(entry, "problem", NULL) &&
		    strcmp(json_text_or(entry, "rec", ""), row->id) == 0)
			return true;
	}
	return (pair && pair->unstored) || is_told_of_document(world, row);
}

/* A row whose words were refused without a name: for a while it may as well have been their column. */
static bool error_column_rests(const struct world *world, enum table table)
{
	return world->forbidden && world->sync &&
	       right_is_missing(&world->sync->rights.fields[table][FIELD_ERROR]);
}

bool observer_is_told(struct world *world, const struct world_row *row)
{
	bool silent = row->limited || world->limited_rows[row->table][ROWS_WRITTEN] ||
		      world_field_is_limited(world, row->table, FIELD_ERROR) ||
		      error_column_rests(world, row->table);

	return row->now.cells[FIELD_ERROR] || (silent && is_told_elsewhere(world, row));
}

/* One of its links points to a row that is told that it is a copy, or held: what it says of its place waits. */
bool observer_points_to_told(struct world *world, const struct world_row *row, enum field field)
{
	struct json_object *links = row->now.cells[field];

	for (size_t i = 0; links && i < json_length(links); i++) {
		const char *id = json_object_get_string(json_at(links, i));
		const struct world_row *target = world_row(world, id);
		const struct world_document *document = target ? world_document_of(world, target) : NULL;
		bool is_told = target && (observer_is_told(world, target) ||
					  (document && observer_has_problem(world, document)));
		if (is_told && target->now.there && !observer_is_paired(world, target))
			return true;
	}
	return false;
}

/* The ledger does not take it, and the process knows. */
bool observer_has_unstored_problem(const struct world *world, const struct world_document *document)
{
	const struct pair *pair = pairs_find(&world->sync->pairs, document->table, document->id);

	return pair && pair->unstored;
}

/* What the ledger said of it was lost while the process ran, which knows it all the same, and holds it. */
static bool is_held_twin(const struct world *world, const struct world_document *document)
{
	const struct pair *pair = pairs_find(&world->sync->pairs, document->table, document->id);

	return world->state_lost && document->made_of[0] && pair && pair->twin_of && pair->has_problem;
}

/* A person is told: in the row, or in the ledger; or in the log alone, where the ledger takes nothing. */
bool observer_has_problem(const struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);
	struct json_object *entry = world_state_body(world, end);

	/* What a merge cost somebody is told, and excuses nothing. */
	return (entry && json_text_or(entry, "problem", NULL) && !json_bool_or(entry, "past", false)) ||
	       observer_has_unstored_problem(world, document) || is_held_twin(world, document);
}

bool observer_is_forgotten(const struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);
	struct json_object *entry = world_state_body(world, end);

	return entry && strcmp(json_text_or(entry, "state", ""), "forgotten") == 0;
}

static bool has_leaf_with(const struct world_document *document, enum field field, const char *value)
{
	for (size_t i = 0; i < document->count; i++) {
		const struct world_leaf *leaf = &document->leaves[i];
		char words[48];
		if (leaf->replaced || leaf->deleted)
			continue;
		observer_data_words(field, document->table, document_data(leaf->body), words);
		if (strcmp(words, value) == 0)
			return true;
	}
	return false;
}

static bool problem_with(struct world *world, enum field field, const char *value)
{
	char words[48];

	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		if (has_leaf_with(document, field, value) &&
		    (observer_has_problem(world, document) || observer_is_forgotten(world, document)))
			return true;
	}
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		const struct world_document *document = world_document_of(world, row);
		const struct world_document *paired = observer_document_of(world, row);
		observer_cell_words(field, row->now.cells[field], words);
		if (row->now.there && strcmp(words, value) == 0 &&
		    (observer_is_told(world, row) || observer_points_to_told(world, row, FIELD_COLLECTION) ||
		     (document && observer_has_problem(world, document)) ||
		     (paired && observer_has_problem(world, paired))))
			return true;
	}
	return false;
}

/* In a document that is outside of the scope: nobody has to show it, nor to make its leaves one. */
static bool shown_outside(struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		if (world_body(document) && !world_settings_hold(world, document) &&
		    has_leaf_with(document, field, value))
			return true;
	}
	return false;
}

/* What replaced it, or what replaced that, was emptied at last. */
static bool ends_empty(const struct world *world, const struct world_version *version)
{
	if (!version->superseded || version->emptied)
		return version->superseded;
	for (size_t i = 0; i < world->version_count; i++) {
		const struct world_version *next = &world->versions[i];
		if (next->field == version->field && next->moment > version->moment &&
		    strcmp(next->before, version->value) == 0 && ends_empty(world, next))
			return true;
	}
	return false;
}

/* In another document than the one that the app made of this row. */
static bool shown_beside(const struct world *world, const struct world_row *row, enum field field,
			 const char *value)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (strcmp(world->documents[i].made_of, row->id) != 0 &&
		    has_leaf_with(&world->documents[i], field, value))
			return true;
	return false;
}

/* What replaced it, or what replaced that, was typed into a row that lost its document to another row with the state. It waits there, and
 * the row says so; or the app has put it into the document that it made of the row. */
static bool is_replaced_in_lost_row(struct world *world, const struct world_version *version)
{
	for (size_t i = 0; i < world->version_count; i++) {
		const struct world_version *next = &world->versions[i];
		const struct world_row *row = world_row(world, next->row);
		char words[48];
		if (next->field != version->field || next->moment <= version->moment || !row ||
		    strcmp(next->before, version->value) != 0)
			continue;
		observer_cell_words(next->field, row->now.cells[next->field], words);
		if (is_replaced_in_lost_row(world, next) ||
		    (strcmp(words, next->value) == 0 && observer_lost_its_document(world, row) &&
		     !shown_beside(world, row, next->field, next->value)))
			return true;
	}
	return false;
}

/* The app had put it back over the edit that had replaced it, and that edit stands on both sides all the same. */
static bool is_replaced_after_all(struct world *world, const struct world_version *version)
{
	const struct world_version *edit = observer_version(world, version->field, version->carried_over);

	return edit && strcmp(edit->before, version->value) == 0 &&
	       observer_shown_by_rows(world, edit->field, edit->value) &&
	       observer_shown_by_documents(world, edit->field, edit->value);
}

void observer_check_values(struct world *world)
{
	for (size_t i = 0; i < world->version_count; i++) {
		const struct world_version *version = &world->versions[i];
		bool in_rows = observer_shown_by_rows(world, version->field, version->value);
		bool in_documents = observer_shown_by_documents(world, version->field, version->value);
		const char *name = field_rule(version->field)->name;
		bool stopped = !world_column_flows(world, TABLE_ITEMS, version->field);
		if (version->superseded) {
			bool may_return = world->state_lost && ends_empty(world, version); /* sync-rules 5 */
			if (!world->any_deleted && !version->copied && !may_return && !stopped &&
			    (in_rows || in_documents) && !is_replaced_in_lost_row(world, version) &&
			    !won_in_history(world, version->field, version->value) &&
			    !shown_outside(world, version->field, version->value) &&
			    !problem_with(world, version->field, version->value))
				world_broken(world, "%s: \"%s\" came back, though a person had replaced it",
					     name, version->value);
			continue;
		}
		if ((in_rows && in_documents) || version->excused || is_replaced_after_all(world, version) ||
		    shown_outside(world, version->field, version->value) ||
		    (stopped && (in_rows || in_documents)) ||
		    in_history(world, version->field, version->value) ||
		    in_any_history(world, version->field, version->value) ||
		    is_untold_and_saved(world, version) || in_grave(world, version->field, version->value) ||
		    is_kept_history(world, version->field, version->value) ||
		    problem_with(world, version->field, version->value))
			continue;
		world_broken(world, "%s: \"%s\", left %s, is %s", name, version->value,
			     version->in_airtable ? "in Airtable" : "on a phone",
			     in_rows        ? "in the row alone"
			     : in_documents ? "in the document alone"
					    : "lost");
	}
}
