#include "sandbox/api.h"
#include "base/text.h"
#include "sandbox/list.h"
#include "sandbox/meta.h"
#include "sandbox/records.h"
#include "sandbox/refusal.h"
#include "sandbox/upload.h"
#include <string.h>
#include <strings.h>

enum shape {
	SHAPE_TABLE,        /* /v0/app…/table */
	SHAPE_LIST_RECORDS, /* /v0/app…/table/listRecords */
	SHAPE_RECORD,       /* /v0/app…/table/rec… */
	SHAPE_UPLOAD,       /* /v0/app…/rec…/field/uploadAttachment */
	SHAPE_META_TABLES,  /* /v0/meta/bases/app…/tables */
	SHAPE_META_BASES,   /* /v0/meta/bases */
	SHAPE_WHOAMI,       /* /v0/meta/whoami */
	SHAPE_NONE,
};

struct sandbox_route {
	const char *method;
	enum shape shape;
	enum sandbox_kind kind;
	bool (*run)(struct sandbox_call *call, struct error *error);
	bool body;
};

static const struct sandbox_route routes[] = {
	{"GET", SHAPE_TABLE, KIND_LIST, sandbox_list_get, false},
	{"POST", SHAPE_LIST_RECORDS, KIND_LIST, sandbox_list_post, true},
	{"POST", SHAPE_TABLE, KIND_CREATE, sandbox_records_create, true},
	{"PATCH", SHAPE_TABLE, KIND_UPDATE, sandbox_records_update, true},
	{"PUT", SHAPE_TABLE, KIND_UPDATE, sandbox_records_update, true},
	{"DELETE", SHAPE_TABLE, KIND_DELETE, sandbox_records_delete, false},
	{"GET", SHAPE_RECORD, KIND_GET, sandbox_record_get, false},
	{"PATCH", SHAPE_RECORD, KIND_UPDATE, sandbox_record_update, true},
	{"PUT", SHAPE_RECORD, KIND_UPDATE, sandbox_record_update, true},
	{"DELETE", SHAPE_RECORD, KIND_DELETE, sandbox_record_delete, false},
	{"POST", SHAPE_UPLOAD, KIND_UPLOAD, sandbox_upload, true},
	{"GET", SHAPE_META_TABLES, KIND_SCHEMA, sandbox_meta_tables, false},
	{"GET", SHAPE_META_BASES, KIND_OTHER, sandbox_meta_bases, false},
	{"GET", SHAPE_WHOAMI, KIND_OTHER, sandbox_meta_whoami, false},
};

static enum shape shape_of_meta(const struct sandbox_target *target)
{
	if (target->count == 3 && strcmp(target->segments[2], "whoami") == 0)
		return SHAPE_WHOAMI;
	if (target->count < 3 || strcmp(target->segments[2], "bases") != 0)
		return SHAPE_NONE;
	if (target->count == 3)
		return SHAPE_META_BASES;
	return target->count == 5 && strcmp(target->segments[4], "tables") == 0 ? SHAPE_META_TABLES
										: SHAPE_NONE;
}

static enum shape shape_of(const struct sandbox_target *target)
{
	if (target->bad_path || target->count < 3 || strcmp(target->segments[0], "v0") != 0)
		return SHAPE_NONE;
	if (strcmp(target->segments[1], "meta") == 0)
		return shape_of_meta(target);
	if (target->count == 3)
		return SHAPE_TABLE;
	if (sandbox_target_is_upload(target))
		return SHAPE_UPLOAD;
	if (target->count > 4)
		return SHAPE_NONE;
	return strcmp(target->segments[3], "listRecords") == 0 ? SHAPE_LIST_RECORDS : SHAPE_RECORD;
}

static const struct sandbox_route *route_of(const struct sandbox_call *call)
{
	enum shape shape = shape_of(call->target);

	for (size_t i = 0; i < countof(routes); i++) {
		if (routes[i].shape == shape && strcmp(routes[i].method, call->method) == 0)
			return &routes[i];
	}
	return NULL;
}

