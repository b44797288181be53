/* The part of the meta API that is here: whoami, the list of bases, the schema of one. */
#include "sandbox/meta.h"
#include "base/json.h"
#include "sandbox/refusal.h"
#include "sandbox/schema.h"
#include <string.h>

/* include[]=visibleFieldIds is accepted, as clients send it, and adds nothing. */
static bool check_query(const struct sandbox_call *call, const char *const *known, size_t count,
			struct error *error)
{
	for (size_t i = 0; i < call->target->pair_count; i++) {
		bool found = false;
		for (size_t j = 0; j < count; j++)
			found = found || strcmp(call->target->pairs[i].name, known[j]) == 0;
		if (!found)
			return sandbox_refuse_request(error);
	}
	return true;
}

bool sandbox_meta_tables(struct sandbox_call *call, struct error *error)
{
	static const char *const known[] = {"include", "include[]", "include[0]"};
	scoped(json_object) json = json_new_object();
	struct json_object *tables = json_new_array();

	json_put(json, "tables", tables);
	if (!check_query(call, known, countof(known), error))
		return false;
	for (size_t i = 0; i < call->base->table_count; i++) {
		if (!call->base->tables[i]->deleted)
			json_append(tables, sandbox_table_model(call->base->tables[i]));
	}
	sandbox_answer_json(&call->answer, json);
	return true;
}

bool sandbox_meta_bases(struct sandbox_call *call, struct error *error)
{
	static const char *const known[] = {"offset"};
	scoped(json_object) json = json_new_object();
	struct json_object *bases = json_new_array();
	const struct sandbox_store *store = call->sandbox->store;

	json_put(json, "bases", bases);
	if (!check_query(call, known, countof(known), error))
		return false;
	for (size_t i = 0; i < store->base_count; i++) {
		if (!sandbox_base_granted(call, store->bases[i]->id))
			continue;
		struct json_object *base = json_new_object();
		json_put_text(base, "id", store->bases[i]->id);
		json_put_text(base, "name", store->bases[i]->name);
		json_put_text(base, "permissionLevel", "create");
		json_append(bases, base);
	}
	sandbox_answer_json(&call->answer, json);
	return true;
}

bool sandbox_meta_whoami(struct sandbox_call *call, struct error *error)
{
	scoped(json_object) json = json_new_object();

	if (call->target->pair_count > 0)
		return sandbox_refuse_request(error);
	json_put_text(json, "id", "usrSandbox0000001");
	sandbox_answer_json(&call->answer, json);
	return true;
}
