/* Reads: a byte that says what is picked, then any bytes as JSON. Holds: what is picked from a text is what json_read() gives of
 * it without the rest; what the one refuses as JSON the other refuses. */
#include "tests/fuzz/fuzz.h"

static const struct json_pick_key two_names[] = {{.name = "a"}, {.name = "id"}};
static const struct json_pick below = {two_names, countof(two_names), false};
static const struct json_pick_key all_but_one[] = {{.name = "b", .dropped = true},
						   {.name = "a", .below = &below}};
static const struct json_pick others = {all_but_one, countof(all_but_one), true};
static const struct json_pick_key deep[] = {
	{.name = "rows", .below = &others}, {.name = "data", .below = &below}, {.name = "", .below = &below}};
static const struct json_pick nested = {deep, countof(deep), false};
static const struct json_pick nothing = {NULL, 0, false};
static const struct json_pick *const picks[] = {NULL, &below, &others, &nested, &nothing};

static struct json_object *pruned(struct json_object *json, const struct json_pick *pick);

static const struct json_pick_key *key_of(const struct json_pick *pick, const char *name)
{
	for (size_t i = 0; i < pick->count; i++)
		if (strcmp(pick->keys[i].name, name) == 0)
			return &pick->keys[i];
	return NULL;
}

static struct json_object *pruned_object(struct json_object *json, const struct json_pick *pick)
{
	struct json_object *kept = json_new_object();

	json_object_object_foreach(json, name, value)
	{
		const struct json_pick_key *key = key_of(pick, name);
		if (key ? !key->dropped : pick->others)
			json_put(kept, name, pruned(value, key ? key->below : NULL));
	}
	return kept;
}

/* The caller frees. */
static struct json_object *pruned(struct json_object *json, const struct json_pick *pick)
{
	if (pick && json_is(json, json_type_object))
		return pruned_object(json, pick);
	if (!pick || !json_is(json, json_type_array))
		return json_copy(json);
	struct json_object *kept = json_new_array();
	for (size_t i = 0; i < json_length(json); i++)
		json_append(kept, pruned(json_at(json, i), pick));
	return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(json_object) whole = NULL;
	scoped(json_object) picked = NULL;
	struct json_flaws flaws = {0}, picked_flaws = {0};
	struct error error = {0};

	if (length == 0)
		return 0;
	const struct json_pick *pick = picks[bytes[0] % countof(picks)];
	const char *text = (const char *)bytes + 1;
	bool is_json = json_read(text, length - 1, &whole, &flaws, NULL);
	must(json_read_picked(text, length - 1, pick, &picked, &picked_flaws, &error) == is_json);
	must(is_json || (error.kind == ERROR_REFUSED && text_is_utf8(error.text, strlen(error.text))));
	if (is_json) {
		must(picked_flaws.count <= flaws.count);
		scoped(json_object) wanted = pruned(whole, pick);
		must(flaws.count > 0 || json_equal(picked, wanted));
		json_flaws_done(&flaws);
		json_flaws_done(&picked_flaws);
	}
	return 0;
}
