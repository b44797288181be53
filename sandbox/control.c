#include "sandbox/control.h"
#include "base/clock.h"
#include "base/json.h"
#include "sandbox/call.h"
#include "sandbox/edit.h"
#include "sandbox/listings.h"
#include "sandbox/live_options.h"
#include "sandbox/refusal.h"
#include "sandbox/save.h"
#include "sandbox/schema.h"
#include "sandbox/upload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_9999_MS 253402300799000

struct control {
	struct sandbox *sandbox;
	const struct sandbox_control_request *request;
	struct sandbox_answer *answer;
	struct json_object *json; /* the body; NULL for GET and DELETE */
};

static void answer_take(struct control *control, struct json_object *json)
{
	sandbox_answer_json(control->answer, json);
	json_release(json);
}

static struct json_object *base_model(const struct sandbox_base *base, struct json_object *rows)
{
	struct json_object *model = json_new_object();
	struct json_object *tables = json_new_array();

	json_put_text(model, "id", base->id);
	json_put_text(model, "name", base->name);
	for (size_t i = 0; i < base->table_count; i++) {
		const struct sandbox_table *table = base->tables[i];
		if (table->deleted)
			continue;
		json_append(tables, sandbox_table_model(table));
		json_put(rows, table->id, json_new_int((int64_t)table->record_count));
	}
	json_put(model, "tables", tables);
	return model;
}

static bool get_bases(struct control *control, struct error *error)
{
	const struct sandbox_store *store = control->sandbox->store;
	struct json_object *json = json_new_object();
	struct json_object *bases = json_new_array(), *rows = json_new_object();

	(void)error;
	for (size_t i = 0; i < store->base_count; i++)
		json_append(bases, base_model(store->bases[i], rows));
	json_put(json, "bases", bases);
	json_put(json, "rows", rows);
	json_put(json, "version", json_new_int((int64_t)store->version));
	answer_take(control, json);
	return true;
}

static void add_modified(struct json_object *json, const struct sandbox_record *record)
{
	struct json_object *modified = json_new_object();

	for (size_t i = 0; i < record->table->field_count; i++) {
		if (record->slots[i].modified_ms)
			json_put(modified, record->table->fields[i]->name,
				 json_new_int(record->slots[i].modified_ms));
	}
	json_put(json, "modified", modified);
	json_put(json, "modifiedAny", json_new_int(record->modified_ms));
}

static void write_rows(const struct sandbox_table *table, bool modified, struct text *text)
{
	text_add(text, ",\"records\":[");
	for (size_t i = 0; i < table->record_count; i++) {
		scoped(json_object) json =
			sandbox_record_show(table->records[i], table->fields, table->field_count, false);
		if (modified)
			add_modified(json, table->records[i]);
		text_add(text, i ? ",\n" : "\n");
		json_add_to(text, json);
	}
	text_add(text, "]");
}

static bool get_rows(struct control *control, struct error *error)
{
	const struct sandbox_target *target = control->request->target;
	const char *base_id = sandbox_target_get(target, "base"), *key = sandbox_target_get(target, "table");
	const char *since = sandbox_target_get(target, "since");
	struct sandbox_base *base = sandbox_find_base(control->sandbox->store, base_id ? base_id : "");
	const struct sandbox_table *table = base ? sandbox_find_table(base, key ? key : "") : NULL;
	struct text *text = &control->answer->body;
	char version[32];

	if (!table)
		return error_set(error, ERROR_REFUSED, "there is no such base or table");
	snprintf(version, sizeof(version), "%llu", (unsigned long long)control->sandbox->store->version);
	text->ceiling = SANDBOX_STATE_CEILING;
	text_format(text, "{\"version\":%s", version);
	if (!since || strcmp(since, version) != 0)
		write_rows(table, sandbox_target_get(target, "modified") != NULL, text);
	text_add(text, "}");
	control->answer->status = 200;
	return true;
}

static bool post_edit(struct control *control, struct error *error)
{
	struct json_object *results = json_new_array();
	scoped(json_object) json = json_new_object();

	json_put(json, "results", results);
	if (!sandbox_edit(control->sandbox->store, control->json, results, error))
		return false;
	sandbox_answer_json(control->answer, json);
	return true;
}

static bool post_file(struct control *control, struct error *error)
{
	struct json_object *json = json_new_object();
	const char *id = NULL;

	if (!sandbox_upload_by_hand(control->sandbox->store, control->json, &id, error)) {
		json_release(json);
		return false;
	}
	json_put_text(json, "id", id);
	answer_take(control, json);
	return true;
}

static bool get_faults(struct control *control, struct error *error)
{
	(void)error;
	answer_take(control, sandbox_faults_show(&control->sandbox->faults));
	return true;
}

static bool post_faults(struct control *control, struct error *error)
{
	struct sandbox *sandbox = control->sandbox;

	return sandbox_faults_add(&sandbox->faults, control->json, sandbox->requests,
				  sandbox->options.allow_kill, error) &&
	       get_faults(control, error);
}

static bool delete_faults(struct control *control, struct error *error)
{
	sandbox_faults_done(&control->sandbox->faults);
	return get_faults(control, error);
}

static bool post_release(struct control *control, struct error *error)
{
	control->sandbox->releases++;
	return get_faults(control, error);
}

static bool get_clock(struct control *control, struct error *error)
{
	struct json_object *json = json_new_object();
	int64_t now_ms = sandbox_clock_now(&control->sandbox->clock);
	char iso[CLOCK_ISO_SIZE];

	(void)error;
	json_put_text(json, "now", clock_iso(now_ms, iso) ? iso : NULL);
	json_put(json, "now_ms", json_new_int(now_ms));
	json_put(json, "frozen", json_new_bool(control->sandbox->clock.frozen));
	answer_take(control, json);
	return true;
}

