#include "bridge/start/start_problems.h"

#include "bridge/index/parents.h"
#include "bridge/index/waits.h"
#include "bridge/memory/seen_document.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64
#define BESIDE_MOST    100 /* documents of other types that a start reads for it */

void start_problems_done(struct start_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		json_release(problems->list[i].blocked_by);
		json_release(problems->list[i].grounds);
	}
	free(problems->list);
	*problems = (struct start_problems){0};
}

void start_problems_add(struct start_problems *problems, struct pair *pair, const struct ledger_entry *entry)
{
	if (problems->count == problems->capacity) {
		problems->capacity = problems->capacity ? 2 * problems->capacity : FIRST_CAPACITY;
		problems->list = own_resize(problems->list, problems->capacity, sizeof *problems->list);
	}
	problems->list[problems->count++] = (struct start_problem){
		.pair = pair,
		.blocked_by = json_share(entry->blocked_by),
		.grounds = json_share(entry->grounds),
	};
}

/* Whether documents of this id are known by their pairs. */
static bool is_synced(const char *full_id, enum table *table_out, const char **id_out)
{
	return table_of_document_type(document_type_of(full_id, id_out), table_out);
}

/* The others are few, mostly the one with the app's settings, and are read. */
static struct json_object *wanted_beside(const struct start_problems *problems)
{
	struct json_object *wanted = json_new_object();

	for (size_t i = 0; i < problems->count; i++) {
		json_each (problems->list[i].grounds, full_id, revision) {
			enum table table;
			const char *id;
			(void)revision;
			if (!is_synced(full_id, &table, &id) && json_key_count(wanted) < BESIDE_MOST)
				json_put(wanted, full_id, NULL);
		}
	}
	return wanted;
}

/* {_id: body, or null: none} */
static bool read_beside(struct sync *sync, struct json_object *wanted, struct error *error)
{
	struct json_object *bodies[BESIDE_MOST] = {NULL};
	const char *ids[BESIDE_MOST];
	size_t count = 0;

	json_each (wanted, full_id, nothing) {
		(void)nothing;
		ids[count++] = full_id;
	}
	if (count == 0)
		return true;
	if (!sync->couch.ops->read_extras(sync->couch.self, ids, count, bodies, error))
		return error_wrap(error, "reading what edits were refused for");
	for (size_t i = 0; i < count; i++)
		json_put(wanted, ids[i], bodies[i]);
	return true;
}

static bool is_pair_as_then(const struct pair *pair, const char *revision)
{
	struct endpoint_record then = {.presence = *revision ? RECORD_THERE : RECORD_MISSING,
				       .revision = (char *)revision};
	bool there = pair && pair->document != PAIR_DOCUMENT_NONE;

	return leaves_hash_of(&then) == (there ? pair->leaves_hash : 0);
}

static bool is_as_then(const struct sync *sync, struct json_object *beside, const char *full_id,
		       const char *revision)
{
	struct json_object *body = NULL;
	enum table table;
	const char *id;

	if (is_synced(full_id, &table, &id))
		return is_pair_as_then(pairs_find(&sync->pairs, table, id), revision);
	return json_find(beside, full_id, &body) && strcmp(json_text_or(body, "_rev", ""), revision) == 0;
}

/* When it was refused nothing stood in it. */
static bool may_be_over(const struct sync *sync, struct json_object *beside,
			const struct start_problem *problem)
{
	if (!problem->grounds || pair_has_contents(problem->pair))
		return true;
	json_each (problem->grounds, full_id, revision) {
		if (!json_is(revision, json_type_string) ||
		    !is_as_then(sync, beside, full_id, json_text_of(revision)))
			return true;
	}
	return false;
}

bool sync_take_problems(struct sync *sync, const struct start_problems *problems, struct error *error)
{
	scoped(json_object) beside = wanted_beside(problems);

	if (!read_beside(sync, beside, error))
		return false;
	for (size_t i = 0; i < problems->count; i++) {
		const struct start_problem *problem = &problems->list[i];
		problem->pair->has_problem = true;
		pairs_set_blocked_by(&sync->pairs, problem->pair, problem->blocked_by);
		if (may_be_over(sync, beside, problem))
			pairs_queue(&sync->pairs, problem->pair, JOB_AGAIN);
	}
	return true;
}
