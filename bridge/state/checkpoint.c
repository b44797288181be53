#include "bridge/state/checkpoint.h"

#include "bridge/state/ledger_entry.h"
#include "bridge/state/store.h"

#include <stdio.h>
#include <string.h>

bool checkpoint_is_usable(struct json_object *checkpoint)
{
	return checkpoint && json_int_or(checkpoint, "v", 0) == LEDGER_VERSION &&
	       checkpoint_count(checkpoint) > 0;
}

static bool false_with_code(struct error *error, const char *code)
{
	if (error)
		snprintf(error->code, sizeof error->code, "%s", code);
	return false;
}

int64_t checkpoint_count(struct json_object *checkpoint)
{
	int64_t count = checkpoint ? json_int_or(checkpoint, "count", 0) : 0;

	return count > 0 && count < CHECKPOINT_COUNT_MOST ? count : 0;
}

struct json_object *checkpoint_couch(struct json_object *checkpoint)
{
	struct json_object *place = NULL;

	if (!checkpoint_is_usable(checkpoint) || !json_find(checkpoint, "couch", &place))
		return NULL;
	return json_is(place, json_type_string) || json_is(place, json_type_int) ? place : NULL;
}

struct json_object *checkpoint_rows(struct json_object *checkpoint)
{
	return checkpoint_is_usable(checkpoint) ? json_child(checkpoint, "rows", json_type_object) : NULL;
}

int64_t checkpoint_listed_ms(struct json_object *checkpoint)
{
	int64_t listed_ms = checkpoint_is_usable(checkpoint) ? json_int_or(checkpoint, "listed", 0) : 0;

	return listed_ms > 0 && listed_ms < CHECKPOINT_COUNT_MOST ? listed_ms : 0;
}

static bool same_words(struct json_object *a, struct json_object *b, const char *key)
{
	return strcmp(json_text_or(a, key, ""), json_text_or(b, key, "")) == 0;
}

enum checkpoint_finding checkpoint_judge(struct json_object *source, struct json_object *remembered)
{
	if (!checkpoint_is_usable(remembered))
		return CHECKPOINT_NONE;
	if (!source)
		return CHECKPOINT_ANEW;
	if (!checkpoint_is_usable(source))
		return CHECKPOINT_NONE;
	/* The first versions wrote none. */
	if (json_find(source, "database", NULL) && json_find(remembered, "database", NULL) &&
	    !same_words(source, remembered, "database"))
		return CHECKPOINT_ANEW;
	if (checkpoint_count(source) < checkpoint_count(remembered))
		return CHECKPOINT_BACK;
	/* Two processes wrote as many: one of both databases was put back, and went on. */
	if (checkpoint_count(source) == checkpoint_count(remembered) &&
	    !same_words(source, remembered, "session"))
		return CHECKPOINT_NONE;
	return CHECKPOINT_KNOWN;
}

bool checkpoint_is_ledger_lost(struct json_object *source, struct json_object *state)
{
	bool planted_again = state && !checkpoint_couch(state) && checkpoint_count(state) > 1;

	return source && (!state || planted_again);
}

bool checkpoint_may_follow(struct json_object *present, struct json_object *left, struct error *error)
{
	if (!left || checkpoint_judge(present, left) == CHECKPOINT_KNOWN)
		return true;
	error_set(error, ERROR_LOST, "the database is not the one that was written to");
	return false_with_code(error, SOURCE_REPLACED);
}

/* An older one is as good: the source is written first. */
bool checkpoint_may_stand_in_state(struct json_object *present, struct json_object *left, struct error *error)
{
	if (!left || present)
		return true;
	error_set(error, ERROR_RETRY, "the state database was made anew, and is empty");
	return false_with_code(error, STATE_LOST);
}
