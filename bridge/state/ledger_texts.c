#include "bridge/state/ledger_texts.h"

#define TEXTS       "texts"
#define STANDS_FOR  "$text"
#define LONG_LENGTH 256 /* bytes; what is shorter costs less than its place */

/* What is done with each text of a JSON value, or with what stands for one: what it answers takes its place; NULL leaves it. */
typedef struct json_object *replace_text(void *context, struct json_object *value);

static void each_text(struct json_object *json, replace_text *replace, void *context)
{
	for (size_t i = 0; i < json_length(json); i++) {
		struct json_object *instead = replace(context, json_at(json, i));
		if (instead)
			json_set_at(json, i, instead);
		else
			each_text(json_at(json, i), replace, context);
	}
	json_each (json, key, value) {
		struct json_object *instead = replace(context, value);
		if (instead)
			json_put(json, key, instead);
		else
			each_text(value, replace, context);
	}
}

/* ---- packing ---- */

struct packing {
	struct json_object *seen;   /* owned; {text: how often} */
	struct json_object *places; /* owned; {text: its place} */
	struct json_object *texts;  /* owned */
};

static bool is_long(struct json_object *value)
{
	return json_text_length(value) >= LONG_LENGTH;
}

static struct json_object *count_text(void *context, struct json_object *value)
{
	struct packing *packing = context;
	const char *words = json_text_of(value);

	if (is_long(value))
		json_put(packing->seen, words, json_new_int(json_int_or(packing->seen, words, 0) + 1));
	return NULL;
}

static struct json_object *move_text(void *context, struct json_object *value)
{
	struct packing *packing = context;
	const char *words = json_text_of(value);

	if (!is_long(value) || json_int_or(packing->seen, words, 0) < 2)
		return NULL;
	int64_t place = json_int_or(packing->places, words, -1);
	if (place < 0) {
		place = (int64_t)json_length(packing->texts);
		json_put(packing->places, words, json_new_int(place));
		json_append(packing->texts, json_share(value));
	}
	struct json_object *instead = json_new_object();
	json_put(instead, STANDS_FOR, json_new_int(place));
	return instead;
}

bool ledger_pack_texts(struct json_object *json)
{
	struct packing packing = {json_new_object(), json_new_object(), json_new_array()};

	each_text(json, count_text, &packing);
	each_text(json, move_text, &packing);
	bool any = json_length(packing.texts) > 0;
	if (any)
		json_put(json, TEXTS, json_share(packing.texts));
	json_release(packing.seen);
	json_release(packing.places);
	json_release(packing.texts);
	return any;
}

/* ---- unpacking ---- */

static struct json_object *put_back(void *context, struct json_object *value)
{
	struct json_object *texts = context;
	int64_t place = json_key_count(value) == 1 ? json_int_or(value, STANDS_FOR, -1) : -1;

	return place >= 0 && (size_t)place < json_length(texts) ? json_share(json_at(texts, (size_t)place))
								: NULL;
}

struct json_object *ledger_unpack_texts(struct json_object *json)
{
	struct json_object *texts = json_child(json, TEXTS, json_type_array);

	if (!texts)
		return json_share(json);
	struct json_object *whole = json_copy(json);
	json_remove(whole, TEXTS);
	each_text(whole, put_back, texts);
	return whole;
}
