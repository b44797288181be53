#include "sandbox/call.h"
#include "base/clock.h"
#include "sandbox/cells.h"
#include "sandbox/refusal.h"
#include <string.h>
#include <strings.h>

const char *sandbox_call_token(const struct sandbox_call *call)
{
	static const char bearer[] = "Bearer ";

	if (!call->authorization || strncasecmp(call->authorization, bearer, sizeof(bearer) - 1) != 0)
		return "";
	return call->authorization + sizeof(bearer) - 1;
}

const struct sandbox_token *sandbox_call_token_known(const struct sandbox_call *call)
{
	const char *token = sandbox_call_token(call);
	const struct sandbox_options *options = &call->sandbox->options;

	for (size_t i = 0; i < options->token_count; i++) {
		if (strcmp(options->tokens[i].token, token) == 0)
			return &options->tokens[i];
	}
	return NULL;
}

bool sandbox_base_granted(const struct sandbox_call *call, const char *base_id)
{
	const struct sandbox_token *token = sandbox_call_token_known(call);
	size_t length = strlen(base_id);

	if (!token || !token->bases)
		return true;
	for (const char *at = token->bases; *at; at += strcspn(at, ","), at += *at == ',') {
		if (strcspn(at, ",") == length && strncmp(at, base_id, length) == 0)
			return true;
	}
	return false;
}

bool sandbox_read_truth(const char *words, bool *truth_out, struct error *error)
{
	if (strcmp(words, "true") != 0 && strcmp(words, "1") != 0 && strcmp(words, "false") != 0 &&
	    strcmp(words, "0") != 0)
		return sandbox_refuse_request(error);
	*truth_out = *words == 't' || *words == '1';
	return true;
}

void sandbox_call_done(struct sandbox_call *call)
{
	json_release(call->json);
	sandbox_answer_done(&call->answer);
	*call = (struct sandbox_call){0};
}

struct json_object *sandbox_record_show(const struct sandbox_record *record,
					struct sandbox_field *const *fields, size_t count, bool by_id)
{
	struct json_object *json = json_new_object();
	struct json_object *cells = json_new_object();
	char iso[CLOCK_ISO_SIZE];

	json_put_text(json, "id", record->id);
	if (clock_iso(record->created_ms, iso))
		json_put_text(json, "createdTime", iso);
	for (size_t i = 0; i < count; i++) {
		struct json_object *value = sandbox_cell_show(record, fields[i]);
		if (value)
			json_put(cells, by_id ? fields[i]->id : fields[i]->name, value);
	}
	json_put(json, "fields", cells);
	return json;
}
