/* History documents. */
#include "inventory/history.h"

#include "base/text.h"
#include "inventory/datum.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 10000 /* what the four digits at the end of an _id can tell apart */

static struct json_object *data_or_empty(struct json_object *data)
{
	return data ? json_copy(data) : json_new_object();
}

/* All but the _id, in the app's order. What is not known is left out. */
static void put_contents(struct json_object *body, const struct history_entry *entry)
{
	json_put_text(body, "created_by", entry->created_by);
	if (entry->batch)
		json_put(body, "batch", json_new_int(entry->batch));
	json_put_text(body, "event_name", entry->event_name);
	json_put_text(body, "data_type", document_type_name(entry->data_type));
	json_put_text(body, "data_id", entry->data_id);
	json_put(body, "timestamp", json_new_int(entry->timestamp_ms));
	json_put(body, "original_data", data_or_empty(entry->original_data));
	json_put(body, "new_data", data_or_empty(entry->new_data));
	json_put_text(body, "type", document_type_name(DOCUMENT_HISTORY));
}

static unsigned digits_of(struct json_object *contents, int attempt)
{
	scoped_text words = json_write(contents);

	return (unsigned)((text_hash(words) % DIGITS + (unsigned)attempt % DIGITS) % DIGITS);
}

struct json_object *history_document_ending(const struct history_entry *entry, unsigned four_digits)
{
	struct json_object *body = json_new_object();
	scoped_text batch = entry->batch ? own_format("%" PRId64, entry->batch) : own_copy("undefined");
	scoped_text id = own_format("%s%s-%s-%s-%s-%s-%" PRId64 "-%04u", document_prefix(DOCUMENT_HISTORY),
				    entry->created_by ? entry->created_by : "undefined", batch,
				    document_type_name(entry->data_type), entry->data_id,
				    entry->event_name ? entry->event_name : "undefined", entry->timestamp_ms,
				    four_digits % DIGITS);

	json_put_text(body, "_id", id);
	put_contents(body, entry);
	return body;
}

struct json_object *history_document(const struct history_entry *entry, int attempt)
{
	scoped(json_object) contents = json_new_object();

	put_contents(contents, entry);
	return history_document_ending(entry, digits_of(contents, attempt));
}

void history_next_number(struct json_object *body)
{
	scoped_text id = own_copy(json_text_or(body, "_id", ""));
	size_t length = strlen(id);

	for (size_t i = length; i > length - 4; i--) {
		if (!isdigit((unsigned char)id[i - 1]))
			return;
		if (id[i - 1] != '9') {
			id[i - 1]++;
			break;
		}
		id[i - 1] = '0';
	}
	json_put_text(body, "_id", id);
}

/* ---- what an entry holds ---- */

static struct json_object *deleted(void)
{
	struct json_object *data = json_new_object();

	json_put(data, "__deleted", json_new_bool(true));
	return data;
}

void history_of_create(const struct datum *after, struct json_object **original_out,
		       struct json_object **new_out)
{
	*original_out = deleted();
	*new_out = datum_data(after);
	json_remove(*new_out, "integrations");
}

void history_of_update(const struct datum *before, const struct datum *after,
		       struct json_object **original_out, struct json_object **new_out)
{
	*original_out = datum_data(before);
	*new_out = datum_data(after);
	json_remove(*original_out, "integrations");
	json_remove(*new_out, "integrations");
	for (size_t i = 0; i < before->count + after->count; i++) {
		const char *key =
			i < before->count ? before->keys[i].key : after->keys[i - before->count].key;
		if (!datum_same(before, after, key))
			continue;
		json_remove(*original_out, key);
		json_remove(*new_out, key);
	}
}

void history_of_delete(const struct datum *before, struct json_object **original_out,
		       struct json_object **new_out)
{
	*original_out = datum_data(before);
	*new_out = deleted();
}
