/* An Airtable in memory that takes pictures with their bytes, and a database that has these. */
#include "tests/worlds/world_pictures_inside.h"

#include "base/clock.h"
#include "inventory/document.h"
#include "tests/worlds/world_airtable.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_second.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the database ---- */

static int64_t file_size(struct json_object *image)
{
	struct json_object *attachments = json_child(image, "_attachments", json_type_object);

	return json_int_or(json_child(attachments, PICTURE_ATTACHMENT, json_type_object), "length", -1);
}

bool world_read_file(struct world *world, const char *full_id, size_t most, char **bytes_out,
		     size_t *size_out, struct error *error)
{
	int64_t size = file_size(world_extra(world, full_id));

	if (size < 0)
		return error_set(error, ERROR_LOST, "%s has no file", full_id);
	if (size > (int64_t)most)
		return error_set(error, ERROR_REFUSED, "%s has more than %zu bytes", full_id, most);
	*bytes_out = own_alloc((size_t)size + 1);
	memset(*bytes_out, 'p', (size_t)size);
	*size_out = (size_t)size;
	return true;
}

/* ---- what is judged ---- */

static bool is_late(const struct world *world, const char *row_id, const char *filename)
{
	for (size_t i = 0; i < LATE_UPLOADS; i++) {
		const struct late_upload *late = &world->pictures->late[i];
		if (late->at_ms && strcmp(late->row, row_id) == 0 && strcmp(late->filename, filename) == 0)
			return true;
	}
	return false;
}

static bool has_file(const struct world_row *row, const char *filename)
{
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++)
		if (strcmp(json_text_or(json_at(row->now.images, i), "filename", ""), filename) == 0)
			return true;
	return false;
}

/* Who has lost the notes knows of no doubt. */
static void judge(struct world *world, const struct world_row *row, const struct endpoint_upload *upload)
{
	char stem[64];

	snprintf(stem, sizeof stem, "%.*s", (int)strcspn(upload->filename, "."), upload->filename);
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, stem);
	if (file_size(world_extra(world, full_id)) != (int64_t)upload->size)
		world_broken(world, "%s is uploaded with other bytes than it has", upload->filename);
	if (upload->size > ENDPOINT_UPLOAD_LIMIT)
		world_broken(world, "%s is uploaded, and is too large", upload->filename);
	if (has_file(row, upload->filename))
		world_broken(world, "%s is uploaded to row %s, which has it", upload->filename, row->id);
	if (!world->state_lost && is_late(world, row->id, upload->filename))
		world_broken(world, "%s is uploaded again, while it is in doubt", upload->filename);
	json_put(world->pictures->uploaded, stem,
		 json_new_int(json_int_or(world->pictures->uploaded, stem, 0) + 1));
}

/* ---- Airtable ---- */

static void append(struct world *world, struct world_row *row, const char *filename)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++)
		json_append(list, json_share(json_at(row->now.images, i)));
	json_append(list, world_new_attachment(world, filename, true));
	world_set_images(world, row, list);
	world->row_writes++;
	world->moment++;
	scoped_text shown = world_shown_pictures(row);
	world_note(world, "        bridge: uploads %s to %s: %s", filename, row->id, shown);
}

static void come_late(struct world *world, const struct world_row *row, const char *filename)
{
	for (size_t i = 0; i < LATE_UPLOADS; i++) {
		struct late_upload *late = &world->pictures->late[i];
		if (late->at_ms)
			continue;
		late->at_ms = world->steady_ms + WORLD_UPLOAD_DEADLINE_MS - 100;
		snprintf(late->row, sizeof late->row, "%s", row->id);
		snprintf(late->filename, sizeof late->filename, "%s", filename);
		return;
	}
}

void world_apply_late_uploads(struct world *world)
{
	for (size_t i = 0; world->pictures && i < LATE_UPLOADS; i++) {
		struct late_upload late = world->pictures->late[i];
		struct world_row *row = world_row(world, late.row);
		if (!late.at_ms || late.at_ms > world->steady_ms)
			continue;
		world->pictures->late[i] = (struct late_upload){0};
		world_note(world, "        a late upload is applied");
		if (row && row->now.there)
			append(world, row, late.filename);
	}
}

static void refuse(struct endpoint_upload *upload, enum error_kind kind, const char *words)
{
	upload->result = kind;
	error_set(&upload->error, kind, "%s", words);
}

/* The request has reached the base. */
static void apply(struct world *world, struct world_row *row, struct endpoint_upload *upload)
{
	if (!row || !row->now.there) {
		upload->row_missing = true;
		refuse(upload, ERROR_REFUSED, "HTTP 403 INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND (test)");
		return;
	}
	if (world->pictures->refuses_uploads) {
		refuse(upload, ERROR_REFUSED, "HTTP 422 INVALID_ATTACHMENT_OBJECT (test)");
		return;
	}
	world_before_change(world, row);
	append(world, row, upload->filename);
	struct json_object *body = json_new_object();
	json_put(body, world->pictures->images_column, json_share(row->now.images));
	upload->answer = (struct endpoint_record){
		.table = row->table,
		.presence = RECORD_THERE,
		.id = own_copy(row->id),
		.body = body,
		.read_at_ms = clock_steady_ms(),
	};
}

static enum world_fault doubt_of(struct world *world)
{
	for (enum world_fault fault = FAULT_AIRTABLE_UNSENT; fault <= FAULT_AIRTABLE_LATE; fault++)
		if (world_fault(world, fault))
			return fault;
	return FAULT_COUNT;
}

void world_upload(void *self, struct endpoint_upload *upload)
{
	struct world *world = self;
	struct world_row *row = world_row(world, upload->record_id);

	upload->result = ERROR_STOPPED;
	error_set(&upload->error, ERROR_STOPPED, "it never left");
	if (!world_reach(world, AIRTABLE_COST_MS) || world->steady_ms > upload->leave_by_ms ||
	    !world_may_write(world, "rows"))
		return;
	world->calls++;
	world_hear_clock(world);
	if (row && row->now.there)
		judge(world, row, upload);
	enum world_fault doubt = doubt_of(world);
	upload->result = ERROR_NONE;
	if (doubt == FAULT_AIRTABLE_LATE && row)
		come_late(world, row, upload->filename);
	else if (doubt != FAULT_AIRTABLE_UNSENT)
		apply(world, row, upload);
	upload->date_ms = world_base_now_ms(world) / 1000 * 1000;
	bool alive = world_reach(world, AIRTABLE_COST_MS);
	if (alive && doubt == FAULT_COUNT)
		return;
	endpoint_record_done(&upload->answer);
	upload->row_missing = false;
	refuse(upload, alive ? ERROR_RETRY : ERROR_STOPPED, "in doubt (test)");
}

/* ---- of the scenes ---- */

void world_has_no_address(struct world *world)
{
	world->pictures->no_address = true;
}

void world_has_address(struct world *world)
{
	world->pictures->no_address = false;
}

void world_refuses_uploads(struct world *world, bool refuses)
{
	world->pictures->refuses_uploads = refuses;
}

unsigned world_uploaded_pictures(const struct world *world, const char *image_id)
{
	return (unsigned)json_int_or(world->pictures->uploaded, image_id, 0);
}

unsigned world_cell_writes(const struct world *world)
{
	return world->pictures->cell_writes;
}
