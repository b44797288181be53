/* Entries about where things stand: in the scope, in containers and collections, on one side only. */
#include "tests/scenarios/recording_better.h"

#include "inventory/document.h"

#include <string.h>

static const char *id_of(const char *subject)
{
	const char *id = NULL;

	document_type_of(subject, &id);
	return id ? id : "";
}

static const char *initial_text(const struct judging *judging, const char *subject, const char *key)
{
	return json_text_or(document_data(recording_initial(judging->recording, subject)), key, "");
}

/* ---- outside of the scope ---- */

static bool scope_is_of_collections(const struct judging *judging)
{
	return json_child(integration_config_of(judging), "collection_ids_to_sync", json_type_array) &&
	       strcmp(json_text_or(integration_config_of(judging), "scope_type", "collections"),
		      "collections") == 0;
}

/* Of a scope that lists collections: a collection that is not listed, or what stands in one, from the start on. */
bool is_outside_the_scope(const struct judging *judging, const char *subject)
{
	bool collection = document_type_of(subject, NULL) == DOCUMENT_COLLECTION;
	const char *id = collection ? id_of(subject) : initial_text(judging, subject, "collection_id");

	return recording_initial(judging->recording, subject) && *id && scope_is_of_collections(judging) &&
	       !scope_lists(judging, id);
}

static bool is_outside(const struct judging *judging, const char *item_id)
{
	scoped_text subject = document_full_id(DOCUMENT_ITEM, item_id);

	return *item_id && is_outside_the_scope(judging, subject);
}

/* It stands in the scope, and at the start in what does not. */
bool leaves_what_is_outside(const struct judging *judging, const char *subject)
{
	return document_type_of(subject, NULL) == DOCUMENT_ITEM && !is_outside_the_scope(judging, subject) &&
	       is_outside(judging, initial_text(judging, subject, "container_id"));
}

/* No row, no mark of one, and nobody edited it but a person. */
bool is_left_alone(const struct judging *judging, const char *subject, struct text *why)
{
	struct json_object *document = our_document(judging, subject);
	enum table table;

	if (!document)
		return broken(why, subject, "the document is gone");
	if (our_row(judging, subject, &table))
		return broken(why, subject, "it has a row");
	if (document_app_link(document, judging->recording->integration_id))
		return broken(why, subject, "it carries the mark of a row");
	for (size_t i = 0; i < json_length(judging->ends->documents); i++) {
		struct json_object *history = json_at(judging->ends->documents, i);
		scoped_text about = own_format("%s-%s", json_text_or(history, "data_type", ""),
					       json_text_or(history, "data_id", ""));
		if (strcmp(about, subject) == 0 &&
		    strcmp(json_text_or(history, "event_name", ""), "sync") == 0)
			return broken(why, subject, "the sync has edited it");
	}
	return true;
}

/* ---- rows that are gone ---- */

static bool row_was_removed(const struct judging *judging, const char *subject)
{
	for (size_t i = 0; i < judging->edits.count; i++)
		if (edit_is_about(&judging->edits.list[i], subject) &&
		    judging->edits.list[i].kind == EDIT_REMOVE)
			return true;
	return false;
}

/* Whose collection or container a person deleted in the base. */
bool row_of_its_place_is_removed(const struct judging *judging, const char *subject)
{
	struct json_object *data = document_data(our_document(judging, subject));
	scoped_text collection =
		document_full_id(DOCUMENT_COLLECTION, json_text_or(data, "collection_id", ""));
	scoped_text container = document_full_id(DOCUMENT_ITEM, json_text_or(data, "container_id", ""));

	return row_was_removed(judging, collection) || row_was_removed(judging, container);
}

static bool is_deletion_in_app(const struct judging *judging, const struct person_edit *edit)
{
	(void)judging;
	return !edit->in_base && edit->kind == EDIT_DELETE;
}

/* Deleted in the app, and so was another one whose row was gone before. */
bool deleted_beside_such(const struct judging *judging, const char *subject)
{
	if (!edits_any(judging, subject, is_deletion_in_app))
		return false;
	for (size_t i = 0; i < judging->edits.count; i++)
		if (!edit_is_about(&judging->edits.list[i], subject) &&
		    deleted_on_both_sides(judging, judging->edits.list[i].subject))
			return true;
	return false;
}
