#include "sandbox/counts.h"
#include "base/json.h"
#include "base/own.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[SANDBOX_KINDS] = {
	[KIND_LIST] = "list",     [KIND_GET] = "get",       [KIND_CREATE] = "create",
	[KIND_UPDATE] = "update", [KIND_UPSERT] = "upsert", [KIND_DELETE] = "delete",
	[KIND_UPLOAD] = "upload", [KIND_SCHEMA] = "schema", [KIND_OTHER] = "other",
};

const char *sandbox_kind_name(enum sandbox_kind kind)
{
	return kind_names[kind];
}

bool sandbox_kind_writes(enum sandbox_kind kind)
{
	return kind == KIND_CREATE || kind == KIND_UPDATE || kind == KIND_UPSERT || kind == KIND_DELETE ||
	       kind == KIND_UPLOAD;
}

void sandbox_counts_done(struct sandbox_counts *counts)
{
	for (size_t i = 0; i < counts->window_count; i++)
		free(counts->windows[i].stamps_us);
	*counts = (struct sandbox_counts){0};
}

void sandbox_counts_reset(struct sandbox_counts *counts, int64_t now_us)
{
	sandbox_counts_done(counts);
	counts->since_us = now_us;
}

static struct sandbox_window *window_of(struct sandbox_counts *counts, const char *base)
{
	for (size_t i = 0; i < counts->window_count; i++) {
		if (strncmp(counts->windows[i].base, base, sizeof(counts->windows[i].base) - 1) == 0)
			return &counts->windows[i];
	}
	if (counts->window_count == countof(counts->windows))
		return &counts->windows[counts->window_count - 1];
	struct sandbox_window *window = &counts->windows[counts->window_count++];
	snprintf(window->base, sizeof(window->base), "%s", base);
	window->stamps_us = own_alloc(SANDBOX_WINDOW_CEILING * sizeof(int64_t));
	return window;
}

static void window_add(struct sandbox_window *window, int64_t now_us)
{
	while (window->count > 0 && (now_us - window->stamps_us[window->first] >= 1000000 ||
				     window->count == SANDBOX_WINDOW_CEILING)) {
		window->first = (window->first + 1) % SANDBOX_WINDOW_CEILING;
		window->count--;
	}
	window->stamps_us[(window->first + window->count++) % SANDBOX_WINDOW_CEILING] = now_us;
	if (window->count > window->most)
		window->most = window->count;
}

void sandbox_counts_arrived(struct sandbox_counts *counts, enum sandbox_kind kind, const char *base,
			    int64_t now_us)
{
	counts->total++;
	counts->kinds[kind]++;
	if (base)
		window_add(window_of(counts, base), now_us);
	if (sandbox_kind_writes(kind) && counts->first_write_arrived_us == 0)
		counts->first_write_arrived_us = now_us;
}

void sandbox_counts_answered(struct sandbox_counts *counts, enum sandbox_kind kind, int64_t now_us)
{
	if (sandbox_kind_writes(kind))
		counts->last_write_answered_us = now_us;
}

static void put_count(struct json_object *json, const char *key, uint64_t count)
{
	json_put(json, key, json_new_int((int64_t)count));
}

/* Milliseconds since the counts began. */
static void put_time(struct json_object *json, const char *key, int64_t time_us, int64_t since_us)
{
	json_put(json, key, time_us ? json_new_int((time_us - since_us) / 1000) : NULL);
}

struct json_object *sandbox_counts_show(const struct sandbox_counts *counts)
{
	struct json_object *json = json_new_object();
	size_t most = 0;

	put_count(json, "total", counts->total);
	for (int kind = 0; kind < SANDBOX_KINDS; kind++)
		put_count(json, kind_names[kind], counts->kinds[kind]);
	put_count(json, "refused_429", counts->refused_429);
	put_count(json, "penalties", counts->penalties);
	put_count(json, "records_listed", counts->records_listed);
	put_count(json, "records_created", counts->records_created);
	put_count(json, "records_updated", counts->records_updated);
	put_count(json, "records_deleted", counts->records_deleted);
	for (size_t i = 0; i < counts->window_count; i++)
		most = counts->windows[i].most > most ? counts->windows[i].most : most;
	put_count(json, "max_in_any_second", most);
	put_time(json, "first_write_arrived_ms", counts->first_write_arrived_us, counts->since_us);
	put_time(json, "last_write_answered_ms", counts->last_write_answered_us, counts->since_us);
	return json;
}
