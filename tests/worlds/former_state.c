#include "tests/worlds/former_state.h"

#include <string.h>

static void put(struct json_object *to, const char *key, struct json_object *from, const char *former_key)
{
	struct json_object *value = NULL;

	if (json_find(from, former_key, &value))
		json_put(to, key, json_copy(value));
}

/* An empty cell was written as null. */
static void put_cell(struct json_object *to, const char *key, struct json_object *from,
		     const char *former_key)
{
	struct json_object *value = NULL;

	json_find(from, former_key, &value);
	json_put(to, key, json_copy(value));
}

static struct json_object *sent_of(struct json_object *row)
{
	struct json_object *sent = json_new_object(), *fields = json_new_object();

	put(sent, "kind", row, "kind");
	put(sent, "at", row, "at");
	put(sent, "epoch", row, "epoch");
	put(sent, "document", row, "document");
	json_each (json_child(row, "fields", json_type_object), column, values) {
		struct json_object *one = json_new_object();
		put_cell(one, "pre", values, "before");
		put_cell(one, "post", values, "after");
		json_put(fields, column, one);
	}
	json_put(sent, "fields", fields);
	return sent;
}

static struct json_object *taken_of(struct json_object *document)
{
	struct json_object *taken = json_new_object();

	json_each (json_child(document, "fields", json_type_object), column, values)
		put_cell(taken, column, values, "after");
	return taken;
}

static struct json_object *saving_of(struct json_object *document)
{
	struct json_object *saving = json_new_object();

	put(saving, "at", document, "at");
	if (strcmp(json_text_or(document, "kind", ""), "delete") == 0)
		json_put(saving, "gone", json_new_bool(true));
	put(saving, "history", document, "history");
	put(saving, "wake", document, "cascade");
	return saving;
}

static struct json_object *replaced_of(struct json_object *list)
{
	struct json_object *former = json_new_array();

	for (size_t i = 0; i < json_length(list); i++) {
		struct json_object *one = json_new_object();
		put(one, "field", json_at(list, i), "field");
		put(one, "at", json_at(list, i), "at");
		put_cell(one, "was", json_at(list, i), "was");
		json_append(former, one);
	}
	return former;
}

static struct json_object *former(struct json_object *entry, struct json_object *intents)
{
	struct json_object *json = json_copy(entry);
	struct json_object *row = json_child(intents, "row", json_type_object);
	struct json_object *document = json_child(intents, "document", json_type_object);
	struct json_object *replaced = json_child(intents, "replaced", json_type_array);

	json_remove(json, "intents");
	json_put(json, "v", json_new_int(json_find(json, "texts", NULL) ? 2 : 1));
	if (row)
		json_put(json, "sent", sent_of(row));
	if (replaced)
		json_put(json, "replaced", replaced_of(replaced));
	if (document) {
		json_put(json, "taken", taken_of(document));
		put(json, "taken_on", document, "document");
		json_put(json, "saving", saving_of(document));
	}
	return json;
}

void world_state_is_former(struct world *world)
{
	for (size_t i = 0; i < world->state_count; i++) {
		struct json_object *entry = world->states[i].body;
		struct json_object *intents = json_child(entry, "intents", json_type_object);
		if (!intents)
			continue;
		world->states[i].body = former(entry, intents);
		json_release(entry);
	}
}

struct world_intent world_intent(struct json_object *entry, const char *target)
{
	bool row = strcmp(target, "row") == 0;
	struct json_object *intents = json_child(entry, "intents", json_type_object);
	struct json_object *open = intents ? json_child(intents, target, json_type_object)
					   : json_child(entry, row ? "sent" : "saving", json_type_object);
	const char *taken_on = json_text_or(entry, "taken_on", "");

	return (struct world_intent){
		.open = open != NULL,
		.at_ms = json_int_or(open, "at", 0),
		.document = intents || row ? json_text_or(open, "document", "") : taken_on,
	};
}
