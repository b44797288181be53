/* The state database in memory, and the checkpoints. */
#include "bridge/state/checkpoint.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_refusals.h"
#include "tests/worlds/world_second.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world *of(void *self)
{
	return self;
}

static struct world_state *state_of(struct world *world, const char *id)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (strcmp(world->states[i].id, id) == 0)
			return &world->states[i];
	return NULL;
}

struct json_object *world_state_body(const struct world *world, const char *id_end)
{
	size_t length = strlen(id_end);

	for (size_t i = 0; i < world->state_count; i++) {
		const char *id = world->states[i].id;
		if (strlen(id) >= length && strcmp(id + strlen(id) - length, id_end) == 0)
			return world->states[i].body;
	}
	return NULL;
}

/* A process that starts without them knows nothing of such a row until the base shows it; a list may skip it (sync-rules 2), and as at
 * a first sync nothing says that there was one. */
void world_rows_are_unknown(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		scoped_text end = own_format("-%s-%s", document_type_name(table_document_type(row->table)),
					     world_cell_text(row, FIELD_ID));
		if (!world_state_body(world, end))
			row->shown = 0;
	}
}

/* And the checkpoint that stands there. */
void world_state_is_lost(struct world *world)
{
	world_note(world, "the state database is lost");
	transcript_spoil(world, "a lost state database");
	observer_state_lost(world);
	for (size_t i = 0; i < world->state_count; i++)
		json_object_close(&world->states[i].body);
	json_object_close(&world->checkpoint_state);
	world->state_lost = true;
	if (!world->sync->started)
		world_rows_are_unknown(world);
	world->moment++;
}

void world_state_is_deleted(struct world *world)
{
	world_state_is_lost(world);
	world->state_deleted = true;
}

/* As the real store does: it makes the database again. */
static bool was_deleted(struct world *world, struct error *error)
{
	if (!world->state_deleted || world->dead)
		return false;
	world_note(world, "        the state database is made again");
	world->state_deleted = false;
	error_set(error, ERROR_RETRY, "the state database was gone, and is made again");
	snprintf(error->code, sizeof error->code, "%s", STATE_LOST);
	return true;
}

static bool state_read(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		       struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_STATE_READ, error) || was_deleted(world, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct world_state *state = state_of(world, ids[i]);
		documents_out[i] = state && state->body ? world_wire(state->body) : NULL;
	}
	return true;
}

static enum error_kind state_put(struct world *world, struct json_object *document, char rev_out[80])
{
	const char *id = json_text_or(document, "_id", ""), *rev = json_text_or(document, "_rev", "");
	struct world_state *state = state_of(world, id);
	char present[80] = "";

	if (!state) {
		if (world->state_count == WORLD_STATES) {
			world_broken(world, "the state grows without end");
			return ERROR_REFUSED;
		}
		state = &world->states[world->state_count++];
		snprintf(state->id, sizeof state->id, "%s", id);
	}
	if (state->body)
		snprintf(present, sizeof present, "%d-s", state->generation);
	if (strcmp(rev, present) != 0)
		return ERROR_CONFLICT;
	json_release(state->body);
	state->generation++;
	snprintf(rev_out, 80, "%d-s", state->generation);
	state->body = json_bool_or(document, "_deleted", false) ? NULL : world_wire_apart(document);
	if (state->body)
		json_put_text(state->body, "_rev", rev_out);
	return ERROR_NONE;
}

static bool state_write(void *self, struct json_object *const *documents, size_t count,
			struct store_result *results_out, struct error *error)
{
	struct world *world = of(self);
	bool unsent, unanswered;

	for (size_t i = 0; i < count; i++)
		results_out[i] = (struct store_result){.kind = ERROR_STOPPED};
	if (!world_reach(world, COUCH_COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (!world_may_write(world, "the state"))
		return error_set(error, ERROR_STOPPED, "it did not leave");
	if (was_deleted(world, error))
		return false;
	unsent = world_fault(world, FAULT_STATE_UNSENT);
	unanswered = !unsent && world_fault(world, FAULT_STATE_UNANSWERED);
	for (size_t i = 0; i < count; i++) {
		enum world_answer answer =
			world_answer_to_state(world, json_text_or(documents[i], "_id", ""));
		if (!unsent && (answer == ANSWER_AS_EVER || answer == ANSWER_UNANSWERED))
			results_out[i].kind = state_put(world, documents[i], results_out[i].rev);
		if (answer != ANSWER_AS_EVER) {
			results_out[i] = (struct store_result){.kind = world_answer_kind(answer)};
			snprintf(results_out[i].text, sizeof results_out[i].text, "%s",
				 world_answer_words(answer));
		}
		if (unsent || unanswered)
			results_out[i] =
				(struct store_result){.kind = ERROR_RETRY, .text = "in doubt (test)"};
		/* _bulk_docs is not atomic: the end may come between two of them. */
		if (!world_reach(world, 1))
			return error_set(error, ERROR_STOPPED, "the bridge is dead");
	}
	return !(unsent || unanswered) || error_set(error, ERROR_RETRY, "in doubt (test)");
}

static bool state_walk(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
		       void *context, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_STATE_READ, error) || was_deleted(world, error))
		return false;
	for (size_t i = 0; i < world->state_count; i++) {
		if (!world->states[i].body || strncmp(world->states[i].id, prefix, strlen(prefix)) != 0)
			continue;
		scoped(json_object) copy = world_picked(world->states[i].body, pick);
		if (!visit(context, copy, error))
			return false;
	}
	return true;
}

