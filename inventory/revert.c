/* Entries are gathered by document; what they come to is worked out when it is asked for. */
#include "inventory/revert.h"

#include "inventory/restore.h"

#include <stdlib.h>
#include <string.h>

struct revert {
	struct json_object *entries; /* owned; {_id of a document: array of its history documents} */
	size_t count;
	char **full_ids; /* owned; in the order in which they came */
};

#define CONTAINS "_can_contain_items"

/* What the entries of one document come to. */
struct net {
	bool was_there, is_left;     /* before the first, behind the last */
	struct json_object *was;     /* owned; fields before the first entry that names them */
	struct json_object *left;    /* owned; behind the last */
	struct json_object *touched; /* owned; {key: null} */
};

struct revert *revert_new(void)
{
	struct revert *revert = own_alloc(sizeof *revert);

	revert->entries = json_new_object();
	return revert;
}

void revert_close(struct revert **revert)
{
	struct revert *gone = take(*revert);

	if (!gone)
		return;
	json_release(gone->entries);
	for (size_t i = 0; i < gone->count; i++)
		free(gone->full_ids[i]);
	free(gone->full_ids);
	free(gone);
}

size_t revert_count(const struct revert *revert)
{
	return revert->count;
}

const char *revert_full_id(const struct revert *revert, size_t place)
{
	return revert->full_ids[place];
}

/* ---- entries ---- */

static bool event_is(struct json_object *history, const char *event)
{
	return strcmp(json_text_or(history, "event_name", ""), event) == 0;
}

bool revert_is_of_conflict(struct json_object *history)
{
	return event_is(history, "sync_conflict");
}

static bool can_be_undone(enum document_type type)
{
	return type == DOCUMENT_COLLECTION || type == DOCUMENT_ITEM || type == DOCUMENT_ITEM_IMAGE ||
	       type == DOCUMENT_IMAGE;
}

bool revert_add(struct revert *revert, struct json_object *history, struct error *error)
{
	const char *id = json_text_or(history, "_id", "?"), *data_id = json_text_or(history, "data_id", NULL);
	enum document_type type = document_type_named(json_text_or(history, "data_type", ""));

	if (!data_id || !document_id_is_valid(data_id) ||
	    !json_child(history, "original_data", json_type_object) ||
	    !json_child(history, "new_data", json_type_object))
		return error_set(error, ERROR_REFUSED, "%s is no entry of the history.", id);
	if (!can_be_undone(type))
		return error_set(error, ERROR_REFUSED,
				 "%s records a document of type \"%s\", which is not undone here.", id,
				 json_text_or(history, "data_type", "?"));
	if (event_is(history, "sync_row_deleted"))
		return error_set(error, ERROR_REFUSED,
				 "%s keeps the cells of a row that was deleted: there is no change of a "
				 "document to undo.",
				 id);
	scoped_text full_id = document_full_id(type, data_id);
	struct json_object *list = json_child(revert->entries, full_id, json_type_array);
	if (!list) {
		list = json_new_array();
		json_put(revert->entries, full_id, list);
		revert->full_ids = own_resize(revert->full_ids, revert->count + 1, sizeof *revert->full_ids);
		revert->full_ids[revert->count++] = own_copy(full_id);
	}
	json_append(list, json_share(history));
	return true;
}

/* ---- their net effect ---- */

static bool says_deleted(struct json_object *data)
{
	return json_bool_or(data, "__deleted", false);
}

/* App links are no part of what is undone: in a document that is brought back they would be stale
 * (sync-rules 25). */
static bool is_data(const char *key)
{
	return strncmp(key, "__", 2) != 0 && strcmp(key, "integrations") != 0;
}

static void touch(struct net *net, const char *key, struct json_object *original)
{
	struct json_object *value = NULL;

	if (json_find(net->touched, key, NULL))
		return;
	json_put(net->touched, key, NULL);
	if (json_find(original, key, &value))
		json_put(net->was, key, json_share(value));
}

