#include "tests/scenarios/recording.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is in it ---- */

/* What a clock can be set to, or nothing. */
static bool is_time(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	char iso[CLOCK_ISO_SIZE];

	return !json_find(object, key, &value) || !json_is_number(value) ||
	       (json_double_of(value) >= 0 && json_double_of(value) < 1e15 &&
		clock_iso(json_int_of(value), iso));
}

static bool check_times(struct json_object *phases, const char *name, struct error *error)
{
	static const char *const lists[] = {"ops", "edits"};

	for (size_t i = 0; i < json_length(phases); i++) {
		struct json_object *phase = json_at(phases, i);
		bool good = is_time(phase, "started_at") && is_time(phase, "finished_at");
		for (size_t list = 0; list < countof(lists); list++) {
			struct json_object *entries = json_child(phase, lists[list], json_type_array);
			for (size_t j = 0; j < json_length(entries); j++)
				good = good && is_time(json_at(entries, j), "at");
		}
		if (!good)
			return error_set(error, ERROR_REFUSED,
					 "%s: phase %zu has a time outside of the years 1970 to 9999", name,
					 i + 1);
	}
	return true;
}

bool recording_read(struct json_object *json, struct json_object *shared, struct recording *recording_out,
		    struct error *error)
{
	struct recording recording = {.json = json, .shared = shared, .base_id = ""};
	struct json_object *phases;

	if (!json_get_text(json, "name", &recording.name, "a scenario", error) ||
	    !json_get_text(json, "integration_id", &recording.integration_id, recording.name, error) ||
	    !json_get_array(json, "phases", &phases, recording.name, error) ||
	    !check_times(phases, recording.name, error))
		return false;
	scoped_text full_id = own_format("integration-%s", recording.integration_id);
	struct json_object *data =
		json_child(recording_initial(&recording, full_id), "data", json_type_object);
	struct json_object *config = json_child(data, "config", json_type_object);
	recording.base_id = json_text_or(config, "airtable_base_id", "");
	*recording_out = recording;
	return true;
}

struct json_object *members(struct json_object *object)
{
	static struct json_object *none;

	if (!none)
		none = json_new_object();
	return json_is(object, json_type_object) ? object : none;
}

const char *recording_words(struct json_object *value)
{
	const char *words = json_text_of(value);

	return words ? words : "";
}

struct json_object *recording_list(const struct recording *recording, const char *key)
{
	static struct json_object *none;
	struct json_object *list = json_child(recording->json, key, json_type_array);

	if (!none)
		none = json_new_array();
	return list ? list : none;
}

struct json_object *recording_initial(const struct recording *recording, const char *full_id)
{
	struct json_object *documents = recording_list(recording, "initial_docs");

	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *document = json_at(documents, i);
		if (strcmp(json_text_or(document, "_id", ""), full_id) == 0)
			return document;
	}
	return NULL;
}

struct json_object *recording_tables(const struct recording *recording)
{
	struct json_object *fake = json_child(recording->json, "airtable_fake", json_type_object);
	struct json_object *schema = json_child(fake, "schema", json_type_object);
	const char *reference = json_text_or(schema, "$ref", NULL);

	if (reference)
		schema = json_child(recording->shared, reference, json_type_object);
	return json_child(schema, "tables", json_type_array);
}

struct json_object *recording_column(const struct recording *recording, const char *table, const char *name)
{
	struct json_object *tables = recording_tables(recording);

	for (size_t i = 0; tables && i < json_length(tables); i++) {
		struct json_object *one = json_at(tables, i);
		struct json_object *fields = json_child(one, "fields", json_type_array);
		if (strcmp(json_text_or(one, "name", ""), table) != 0)
			continue;
		for (size_t j = 0; fields && j < json_length(fields); j++) {
			struct json_object *field = json_at(fields, j);
			if (strcmp(json_text_or(field, "name", ""), name) == 0)
				return field;
		}
	}
	return NULL;
}

bool recording_column_is_computed(struct json_object *column)
{
	static const char *const computed[] = {
		"autoNumber", "formula", "multipleLookupValues", "lastModifiedTime", "createdTime",
		"rollup",     "count"};
	const char *type = json_text_or(column, "type", "");

	for (size_t i = 0; i < countof(computed); i++)
		if (strcmp(type, computed[i]) == 0)
			return true;
	return strcmp(type, "multipleRecordLinks") == 0 &&
	       strcmp(json_text_or(column, "name", ""), "Collection") != 0 &&
	       strcmp(json_text_or(column, "name", ""), "Container") != 0;
}