static bool checkpoint_read(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_STATE_READ, error) || was_deleted(world, error))
		return false;
	*checkpoint_out = world->checkpoint_source ? world_wire(world->checkpoint_source) : NULL;
	return true;
}

static bool checkpoint_read_state(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_STATE_READ, error) || was_deleted(world, error))
		return false;
	*checkpoint_out = world->checkpoint_state ? world_wire(world->checkpoint_state) : NULL;
	return true;
}

static bool checkpoint_write(void *self, struct json_object *checkpoint, const struct checkpoint_over *over,
			     struct error *error)
{
	struct world *world = of(self);

	enum world_answer answer = world_answer_to(world, WRITTEN_CHECKPOINT, "");

	if (!world_reach(world, COUCH_COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (!world_may_write(world, "the checkpoint"))
		return error_set(error, ERROR_STOPPED, "it did not leave");
	if (answer != ANSWER_AS_EVER && answer != ANSWER_UNANSWERED)
		return error_set(error, world_answer_kind(answer), "%s", world_answer_words(answer));
	if (!checkpoint_may_follow(world->checkpoint_source, over->source, error))
		return false;
	world->checkpoint_writes++;
	json_release(world->checkpoint_source);
	world->checkpoint_source = world_wire(checkpoint);
	if (!world_reach(world, COUCH_COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (!world_may_write(world, "the checkpoint"))
		return error_set(error, ERROR_STOPPED, "it did not leave");
	if (world_fault(world, FAULT_CHECKPOINT_SPLIT))
		return error_set(error, ERROR_RETRY, "a fault of the test");
	if (was_deleted(world, error) ||
	    !checkpoint_may_stand_in_state(world->checkpoint_state, over->state, error))
		return false;
	json_release(world->checkpoint_state);
	world->checkpoint_state = world_wire(checkpoint);
	if (answer == ANSWER_UNANSWERED)
		return error_set(error, ERROR_RETRY, "%s", world_answer_words(answer));
	return world_couch_ends(world, error);
}

/* ---- the lease ---- */

static bool lease_read(void *self, const char *id, struct json_object **document_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_in_background(world) && !world_couch_begins(world, FAULT_STATE_READ, error))
		return false;
	const struct world_state *state = state_of(world, id);
	*document_out = state && state->body ? world_wire(state->body) : NULL;
	return true;
}

static bool lease_write(void *self, const char *id, struct json_object *document, char rev_out[80],
			struct error *error)
{
	struct world *world = of(self);
	bool background = world_in_background(world);
	char revision[80];

	(void)id;
	if (!background && !world_reach(world, COUCH_COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (!background && world_fault(world, FAULT_STATE_UNSENT))
		return error_set(error, ERROR_RETRY, "in doubt (test)");
	bool unanswered = !background && world_fault(world, FAULT_STATE_UNANSWERED);
	enum error_kind kind = state_put(world, document, revision);
	if (!background && !world_reach(world, COUCH_COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (unanswered)
		return error_set(error, ERROR_RETRY, "in doubt (test)");
	if (kind != ERROR_NONE)
		return error_set(error, kind, "409");
	snprintf(rev_out, 80, "%s", revision);
	return true;
}

struct lease_store world_lease_store(struct world *world)
{
	return (struct lease_store){lease_read, lease_write, world};
}

struct store world_store(struct world *world)
{
	static const struct store_ops ops = {
		.read = state_read,
		.write = state_write,
		.walk = state_walk,
		.checkpoint_read = checkpoint_read,
		.checkpoint_read_state = checkpoint_read_state,
		.checkpoint_write = checkpoint_write,
	};

	return (struct store){&ops, world};
}
