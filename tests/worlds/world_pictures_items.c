/* Who knows the pictures of each item of a world, in whatever state it is: each is in its row or told there, none is there twice, none is
 * there that nobody has, and what a person removed is gone. */
#include "tests/worlds/world_pictures_inside.h"

#include "inventory/document.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_settings.h"

#include <string.h>

/* ---- one item and its row ---- */

struct pictures_case {
	struct world *world;
	const struct world_document *document;
	const struct world_row *row;
	const char *problem;       /* what a person is told of it */
	struct json_object *links; /* owned; in order */
};

static const char *image_at(const struct pictures_case *its, size_t place)
{
	return json_text_or(document_data(json_at(its->links, place)), "image_id", "");
}

static bool is_first_link(const struct pictures_case *its, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (strcmp(image_at(its, i), image_at(its, place)) == 0)
			return false;
	return true;
}

/* Also what a person attached, and the picture that it became. */
static bool is_same(const struct pictures_case *its, const char *image_id, const char *stem)
{
	char one[64], other[64];

	return strcmp(world_name_of(its->world, image_id, one), world_name_of(its->world, stem, other)) == 0;
}

static bool is_linked(const struct pictures_case *its, const char *stem)
{
	for (size_t i = 0; i < json_length(its->links); i++)
		if (is_same(its, image_at(its, i), stem))
			return true;
	return false;
}

/* The row's attachment that is this picture, and how many of them there are. */
static struct json_object *shown_as(const struct pictures_case *its, const char *image_id, size_t *count_out)
{
	struct json_object *found = NULL;
	char stem[64];

	*count_out = 0;
	for (size_t i = 0; its->row->now.images && i < json_length(its->row->now.images); i++) {
		struct json_object *one = json_at(its->row->now.images, i);
		if (!is_same(its, image_id, world_stem_of(one, stem)))
			continue;
		found = found ? found : one;
		(*count_out)++;
	}
	return found;
}

/* By its name, or with all of them. */
static bool is_told(const struct pictures_case *its, const char *image_id)
{
	return strstr(its->problem, image_id) || strstr(its->problem, " more: it is sent again") ||
	       strstr(its->problem, "removed from the row twice") ||
	       strstr(its->problem, "refused the pictures");
}

static void judge_picture(const struct pictures_case *its, const char *image_id)
{
	size_t count;
	struct json_object *one = shown_as(its, image_id, &count);

	if (count > 1 && !is_told(its, image_id))
		world_broken(its->world, "row %s has %s %zu times", its->row->id, image_id, count);
	else if (!one && world_has_file(its->world, image_id) && !is_told(its, image_id))
		world_broken(its->world, "%s has %s, and its row %s neither has it nor says why not: \"%s\"",
			     its->document->full_id, image_id, its->row->id, its->problem);
	else if (one && json_int_or(one, "size", -1) < 0 && !is_told(its, image_id))
		world_broken(its->world, "row %s has %s without a file, and does not say so: \"%s\"",
			     its->row->id, image_id, its->problem);
}

/* Its links went with it; the row that came back may have its pictures still. */
static bool was_deleted(const struct world_document *document)
{
	for (size_t i = 0; i < document->count; i++)
		if (document->leaves[i].deleted)
			return true;
	return false;
}

/* Why a person's file is no picture of the item. */
static bool is_told_of_file(const struct pictures_case *its, const char *stem)
{
	return strstr(its->problem, stem) || strstr(its->problem, "Images: the same of ") ||
	       strstr(its->problem, "Images: a picture is not added");
}

/* What only the row has is a photo that cannot be had, and is told; or nobody can know, or any more, that the item had it. */
static void judge_attachment(const struct pictures_case *its, struct json_object *attachment)
{
	char stem[64];

	world_stem_of(attachment, stem);
	bool is_forgotten = (its->world->state_lost || its->world->went_back || was_deleted(its->document)) &&
			    world_picture_is_noted(its->world->pictures->linked, its->document->id, stem);
	if (is_forgotten || json_bool_or(attachment, "apps", false) ||
	    strstr(its->problem, "refused the pictures"))
		return;
	bool photo = json_find(its->world->pictures->photos, json_text_or(attachment, "id", ""), NULL);
	if (!is_linked(its, stem) && !(photo && is_told_of_file(its, stem)))
		world_broken(its->world, "row %s has %s%s, and %s does not: \"%s\"", its->row->id,
			     photo ? "the photo " : "", stem, its->document->full_id, its->problem);
}

