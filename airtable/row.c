#include "airtable/row.h"
#include "base/clock.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ID_SIZE sizeof(((struct airtable_record *)NULL)->id)

static bool damaged(struct error *error, const char *id, const char *what)
{
	return error_set(error, ERROR_RETRY, "the answer is damaged: record %.*s %s", (int)ID_SIZE, id, what);
}

bool airtable_record_read(struct json_object *json, struct airtable_record *record_out, struct error *error)
{
	struct airtable_record record = {0};
	if (!json_is(json, json_type_object))
		return damaged(error, "?", "is no object");
	const char *id = json_text_or(json, "id", "");
	size_t id_length = strlen(id);
	if (id_length == 0 || id_length >= ID_SIZE)
		return damaged(error, id, "has no usable id");
	if (!clock_from_iso(json_text_or(json, "createdTime", ""), &record.created_ms))
		return damaged(error, id, "has no createdTime");
	struct json_object *fields = json_child(json, "fields", json_type_object);
	if (!fields)
		return damaged(error, id, "has no fields");
	memcpy(record.id, id, id_length + 1);
	record.fields = json_share(fields);
	*record_out = record;
	return true;
}

/* Open addressing, at most half full. */
struct airtable_ids {
	size_t count, size;
	char (*places)[ID_SIZE]; /* owned; "" is empty */
};

enum { FIRST_SIZE = 256 }; /* a power of two */

struct airtable_ids *airtable_ids_open(void)
{
	struct airtable_ids *ids = own_alloc(sizeof(*ids));
	ids->size = FIRST_SIZE;
	ids->places = own_alloc(ids->size * ID_SIZE);
	return ids;
}

void airtable_ids_close(struct airtable_ids **ids)
{
	struct airtable_ids *closing = take(*ids);
	if (!closing)
		return;
	free(closing->places);
	free(closing);
}

/* Where the id is, or the empty place where it belongs. */
static char *place_of(const struct airtable_ids *ids, const char *id)
{
	size_t at = text_hash(id) & (ids->size - 1);
	while (ids->places[at][0] && strcmp(ids->places[at], id) != 0)
		at = (at + 1) & (ids->size - 1);
	return ids->places[at];
}

static void double_size(struct airtable_ids *ids)
{
	struct airtable_ids larger = {ids->count, ids->size * 2, own_alloc(ids->size * 2 * ID_SIZE)};
	for (size_t i = 0; i < ids->size; i++) {
		if (ids->places[i][0])
			memcpy(place_of(&larger, ids->places[i]), ids->places[i], ID_SIZE);
	}
	free(ids->places);
	*ids = larger;
}

bool airtable_ids_add(struct airtable_ids *ids, const char *id)
{
	size_t length = strlen(id);
	assert(length > 0 && length < ID_SIZE);
	if (place_of(ids, id)[0])
		return false;
	if (2 * (ids->count + 1) > ids->size)
		double_size(ids);
	memcpy(place_of(ids, id), id, length + 1);
	ids->count++;
	return true;
}