static void add_entry(struct net *net, struct json_object *history, bool first)
{
	struct json_object *original = json_child(history, "original_data", json_type_object);
	struct json_object *new = json_child(history, "new_data", json_type_object);

	if (first)
		net->was_there = !says_deleted(original);
	net->is_left = !says_deleted(new);
	json_each (original, key, was) {
		(void)was;
		if (!is_data(key))
			continue;
		touch(net, key, original);
		json_remove(net->left, key);
	}
	if (!net->is_left) {
		json_release(net->left);
		net->left = json_new_object();
		return;
	}
	json_each (new, left_key, left) {
		if (!is_data(left_key))
			continue;
		touch(net, left_key, original);
		json_put(net->left, left_key, json_share(left));
	}
}

static struct net net_of(const struct revert *revert, size_t place)
{
	struct json_object *list = json_child(revert->entries, revert->full_ids[place], json_type_array);
	struct net net = {
		.was = json_new_object(),
		.left = json_new_object(),
		.touched = json_new_object(),
	};

	restore_sort(list);
	size_t count = json_length(list);
	for (size_t i = count; i-- > 0;) /* the newest is the first */
		add_entry(&net, json_at(list, i), i == count - 1);
	return net;
}

static void net_done(struct net *net)
{
	json_release(net->was);
	json_release(net->left);
	json_release(net->touched);
}

/* ---- fields ---- */

static struct json_object *value_in(struct json_object *data, const char *key)
{
	struct json_object *value = NULL;

	json_find(data, key, &value);
	return value;
}

static bool same(struct json_object *a, struct json_object *b)
{
	return a == b || (a && b && json_equal(a, b));
}

/* What the app computes each time that it saves, unless a person has set it by hand; of a picture, what a second write tells of
 * its bytes, of which no entry knows. */
static bool follows(enum document_type type, const char *key, struct json_object *now)
{
	if (key[0] == '_' || strcmp(key, "epc_tag_uri") == 0)
		return true;
	if (type == DOCUMENT_IMAGE)
		return strcmp(key, "size") == 0 || strcmp(key, "image_1440_digest") == 0;
	if (strcmp(key, "individual_asset_reference") == 0)
		return !json_bool_or(now, "individual_asset_reference_manually_set", false);
	return strcmp(key, "rfid_tag_epc_memory_bank_contents") == 0 &&
	       !json_bool_or(now, "rfid_tag_epc_memory_bank_contents_manually_set", false);
}

static bool is_agreed(const struct revert_agreement *agreed, const char *key)
{
	for (size_t i = 0; i < agreed->count; i++)
		if (strcmp(agreed->keys[i], key) == 0)
			return true;
	return agreed->all;
}

static void append(struct revert_change *change, struct revert_field field, const char *key,
		   const struct revert_agreement *agreed)
{
	field.goes_back = !field.moved || is_agreed(agreed, key);
	field.key = own_copy(key);
	json_share(field.was);
	json_share(field.left);
	json_share(field.now);
	change->fields = own_resize(change->fields, change->field_count + 1, sizeof *change->fields);
	change->fields[change->field_count++] = field;
	change->asks = change->asks || !field.goes_back;
}

static struct revert_field field_of(const struct net *net, struct json_object *now, const char *key)
{
	return (struct revert_field){
		.was = value_in(net->was, key),
		.left = value_in(net->left, key),
		.now = value_in(now, key),
	};
}

/* One that is as before is not listed. In a document that was deleted and is there again, what is not as before is
 * somebody's. */
static void add_fields(struct revert_change *change, const struct net *net, struct json_object *now,
		       const struct revert_agreement *agreed)
{
	json_each (net->touched, key, nothing) {
		(void)nothing;
		struct revert_field field = field_of(net, now, key);
		if (same(field.now, field.was) || same(field.was, field.left))
			continue;
		field.moved = !net->is_left || !same(field.now, field.left);
		if (!field.moved || !follows(change->type, key, now))
			append(change, field, key, agreed);
	}
}

/* Of a document that was made: what it has besides, or shows otherwise, is somebody's edit. */
static void add_edits(struct revert_change *change, const struct net *net, struct json_object *now,
		      const struct revert_agreement *agreed)
{
	scoped(json_object) all = json_copy(net->touched);

	json_each (now, now_key, value) {
		(void)value;
		if (is_data(now_key))
			json_put(all, now_key, NULL);
	}
	json_each (all, key, nothing) {
		(void)nothing;
		struct revert_field field = field_of(net, now, key);
		field.moved = true;
		if (!same(field.now, field.left) && !follows(change->type, key, now))
			append(change, field, key, agreed);
	}
}