bool recording_is_sync_time(const struct recording *recording, int64_t time_ms)
{
	struct json_object *phases = recording_list(recording, "phases");

	for (size_t i = 0; i < json_length(phases); i++) {
		struct json_object *phase = json_at(phases, i);
		if (strcmp(json_text_or(phase, "op", ""), "sync") == 0 &&
		    time_ms >= json_int_or(phase, "started_at", INT64_MAX) &&
		    time_ms <= json_int_or(phase, "finished_at", 0))
			return true;
	}
	return false;
}

/* ---- what keeps it from being played ---- */

static bool holds_pictures(struct json_object *documents)
{
	for (size_t i = 0; i < json_length(documents); i++) {
		const char *type = json_text_or(json_at(documents, i), "type", "");
		if (strcmp(type, "item_image") == 0 || strcmp(type, "image") == 0)
			return true;
	}
	return false;
}

static const char *edit_obstacle(struct json_object *edit)
{
	struct json_object *set = json_child(edit, "set", json_type_object);
	struct json_object *create = json_child(edit, "create", json_type_object);

	if (json_find(set, "Images", NULL) || json_find(create, "Images", NULL))
		return "pictures are not played here";
	return set || create || json_find(edit, "remove", NULL) ? NULL
								: "an edit in Airtable of an unknown kind";
}

/* "save", "raw", "restoreBatchOf", and when; nothing else. */
static const char *operation_obstacle(struct json_object *operation)
{
	static const char *const known[] = {"save", "raw", "restoreBatchOf", "at"};

	json_each (members(operation), key, value) {
		bool is_known = false;
		(void)value;
		for (size_t i = 0; i < countof(known); i++)
			is_known = is_known || strcmp(key, known[i]) == 0;
		if (!is_known)
			return "an operation in the app that the bridge has no twin of";
	}
	return NULL;
}

static const char *list_obstacle(struct json_object *list, const char *(*ask)(struct json_object *entry))
{
	const char *obstacle = NULL;

	for (size_t i = 0; !obstacle && list && i < json_length(list); i++)
		obstacle = ask(json_at(list, i));
	return obstacle;
}

/* The app is asked to sync an integration, and fails before it does anything: it was asked for one that is not there. The
 * bridge takes the integrations that the database holds. */
static bool asks_for_another(struct json_object *phase)
{
	struct json_object *statuses = json_child(phase, "statuses", json_type_array);

	return json_find(phase, "error", NULL) && statuses && json_length(statuses) == 0;
}

static const char *phase_obstacle(struct json_object *phase)
{
	const char *kind = json_text_or(phase, "op", "");

	if (strcmp(kind, "sync") == 0)
		return asks_for_another(phase) ? "the app is asked for an integration that is not there"
					       : NULL;
	if (strcmp(kind, "app") == 0)
		return list_obstacle(json_child(phase, "ops", json_type_array), operation_obstacle);
	if (strcmp(kind, "airtable") == 0)
		return list_obstacle(json_child(phase, "edits", json_type_array), edit_obstacle);
	return strcmp(kind, "wait") == 0 ? NULL : "a phase of an unknown kind";
}

const char *recording_obstacle(const struct recording *recording)
{
	if (holds_pictures(recording_list(recording, "initial_docs")) ||
	    holds_pictures(recording_list(recording, "final_docs")))
		return "pictures are not played here";
	return list_obstacle(recording_list(recording, "phases"), phase_obstacle);
}

/* ---- rows and documents by phase ---- */

static void note_rows(struct their_state *state, const char *table, struct json_object *records)
{
	for (size_t i = 0; records && i < json_length(records); i++) {
		struct json_object *record = json_at(records, i);
		struct json_object *row = json_new_object();
		json_put_text(row, "table", json_text_or(record, "table", table));
		json_put(row, "fields", json_share(json_child(record, "fields", json_type_object)));
		json_put(state->rows, json_text_or(record, "id", ""), row);
	}
}

static void note_documents(struct their_state *state, struct json_object *documents)
{
	for (size_t i = 0; documents && i < json_length(documents); i++) {
		struct json_object *document = json_at(documents, i);
		json_put(state->documents, json_text_or(document, "_id", ""), json_share(document));
	}
}

static void note_gone(struct json_object *from, struct json_object *names)
{
	for (size_t i = 0; names && i < json_length(names); i++) {
		const char *name = recording_words(json_at(names, i));
		const char *slash = strchr(name, '/');
		json_remove(from, slash ? slash + 1 : name);
	}
}

