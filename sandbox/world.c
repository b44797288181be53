#include "sandbox/world.h"
#include "base/clock.h"
#include "base/json.h"
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

int64_t sandbox_clock_now(const struct sandbox_clock *clock)
{
	return clock->frozen ? clock->frozen_ms : clock_now_ms() + clock->offset_ms;
}

void sandbox_clock_set(struct sandbox_clock *clock, int64_t now_ms)
{
	clock->offset_ms = now_ms - clock_now_ms();
	clock->frozen_ms = now_ms;
}

int64_t sandbox_steady_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool sandbox_rate_fits(double rate)
{
	return rate == 0 || (rate >= 0.01 && rate <= 1000);
}

void sandbox_init(struct sandbox *sandbox)
{
	*sandbox = (struct sandbox){.store = sandbox_store_open()};
	sandbox->options.body_limit = SANDBOX_BODY_LIMIT;
	sandbox->options.iterator_ms = 300000;
	sandbox->options.rate = 1;
	sandbox->options.fetch = true;
	sandbox->options.fetch_limit = SANDBOX_FETCH_LIMIT;
	sandbox->options.fetch_ms = SANDBOX_FETCH_MS;
	sandbox_limits_set(&sandbox->limits, 1);
	sandbox_counts_reset(&sandbox->counts, sandbox_steady_us());
}

static void options_done(struct sandbox_options *options)
{
	for (size_t i = 0; i < options->token_count; i++) {
		free(options->tokens[i].token);
		free(options->tokens[i].bases);
	}
	free(options->listen);
	free(options->load_file);
	free(options->save_file);
	*options = (struct sandbox_options){0};
}

void sandbox_done(struct sandbox *sandbox)
{
	sandbox_store_close(&sandbox->store);
	sandbox_store_close(&sandbox->before);
	options_done(&sandbox->options);
	sandbox_limits_done(&sandbox->limits);
	sandbox_faults_done(&sandbox->faults);
	sandbox_counts_done(&sandbox->counts);
}

void sandbox_take_store(struct sandbox *sandbox, struct sandbox_store *store)
{
	const struct sandbox_store *old = sandbox->store;

	store->bump_equal = old->bump_equal;
	store->fresh_unmodified = old->fresh_unmodified;
	store->quoted_refusals = old->quoted_refusals;
	store->times = old->times;
	store->keep_text = old->keep_text;
	store->fetch_modifies = old->fetch_modifies;
	store->files.unfetched = old->files.unfetched;
	store->version += old->version + 1;
	sandbox_store_close(&sandbox->store);
	sandbox_store_close(&sandbox->before);
	sandbox->stale_until_us = 0;
	sandbox->store = store;
}

void sandbox_set_now(struct sandbox *sandbox)
{
	struct sandbox_store *stores[] = {sandbox->store, sandbox->before};

	for (size_t i = 0; i < countof(stores); i++) {
		if (!stores[i])
			continue;
		stores[i]->now_ms = sandbox_clock_now(&sandbox->clock);
		stores[i]->files.address = sandbox->address;
	}
}

void sandbox_trim(void)
{
	malloc_trim(0);
}

void sandbox_answer_done(struct sandbox_answer *answer)
{
	text_done(&answer->body);
	free(answer->file_type);
	*answer = (struct sandbox_answer){0};
}

void sandbox_answer_json(struct sandbox_answer *answer, struct json_object *json)
{
	answer->status = 200;
	json_add_to(&answer->body, json);
}

void sandbox_answer_refusal(struct sandbox_answer *answer, const struct error *refusal)
{
	scoped(json_object) json = json_new_object();

	answer->status = refusal->status ? refusal->status : 422;
	text_clear(&answer->body);
	if (!*refusal->code && !*refusal->text) {
		json_put_text(json, "error", "NOT_FOUND");
	} else {
		struct json_object *inner = json_new_object();
		json_put_text(inner, "type", *refusal->code ? refusal->code : "SANDBOX");
		if (*refusal->text)
			json_put_text(inner, "message", refusal->text);
		json_put(json, "error", inner);
	}
	json_add_to(&answer->body, json);
}