/* Of what both have. */
static void judge_order(const struct pictures_case *its)
{
	struct text linked = {0}, shown = {0};
	char stem[64], name[64];
	size_t count;

	for (size_t i = 0; i < json_length(its->links); i++)
		if (is_first_link(its, i) && shown_as(its, image_at(its, i), &count))
			text_format(&linked, " %s", world_name_of(its->world, image_at(its, i), name));
	for (size_t i = 0; its->row->now.images && i < json_length(its->row->now.images); i++)
		if (is_linked(its, world_stem_of(json_at(its->row->now.images, i), stem)))
			text_format(&shown, " %s", world_name_of(its->world, stem, name));
	if (!*its->problem && strcmp(text_or_empty(&linked), text_or_empty(&shown)) != 0)
		world_broken(its->world, "%s has its pictures in the order%s, row %s%s",
			     its->document->full_id, text_or_empty(&linked), its->row->id,
			     text_or_empty(&shown));
	text_done(&linked);
	text_done(&shown);
}

static void judge_case(const struct pictures_case *its)
{
	for (size_t i = 0; i < json_length(its->links); i++)
		if (is_first_link(its, i))
			judge_picture(its, image_at(its, i));
	for (size_t i = 0; its->row->now.images && i < json_length(its->row->now.images); i++)
		judge_attachment(its, json_at(its->row->now.images, i));
	judge_order(its);
	if (its->row->now.remove_ticked && !*its->problem)
		world_broken(its->world, "Remove All Images of row %s is still ticked", its->row->id);
}

/* ---- all of them ---- */

/* Airtable refuses a cell, and takes the others. */
static bool is_about_cell(const char *problem)
{
	return (strncmp(problem, "Notes: ", 7) == 0 || strncmp(problem, "Model Name: ", 12) == 0) &&
	       strncmp(strchr(problem, ':'), ": HTTP 422", 10) == 0;
}

/* The problem is about something else: how far its pictures are in step nobody can tell. */
static bool is_about_else(const char *problem)
{
	return *problem && !strstr(problem, "Images: ") && !is_about_cell(problem);
}

static const struct world_row *row_of(struct world *world, const struct world_document *document)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		if (row->now.there && observer_is_paired(world, row) &&
		    strcmp(world_cell_text(row, FIELD_ID), document->id) == 0)
			return row;
	}
	return NULL;
}

static void judge_item(struct world *world, const struct world_document *document)
{
	const struct world_row *row = row_of(world, document);
	scoped_text end = own_format("-item-%s", document->id);
	const char *problem = json_text_or(world_state_body(world, end), "problem", "");

	if (document->table != TABLE_ITEMS || !world_body(document) || !row || row->copied ||
	    !world_settings_hold(world, document) || is_about_else(problem))
		return;
	struct pictures_case its = {world, document, row, problem, world_links_of(world, document->id)};
	judge_case(&its);
	json_release(its.links);
}

/* What a person removed from a row, and nobody put back, has left the item. */
static void judge_removed(struct world *world)
{
	if (world->state_lost || world->went_back)
		return;
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		const struct world_row *row = row_of(world, document);
		scoped(json_object) links = world_links_of(world, document->id);
		scoped_text end = own_format("-item-%s", document->id);
		if (!world_body(document) || !row || row->restored ||
		    *json_text_or(world_state_body(world, end), "problem", ""))
			continue;
		for (size_t k = 0; k < json_length(links); k++) {
			const char *image_id = json_text_or(document_data(json_at(links, k)), "image_id", "");
			scoped_text key = own_format("%s %s", document->id, image_id);
			if (strcmp(json_text_or(world->pictures->removed, key, ""), row->id) == 0)
				world_broken(world,
					     "%s was removed from row %s by a person, and %s still has it",
					     image_id, row->id, document->full_id);
		}
	}
}

void world_judge_items(struct world *world)
{
	if (!world->pictures || world->stopped)
		return;
	for (size_t i = 0; i < world->document_count; i++)
		judge_item(world, &world->documents[i]);
	judge_removed(world);
}