static bool post_clock(struct control *control, struct error *error)
{
	struct sandbox_clock *clock = &control->sandbox->clock;
	int64_t now_ms = sandbox_clock_now(clock);
	const char *set = json_text_or(control->json, "set", NULL);
	int64_t advance_ms = json_int_or(control->json, "advance_ms", 0);

	if (set && !clock_from_iso(set, &now_ms))
		return error_set(error, ERROR_REFUSED, "\"%s\" is no time", set);
	if (llabs(advance_ms) > YEAR_9999_MS || now_ms + advance_ms < 0 || now_ms + advance_ms > YEAR_9999_MS)
		return error_set(error, ERROR_REFUSED, "the clock goes from 1970 to 9999");
	clock->frozen = json_bool_or(control->json, "freeze", clock->frozen);
	sandbox_clock_set(clock, now_ms + advance_ms);
	return get_clock(control, error);
}

static bool get_counts(struct control *control, struct error *error)
{
	struct json_object *json = sandbox_counts_show(&control->sandbox->counts);
	int64_t left_us = sandbox_limits_left(&control->sandbox->limits, control->request->now_us);

	(void)error;
	json_put(json, "penalty_left_ms", json_new_int((left_us + 999) / 1000));
	answer_take(control, json);
	return true;
}

static bool post_counts(struct control *control, struct error *error)
{
	sandbox_counts_reset(&control->sandbox->counts, control->request->now_us);
	return get_counts(control, error);
}

static bool get_options(struct control *control, struct error *error)
{
	(void)error;
	answer_take(control, sandbox_live_options_show(control->sandbox));
	return true;
}

static bool post_options(struct control *control, struct error *error)
{
	return sandbox_live_options_change(control->sandbox, control->json, error) &&
	       get_options(control, error);
}

static bool get_save(struct control *control, struct error *error)
{
	control->answer->body.ceiling = SANDBOX_STATE_CEILING;
	sandbox_store_write(control->sandbox->store, &control->answer->body);
	control->answer->status = 200;
	return control->answer->body.full ? error_set(error, ERROR_REFUSED, "the state is too big") : true;
}

static bool post_save(struct control *control, struct error *error)
{
	struct json_object *json = json_new_object();
	const char *path = control->sandbox->options.save_file;

	if (!path) {
		json_release(json);
		return error_set(error, ERROR_REFUSED,
				 "there is no file: the sandbox was started without --save");
	}
	json_put_text(json, "file", path);
	if (!sandbox_store_save(control->sandbox->store, path, error)) {
		json_release(json);
		return false;
	}
	answer_take(control, json);
	return true;
}

static bool post_load(struct control *control, struct error *error)
{
	struct sandbox_store *store = NULL;

	if (!sandbox_store_read(control->json, sandbox_clock_now(&control->sandbox->clock), &store, error))
		return false;
	sandbox_take_store(control->sandbox, store);
	return get_bases(control, error);
}

static bool delete_iterators(struct control *control, struct error *error)
{
	sandbox_listings_drop(&control->sandbox->store->listings);
	if (control->sandbox->before)
		sandbox_listings_drop(&control->sandbox->before->listings);
	return get_options(control, error);
}

static const struct route {
	const char *method, *name, *more; /* /_sandbox/name/more; more may be NULL */
	bool (*run)(struct control *control, struct error *error);
} routes[] = {
	{"GET", "bases", NULL, get_bases},         {"GET", "rows", NULL, get_rows},
	{"POST", "edit", NULL, post_edit},         {"POST", "file", NULL, post_file},
	{"GET", "faults", NULL, get_faults},       {"POST", "faults", NULL, post_faults},
	{"DELETE", "faults", NULL, delete_faults}, {"POST", "faults", "release", post_release},
	{"GET", "clock", NULL, get_clock},         {"POST", "clock", NULL, post_clock},
	{"GET", "counts", NULL, get_counts},       {"POST", "counts", NULL, post_counts},
	{"GET", "options", NULL, get_options},     {"POST", "options", NULL, post_options},
	{"GET", "save", NULL, get_save},           {"POST", "save", NULL, post_save},
	{"POST", "load", NULL, post_load},         {"DELETE", "iterators", NULL, delete_iterators},
};

static const struct route *route_of(const struct sandbox_control_request *request)
{
	const struct sandbox_target *target = request->target;

	for (size_t i = 0; i < countof(routes); i++) {
		size_t count = routes[i].more ? 3 : 2;
		if (target->count == count && !target->bad_path && !target->bad_query &&
		    strcmp(routes[i].method, request->method) == 0 &&
		    strcmp(routes[i].name, target->segments[1]) == 0 &&
		    (!routes[i].more || strcmp(routes[i].more, target->segments[2]) == 0))
			return &routes[i];
	}
	return NULL;
}

/* A POST without a body is one with an empty object. */
static bool run(struct control *control, struct error *error)
{
	const struct sandbox_control_request *request = control->request;
	const struct route *route = route_of(request);

	if (!route)
		return sandbox_refuse_route(error);
	if (strcmp(request->method, "POST") == 0) {
		if (request->body_length == 0)
			control->json = json_new_object();
		else if (!json_read(request->body, request->body_length, &control->json, NULL, error))
			return false;
	}
	sandbox_set_now(control->sandbox);
	return route->run(control, error);
}

void sandbox_control(struct sandbox *sandbox, const struct sandbox_control_request *request,
		     struct sandbox_answer *answer)
{
	struct control control = {sandbox, request, answer, NULL};
	struct error error = {0};

	if (!run(&control, &error))
		sandbox_answer_refusal(answer, &error);
	json_release(control.json);
	if (request->body_length > SANDBOX_BODY_LIMIT)
		sandbox_trim();
}
