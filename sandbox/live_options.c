#include "sandbox/live_options.h"
#include "base/json.h"

#define DAY_MS 86400000

struct json_object *sandbox_live_options_show(const struct sandbox *sandbox)
{
	const struct sandbox_store *store = sandbox->store;
	struct json_object *json = json_new_object();

	json_put(json, "latency_ms", json_new_int(sandbox->options.latency_ms));
	json_put(json, "rate", json_number(sandbox->options.rate));
	json_put(json, "iterator_ms", json_new_int(sandbox->options.iterator_ms));
	json_put(json, "bump_equal", json_new_bool(store->bump_equal));
	json_put(json, "fresh_unmodified", json_new_bool(store->fresh_unmodified));
	json_put(json, "quoted_refusals", json_new_bool(store->quoted_refusals));
	json_put_text(json, "times", sandbox_times_name(store->times));
	json_put(json, "keep_text", json_new_bool(store->keep_text));
	json_put(json, "fetch", json_new_bool(sandbox->options.fetch));
	json_put(json, "fetch_limit", json_new_int((int64_t)sandbox->options.fetch_limit));
	json_put(json, "fetch_ms", json_new_int(sandbox->options.fetch_ms));
	json_put(json, "fetch_modifies", json_new_bool(store->fetch_modifies));
	json_put_text(json, "unfetched", sandbox_unfetched_name(store->files.unfetched));
	return json;
}

static bool change_time(struct json_object *json, const char *key, int64_t most, int64_t *ms,
			struct error *error)
{
	int64_t value = json_int_or(json, key, *ms);

	if (value < 0 || value > most)
		return error_set(error, ERROR_REFUSED, "%s is out of range", key);
	*ms = value;
	return true;
}

static bool change_rate(struct sandbox *sandbox, struct json_object *json, struct error *error)
{
	struct json_object *rate = NULL;

	if (!json_find(json, "rate", &rate))
		return true;
	double value = json_double_of(rate);
	if (!json_is_number(rate) || !sandbox_rate_fits(value))
		return error_set(error, ERROR_REFUSED, "the rate is out of range");
	sandbox->options.rate = value;
	sandbox_limits_set(&sandbox->limits, value);
	return true;
}

static bool change_names(struct sandbox_store *store, struct json_object *json, struct error *error)
{
	const char *times = json_text_or(json, "times", sandbox_times_name(store->times));
	const char *unfetched =
		json_text_or(json, "unfetched", sandbox_unfetched_name(store->files.unfetched));

	if (!sandbox_times_of_name(times, &store->times))
		return error_set(error, ERROR_REFUSED, "times are \"rounded\", \"cut\" or \"exact\"");
	if (!sandbox_unfetched_of_name(unfetched, &store->files.unfetched))
		return error_set(error, ERROR_REFUSED,
				 "unfetched is \"whole\", \"without-id\" or \"absent\"");
	return true;
}

static bool change_limit(struct sandbox_options *options, struct json_object *json, struct error *error)
{
	int64_t limit = json_int_or(json, "fetch_limit", (int64_t)options->fetch_limit);

	if (limit < 1 || limit > (int64_t)SANDBOX_FETCH_LIMIT_MOST)
		return error_set(error, ERROR_REFUSED, "fetch_limit is out of range");
	options->fetch_limit = (size_t)limit;
	return true;
}

bool sandbox_live_options_change(struct sandbox *sandbox, struct json_object *json, struct error *error)
{
	struct sandbox_options *options = &sandbox->options;
	struct sandbox_store *store = sandbox->store;

	if (!change_time(json, "latency_ms", SANDBOX_LATENCY_LIMIT_MS, &options->latency_ms, error) ||
	    !change_time(json, "iterator_ms", DAY_MS, &options->iterator_ms, error) ||
	    !change_time(json, "fetch_ms", DAY_MS, &options->fetch_ms, error) ||
	    !change_limit(options, json, error) || !change_rate(sandbox, json, error) ||
	    !change_names(store, json, error))
		return false;
	options->fetch = json_bool_or(json, "fetch", options->fetch);
	store->bump_equal = json_bool_or(json, "bump_equal", store->bump_equal);
	store->fresh_unmodified = json_bool_or(json, "fresh_unmodified", store->fresh_unmodified);
	store->quoted_refusals = json_bool_or(json, "quoted_refusals", store->quoted_refusals);
	store->keep_text = json_bool_or(json, "keep_text", store->keep_text);
	store->fetch_modifies = json_bool_or(json, "fetch_modifies", store->fetch_modifies);
	return true;
}