/* ---- deciding ---- */

static void give(struct revert_change *change, struct json_object *now, enum revert_action action)
{
	change->action = action;
	change->given = datum_new(change->type, change->id);
	change->given->rev = own_copy(json_text_or(now, "_rev", NULL));
}

static void change_fields(struct revert_change *change, const struct net *net, struct json_object *now,
			  const struct revert_agreement *agreed)
{
	bool any = false;

	add_fields(change, net, document_data(now), agreed);
	for (size_t i = 0; i < change->field_count; i++)
		any = any || change->fields[i].goes_back;
	if (change->field_count == 0)
		change->words = "it is as it was before";
	if (!any)
		return;
	give(change, now, REVERT_CHANGE);
	for (size_t i = 0; i < change->field_count; i++) {
		const struct revert_field *field = &change->fields[i];
		if (!field->goes_back)
			continue;
		if (json_find(net->was, field->key, NULL))
			datum_put(change->given, field->key, json_share(field->was));
		else
			datum_unset(change->given, field->key);
	}
}

static void delete_made(struct revert_change *change, const struct net *net, struct json_object *now,
			const struct revert_agreement *agreed)
{
	if (!now) {
		change->words = "it was made, and is gone already";
		return;
	}
	scoped(json_object) data = document_data(now) ? json_share(document_data(now)) : json_new_object();
	add_edits(change, net, data, agreed);
	if (change->asks) {
		change->words = "it was made, and was edited since: undoing deletes it with these edits";
		return;
	}
	give(change, now, REVERT_DELETE);
	change->given->deleted = true;
}

static void bring_back(struct revert_change *change, const struct net *net)
{
	give(change, NULL, REVERT_BRING_BACK);
	json_each (net->was, key, value) {
		datum_put(change->given, key, json_share(value));
	}
}

static const char *name_of(struct json_object *now, const struct net *net)
{
	return json_text_or(document_data(now), "name",
			    json_text_or(net->left, "name", json_text_or(net->was, "name", NULL)));
}

void revert_decide(const struct revert *revert, size_t place, struct json_object *now,
		   const struct revert_agreement *agreed, struct revert_change *change_out)
{
	const char *id = NULL;
	struct net net = net_of(revert, place);
	struct revert_change change = {.type = document_type_of(revert->full_ids[place], &id)};

	change.id = own_copy(id);
	change.name = own_copy(name_of(now, &net));
	change.holds = change.type == DOCUMENT_COLLECTION ||
		       json_bool_or(document_data(now), CONTAINS, false) ||
		       json_bool_or(net.was, CONTAINS, false);
	if (!net.was_there && !net.is_left) {
		change.words =
			now ? "it was made and deleted, and is there again" : "it was made and deleted";
		change.asks = now != NULL;
	} else if (!net.was_there) {
		delete_made(&change, &net, now, agreed);
	} else if (now) {
		change_fields(&change, &net, now, agreed);
	} else if (!net.is_left) {
		bring_back(&change, &net);
	} else {
		change.words = "it was deleted since: bring it back first, by undoing that";
		change.asks = true;
	}
	net_done(&net);
	*change_out = change;
}

void revert_change_done(struct revert_change *change)
{
	for (size_t i = 0; i < change->field_count; i++) {
		free(change->fields[i].key);
		json_release(change->fields[i].was);
		json_release(change->fields[i].left);
		json_release(change->fields[i].now);
	}
	free(change->fields);
	free(change->id);
	free(change->name);
	datum_close(&change->given);
	*change = (struct revert_change){0};
}

/* What others stand in, the widest first; that of which nothing hangs is last. */
static int width(const struct revert_change *change)
{
	if (change->type == DOCUMENT_COLLECTION)
		return 0;
	if (change->type == DOCUMENT_ITEM)
		return change->holds ? 1 : 2;
	return 3;
}

int revert_rank(const struct revert_change *change)
{
	if (change->action == REVERT_BRING_BACK)
		return width(change);
	if (change->action == REVERT_DELETE)
		return REVERT_RANKS - 1 - width(change);
	return 4 + width(change);
}