static bool is_json(const struct sandbox_call *call)
{
	static const char json[] = "application/json";

	return call->content_type && strncasecmp(call->content_type, json, sizeof(json) - 1) == 0;
}

void sandbox_call_read(struct sandbox_call *call)
{
	call->route = route_of(call);
	call->kind = call->route ? call->route->kind : KIND_OTHER;
	if (!call->route || !call->route->body || !is_json(call) ||
	    !json_read(call->body, call->body_length, &call->json, NULL, NULL))
		return;
	if (call->route->run == sandbox_records_update && json_find(call->json, "performUpsert", NULL))
		call->kind = KIND_UPSERT;
}

static bool check_token(const struct sandbox_call *call, struct error *error)
{
	const struct sandbox_options *options = &call->sandbox->options;

	if (options->token_count ? sandbox_call_token_known(call) != NULL
				 : strncmp(sandbox_call_token(call), "pat", 3) == 0)
		return true;
	return sandbox_refuse(error, 401, "AUTHENTICATION_REQUIRED", "Authentication required");
}

/* Reads look at what was before a write for a while, when a fault says so. */
static struct sandbox_store *store_of(const struct sandbox_call *call)
{
	struct sandbox *sandbox = call->sandbox;
	bool stale =
		sandbox->before && call->now_us < sandbox->stale_until_us && !sandbox_kind_writes(call->kind);

	return stale ? sandbox->before : sandbox->store;
}

static const char *base_segment(const struct sandbox_call *call)
{
	switch (call->route->shape) {
	case SHAPE_TABLE:
	case SHAPE_LIST_RECORDS:
	case SHAPE_RECORD:
	case SHAPE_UPLOAD:
		return call->target->segments[1];
	case SHAPE_META_TABLES:
		return call->target->segments[3];
	case SHAPE_META_BASES:
	case SHAPE_WHOAMI:
	case SHAPE_NONE:
		break;
	}
	return NULL;
}

/* A malformed id is as good as an undefined route, unless something here is called so. */
static bool check_shapes(const struct sandbox_call *call, struct sandbox_base *base, const char *base_id,
			 struct error *error)
{
	if (base_id && !base && !sandbox_id_shaped(base_id, "app"))
		return sandbox_refuse_route(error);
	if (call->record_id && !sandbox_id_shaped(call->record_id, "rec") &&
	    !(base && sandbox_find_record(base, call->record_id)))
		return sandbox_refuse_route(error);
	return true;
}

bool sandbox_call_check(struct sandbox_call *call, struct error *error)
{
	if (!call->route)
		return sandbox_refuse_route(error);
	const char *base_id = base_segment(call);
	struct sandbox_base *base = base_id ? sandbox_find_base(store_of(call), base_id) : NULL;
	bool is_upload = call->route->shape == SHAPE_UPLOAD;
	bool has_table = base_id && call->route->shape != SHAPE_META_TABLES && !is_upload;
	struct sandbox_table *table =
		base && has_table ? sandbox_find_table(base, call->target->segments[2]) : NULL;

	call->record_id = is_upload                            ? call->target->segments[2]
			  : call->route->shape == SHAPE_RECORD ? call->target->segments[3]
							       : NULL;
	if (!check_shapes(call, base, base_id, error) || !check_token(call, error))
		return false;
	if (base_id && (!base || !sandbox_base_granted(call, base_id) || (has_table && !table)))
		return sandbox_refuse_model(error);
	call->base = base;
	call->table = table;
	return true;
}

static bool check_body(const struct sandbox_call *call, struct error *error)
{
	if (!call->route->body || json_is(call->json, json_type_object))
		return true;
	if (call->json)
		return sandbox_refuse_request(error);
	return sandbox_refuse(error, 422, "INVALID_REQUEST_BODY", "Could not parse request body");
}

void sandbox_call_run(struct sandbox_call *call)
{
	struct error error = {0};

	sandbox_set_now(call->sandbox);
	if (!sandbox_call_check(call, &error) || !check_body(call, &error) || !call->route->run(call, &error))
		sandbox_answer_refusal(&call->answer, &error);
}
