#include "tests/worlds/world_refusals.h"

#include "tests/worlds/transcript.h"

#include <stdio.h>
#include <string.h>

static const char *const written_names[WRITTEN_KINDS] = {
	[WRITTEN_DOCUMENT] = "documents",        [WRITTEN_HISTORY] = "history entries",
	[WRITTEN_CLEANUP] = "removals",          [WRITTEN_CASCADE] = "what follows from a save",
	[WRITTEN_ENTRY] = "ledger entries",      [WRITTEN_SCHEMA] = "the schema",
	[WRITTEN_CHECKPOINT] = "the checkpoint",
};
static const struct {
	enum error_kind kind;
	const char *words;
} answers[ANSWERS] = {
	[ANSWER_AS_EVER] = {ERROR_NONE, ""},
	[ANSWER_REFUSED] = {ERROR_REFUSED, "forbidden: not in this test"},
	[ANSWER_CONFLICT] = {ERROR_CONFLICT, "conflict: in this test"},
	[ANSWER_CUT] = {ERROR_RETRY, "HTTP 500 (test)"},
	[ANSWER_UNANSWERED] = {ERROR_RETRY, "the answer is cut (test)"},
};

void world_refuse(struct world *world, enum world_written written, const char *id, enum world_answer answer)
{
	if (world->refusal_count == WORLD_REFUSALS)
		return;
	struct world_refusal *refusal = &world->refusals[world->refusal_count++];
	*refusal = (struct world_refusal){.written = written, .answer = answer};
	snprintf(refusal->id, sizeof refusal->id, "%s", id);
	world->checkpoint_refused = world->checkpoint_refused || written == WRITTEN_CHECKPOINT;
	world->cleanup_refused = world->cleanup_refused || written == WRITTEN_CLEANUP;
	world_note(world, "the database answers to %s%s%s: %s", written_names[written], *id ? " of " : "", id,
		   answers[answer].words);
	transcript_spoil(world, "a refusal of the database");
}

void world_lift_refusals(struct world *world)
{
	if (world->refusal_count)
		world_note(world, "the database takes everything again");
	world->refusal_count = 0;
}

enum world_answer world_answer_to(const struct world *world, enum world_written written, const char *id)
{
	for (size_t i = 0; i < world->refusal_count; i++) {
		const struct world_refusal *refusal = &world->refusals[i];
		bool of_one = refusal->id[0] && written != WRITTEN_SCHEMA && written != WRITTEN_CHECKPOINT;
		if (refusal->written == written && (!of_one || strcmp(refusal->id, id) == 0))
			return refusal->answer;
	}
	return ANSWER_AS_EVER;
}

bool world_refuses(const struct world *world, enum world_written written, const char *id)
{
	return world_answer_to(world, written, id) != ANSWER_AS_EVER;
}

static bool ends_with(const char *words, const char *end)
{
	size_t length = strlen(words), end_length = strlen(end);

	return length >= end_length && strcmp(words + length - end_length, end) == 0;
}

/* pair-<integration>-<type>-<id> */
enum world_answer world_answer_to_state(const struct world *world, const char *state_id)
{
	if (strncmp(state_id, "schema-", 7) == 0)
		return world_answer_to(world, WRITTEN_SCHEMA, "");
	for (size_t i = 0; i < world->refusal_count; i++) {
		const struct world_refusal *refusal = &world->refusals[i];
		if (refusal->written == WRITTEN_ENTRY && ends_with(state_id, refusal->id))
			return refusal->answer;
	}
	return ANSWER_AS_EVER;
}

enum error_kind world_answer_kind(enum world_answer answer)
{
	return answers[answer].kind;
}

const char *world_answer_words(enum world_answer answer)
{
	return answers[answer].words;
}
