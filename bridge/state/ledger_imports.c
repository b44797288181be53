#include "bridge/state/ledger_imports.h"

#include "base/own.h"
#include "base/text.h"
#include "bridge/state/ledger_intents.h"

#include <stdlib.h>
#include <string.h>

#define FAILURES_MOST 1000 /* that are counted */

void ledger_imports_done(struct ledger_imports *imports)
{
	for (size_t i = 0; i < imports->count; i++) {
		free(imports->list[i].attachment_id);
		free(imports->list[i].image_id);
		free(imports->list[i].problem);
	}
	free(imports->list);
	*imports = (struct ledger_imports){0};
}

struct ledger_imports ledger_imports_copy(const struct ledger_imports *imports)
{
	struct ledger_imports copy = {0};

	for (size_t i = 0; i < imports->count; i++)
		ledger_imports_add(&copy, imports->list[i].attachment_id, &imports->list[i]);
	return copy;
}

struct ledger_import *ledger_imports_find(const struct ledger_imports *imports, const char *attachment_id)
{
	for (size_t i = 0; i < imports->count; i++)
		if (strcmp(imports->list[i].attachment_id, attachment_id) == 0)
			return &imports->list[i];
	return NULL;
}

struct ledger_import *ledger_imports_add(struct ledger_imports *imports, const char *attachment_id,
					 const struct ledger_import *as)
{
	imports->list = own_resize(imports->list, imports->count + 1, sizeof *imports->list);
	struct ledger_import *added = &imports->list[imports->count++];
	*added = as ? *as : (struct ledger_import){0};
	added->attachment_id = own_copy(attachment_id);
	added->image_id = own_copy(as ? as->image_id : "");
	added->problem = as ? own_copy(as->problem) : NULL;
	return added;
}

void ledger_import_set_image(struct ledger_import *import, const char *image_id)
{
	free(import->image_id);
	import->image_id = own_copy(image_id);
}

void ledger_import_set_problem(struct ledger_import *import, const char *words)
{
	free(import->problem);
	import->problem =
		words ? own_copy_bytes(words, text_utf8_prefix(words, strlen(words), IMPORT_PROBLEM_MOST))
		      : NULL;
}

/* ---- when ---- */

bool ledger_import_is_open(const struct ledger_import *import)
{
	return !import->image_id[0] && !import->problem;
}

int64_t ledger_imports_due_ms(const struct ledger_imports *imports, int64_t now_ms, bool in_vain)
{
	int64_t due_ms = -1, least_ms = in_vain ? IMPORT_HELD_MS : 0;

	for (size_t i = 0; i < imports->count; i++) {
		const struct ledger_import *one = &imports->list[i];
		int64_t in_ms = one->next_try_ms > now_ms ? one->next_try_ms - now_ms : 0;
		if (!one->next_try_ms && !ledger_import_is_open(one))
			continue;
		in_ms = one->next_try_ms ? in_ms : IMPORT_LOOK_MS;
		in_ms = in_ms < least_ms ? least_ms : in_ms;
		due_ms = due_ms < 0 || in_ms < due_ms ? in_ms : due_ms;
	}
	return due_ms;
}

/* ---- as JSON ---- */

static struct json_object *import_to_json(const struct ledger_import *import)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "attachment", import->attachment_id);
	if (import->image_id[0])
		json_put_text(json, "image", import->image_id);
	if (import->lost)
		json_put(json, "lost", json_new_bool(true));
	ledger_put_number(json, "failures", import->failures);
	ledger_put_number(json, "next_try", import->next_try_ms);
	json_put_text(json, "problem", import->problem);
	return json;
}

struct json_object *ledger_imports_to_json(const struct ledger_imports *imports)
{
	struct json_object *list = imports->count ? json_new_array() : NULL;

	for (size_t i = 0; i < imports->count; i++)
		json_append(list, import_to_json(&imports->list[i]));
	return list;
}

static void import_from_json(struct json_object *json, struct ledger_imports *imports)
{
	const char *attachment_id = json_text_or(json, "attachment", "");
	int64_t failures = json_int_or(json, "failures", 0);

	if (!*attachment_id || ledger_imports_find(imports, attachment_id))
		return;
	struct ledger_import *one = ledger_imports_add(imports, attachment_id, NULL);
	ledger_import_set_image(one, json_text_or(json, "image", ""));
	ledger_import_set_problem(one, json_text_or(json, "problem", NULL));
	one->lost = json_bool_or(json, "lost", false);
	one->failures = failures < 0 ? 0 : failures > FAILURES_MOST ? FAILURES_MOST : (int)failures;
	one->next_try_ms = ledger_read_time(json, "next_try");
}

void ledger_imports_from_json(struct json_object *json, struct ledger_imports *imports_out)
{
	*imports_out = (struct ledger_imports){0};
	for (size_t i = 0; json_is(json, json_type_array) && i < json_length(json); i++)
		import_from_json(json_at(json, i), imports_out);
}