void their_state_note(struct their_state *state, struct json_object *phase)
{
	note_rows(state, "", json_child(phase, "records_changed", json_type_array));
	note_gone(state->rows, json_child(phase, "records_removed", json_type_array));
	note_documents(state, json_child(phase, "docs_changed", json_type_array));
	note_gone(state->documents, json_child(phase, "docs_removed", json_type_array));
}

void their_state_begin(struct their_state *state, const struct recording *recording)
{
	struct json_object *initial = json_child(recording->json, "initial_records", json_type_object);

	*state = (struct their_state){json_new_object(), json_new_object()};
	json_each (members(initial), table, records) {
		note_rows(state, table, records);
	}
	note_documents(state, recording_list(recording, "initial_docs"));
}

void their_state_done(struct their_state *state)
{
	json_release(state->rows);
	json_release(state->documents);
	*state = (struct their_state){0};
}

/* ---- ids ---- */

void ids_done(struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		free(ids->list[i].ours);
		free(ids->list[i].theirs);
	}
	free(ids->list);
	*ids = (struct ids){0};
}

void ids_pair(struct ids *ids, const char *ours, const char *theirs)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (strcmp(ids->list[i].theirs, theirs) != 0)
			continue;
		free(ids->list[i].ours);
		free(ids->list[i].theirs);
		ids->list[i] = ids->list[--ids->count];
		break;
	}
	ids->list = own_resize(ids->list, ids->count + 1, sizeof *ids->list);
	ids->list[ids->count++] = (struct ids_pair){own_copy(ours), own_copy(theirs)};
}

const char *ids_ours(const struct ids *ids, const char *theirs)
{
	for (size_t i = 0; i < ids->count; i++)
		if (strcmp(ids->list[i].theirs, theirs) == 0)
			return ids->list[i].ours;
	return NULL;
}

/* An id is a text, or a part of a longer one between dashes or slashes: "item-<id>", "<table>/<id>". */
static bool is_edge(char byte)
{
	return byte == '\0' || byte == '-' || byte == '/';
}

/* The id that begins here, its latest pair. */
static const struct ids_pair *id_at(const struct ids *ids, const char *words, bool to_ours)
{
	for (size_t i = ids->count; i > 0; i--) {
		const struct ids_pair *pair = &ids->list[i - 1];
		const char *from = to_ours ? pair->theirs : pair->ours;
		size_t length = strlen(from);
		if (length > 0 && strncmp(words, from, length) == 0 && is_edge(words[length]))
			return pair;
	}
	return NULL;
}

/* The caller frees. */
static char *translated_text(const struct ids *ids, const char *words, bool to_ours)
{
	struct text text = {0};

	for (const char *at = words; *at;) {
		const struct ids_pair *pair = at == words || is_edge(at[-1]) ? id_at(ids, at, to_ours) : NULL;
		if (pair) {
			text_add(&text, to_ours ? pair->ours : pair->theirs);
			at += strlen(to_ours ? pair->theirs : pair->ours);
		} else {
			text_add_bytes(&text, at++, 1);
		}
	}
	return text_take(&text);
}

/* In keys and in texts, whatever they are: what cannot be an id is not among the pairs. */
static struct json_object *translated(const struct ids *ids, struct json_object *json, bool to_ours)
{
	struct json_object *result;

	if (json_is(json, json_type_string) && strlen(json_text_of(json)) == json_text_length(json)) {
		scoped_text words = translated_text(ids, json_text_of(json), to_ours);
		return json_new_text(words ? words : "");
	}
	if (json_is(json, json_type_array)) {
		result = json_new_array();
		for (size_t i = 0; i < json_length(json); i++)
			json_append(result, translated(ids, json_at(json, i), to_ours));
		return result;
	}
	if (!json_is(json, json_type_object))
		return json_copy(json);
	result = json_new_object();
	json_each (json, key, value) {
		scoped_text name = translated_text(ids, key, to_ours);
		json_put(result, name ? name : "", translated(ids, value, to_ours));
	}
	return result;
}

struct json_object *ids_to_ours(const struct ids *ids, struct json_object *json)
{
	return translated(ids, json, true);
}

struct json_object *ids_to_theirs(const struct ids *ids, struct json_object *json)
{
	return translated(ids, json, false);
}

void ends_done(struct ends *ends)
{
	json_release(ends->documents);
	json_release(ends->rows);
	*ends = (struct ends){0};
}
