#include "tests/worlds/world_second.h"
#include "bridge/lease/lease_document.h"
#include "bridge/memory/integration_settings.h"

#include "base/clock.h"
#include "tests/worlds/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS 2000 /* between turns of a loop in which nothing happens */

/* What is a process's own. That of the one that acts is in the world itself. */
struct process_memory {
	struct sync *sync;
	struct integration_config config;
	bool base_heard, stopped, dead;
	int64_t base_heard_ms, list_began_ms[TABLE_COUNT];
	unsigned crash_at, effects;
	unsigned under_way[WORLD_ROWS];
};

struct world_second {
	unsigned acting; /* 0 or 1 */
	struct process_memory other;
	struct machine {
		struct lease *lease;
		bool alive, frozen;
		unsigned starts;
	} machines[2];
	bool background; /* what is done now has no effects in the world's sense */
	bool in_freeze;
	bool is_replaced; /* when the acting one is dead */
};

static struct machine *acting(const struct world *world)
{
	return &world->second->machines[world->second->acting];
}

static struct machine *waiting(const struct world *world)
{
	return &world->second->machines[1 - world->second->acting];
}

bool world_in_background(const struct world *world)
{
	return world->second && world->second->background;
}

/* ---- processes ---- */

static struct process process_of(unsigned number, unsigned start)
{
	struct process process = {.pid = (int64_t)number * 1000 + start, .started = 1};

	snprintf(process.host, sizeof process.host, "machine-%u", number + 1);
	snprintf(process.place, sizeof process.place, "%u", number);
	return process;
}

/* One clock for the whole process, and one world that is open. */
static const struct world *open_world;

/* Only of its own machine a process knows which ones have ended. */
static bool is_gone(const struct process *process)
{
	unsigned number = open_world->second->acting;
	struct process own = process_of(number, acting(open_world)->starts);

	return strcmp(process->place, own.place) == 0 && process->pid != own.pid;
}

static void open_lease(struct world *world)
{
	struct machine *machine = acting(world);
	struct process process = process_of(world->second->acting, ++machine->starts);
	struct lease_setup setup = {
		.store = world_lease_store(world),
		.integration_id = world->config.id,
		.command = "run",
		.process = &process,
		.is_gone = is_gone,
		.log = &world->log,
	};

	lease_close(&machine->lease);
	machine->lease = lease_open(&setup);
	machine->alive = true;
	machine->frozen = false;
}

#define EXCHANGE(a, b)                                                                                       \
	do {                                                                                                 \
		__typeof__(a) kept_ = (a);                                                                   \
		(a) = (b);                                                                                   \
		(b) = kept_;                                                                                 \
	} while (0)

/* The other one acts from now on. What 'config' points to is always that of who acts. */
static void change_over(struct world *world)
{
	struct process_memory *other = &world->second->other;

	EXCHANGE(world->sync, other->sync);
	EXCHANGE(world->config, other->config);
	EXCHANGE(world->base_heard, other->base_heard);
	EXCHANGE(world->stopped, other->stopped);
	EXCHANGE(world->dead, other->dead);
	EXCHANGE(world->base_heard_ms, other->base_heard_ms);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		EXCHANGE(world->list_began_ms[table], other->list_began_ms[table]);
	EXCHANGE(world->crash_at, other->crash_at);
	EXCHANGE(world->effects, other->effects);
	for (size_t i = 0; i < WORLD_ROWS; i++)
		EXCHANGE(world->rows[i].under_way, other->under_way[i]);
	world->second->acting = 1 - world->second->acting;
}

/* Who waits looks every other second, so it knows the last sign of life of the one that had the lease until now. */
static void job_at_lease(struct world *world)
{
	struct error ignored;

	world->second->background = true;
	(void)!lease_claim(acting(world)->lease, &ignored);
	world->second->background = false;
}

static void act_as_other(struct world *world)
{
	enum row_deleted_policy on_row_deleted = world->config.on_row_deleted;

	change_over(world);
	world->config.on_row_deleted = on_row_deleted;
	world_note(world, "process %u acts", world->second->acting + 1);
	if (!acting(world)->alive)
		world_restart(world);
	job_at_lease(world);
}

/* ---- for the world ---- */

void world_second_open(struct world *world)
{
	if (world->second)
		return;
	transcript_spoil(world, "a second process");
	world->second = own_alloc(sizeof *world->second);
	open_world = world;
	open_lease(world);
}

static void end_process(struct world *world)
{
	sync_close(&world->sync);
	lease_close(&acting(world)->lease);
	acting(world)->alive = false;
}

void world_second_done(struct world *world)
{
	if (!world->second)
		return;
	sync_close(&world->second->other.sync);
	integration_config_done(&world->second->other.config);
	for (size_t i = 0; i < 2; i++)
		lease_close(&world->second->machines[i].lease);
	free(take(world->second));
	open_world = NULL;
}

static bool is_held_by_other(const struct world *world)
{
	scoped_text id = lease_document_id(world->config.id);
	struct json_object *body = world_state_body(world, id);
	struct lease_document document = {0};

	if (!body)
		return false; /* it went with the state */
	lease_document_read(body, &document);
	return document.is_readable && !document.is_free &&
	       strcmp(document.token, lease_token(acting(world)->lease)) != 0;
}

bool world_may_write(struct world *world, const char *what)
{
	if (!world->second)
		return true;
	if (!lease_may_leave(acting(world)->lease, LEASE_WRITE_MS)) {
		world_note(world, "        %s does not leave: the lease does not last", what);
		return false;
	}
	if (is_held_by_other(world) && !world->state_lost)
		world_broken(world, "process %u writes %s while the other one has the lease",
			     world->second->acting + 1, what);
	return true;
}

/* As connection_claim(). */
static bool checks_settings(struct world *world, struct error *error)
{
	bool same = true;

	if (world->sync->started)
		return true;
	if (!sync_check_settings(world->sync, &same, error))
		return false;
	return same || error_set(error, ERROR_RETRY, "the integration's document has changed");
}

bool world_second_claims(struct world *world, struct error *error)
{
	if (!world->second)
		return true;
	if (lease_claim(acting(world)->lease, error) && checks_settings(world, error))
		return true;
	world_note(world, "    no pass: %s", error->text);
	return false;
}

void world_second_turns(struct world *world)
{
	if (world->second && !world->second->background)
		lease_tick(acting(world)->lease);
}

static void go_on(struct world *world)
{
	world->second->background = true;
	for (size_t i = 0; i < 2; i++) {
		struct machine *machine = &world->second->machines[i];
		bool dead = i == world->second->acting ? world->dead : world->second->other.dead;
		if (machine->alive && !machine->frozen && !dead)
			lease_tick(machine->lease);
	}
	world->second->background = false;
}

int64_t world_second_advances(struct world *world, int64_t ms)
{
	int64_t left_ms = ms;

	if (!world->second || world->second->background)
		return ms;
	for (; left_ms > STEP_MS; left_ms -= STEP_MS) {
		world->steady_ms += STEP_MS;
		go_on(world);
	}
	return left_ms;
}

void world_second_restarts(struct world *world)
{
	if (world->second)
		open_lease(world);
}

bool world_second_is_lost(const struct world *world)
{
	return world->second && lease_is_lost(acting(world)->lease);
}

void world_second_gives_back(struct world *world)
{
	if (!world->second)
		return;
	world->second->background = true;
	lease_give_back(acting(world)->lease);
	world->second->background = false;
}

void world_second_ends(struct world *world)
{
	if (!world->second)
		return;
	world->second->is_replaced = false;
	if (!waiting(world)->alive)
		return;
	change_over(world);
	world_note(world, "process %u ends", world->second->acting + 1);
	world_second_gives_back(world);
	end_process(world);
	change_over(world);
}

/* ---- what happens to processes ---- */

bool world_hands_over(struct world *world)
{
	bool held = lease_is_held(acting(world)->lease);

	if (world->second->in_freeze)
		return false;
	world_note(world, "process %u ends in good order, and is started anew", world->second->acting + 1);
	world_second_gives_back(world);
	world_restart(world);
	act_as_other(world);
	return held;
}

void world_is_killed(struct world *world)
{
	if (world->second->in_freeze)
		return;
	world_note(world, "process %u is killed", world->second->acting + 1);
	end_process(world);
	act_as_other(world);
}

void world_is_replaced(struct world *world)
{
	if (world->second->in_freeze)
		return;
	world->crash_at = world->effects;
	if (world->crash_at == 0)
		world->crash_at = 1;
	world->second->is_replaced = true;
}

bool world_second_replaces(struct world *world)
{
	if (!world->second || !world->second->is_replaced)
		return false;
	world->second->is_replaced = false;
	world_is_killed(world);
	return true;
}

static void act_meanwhile(struct world *world, int64_t ms, unsigned passes)
{
	world_advance(world, ms / 2);
	for (unsigned i = 0; i < passes; i++) {
		world_pass(world, true, i % 2 == 1);
		if (world->dead)
			world_restart(world);
		world_advance(world, ms / 2 / passes);
	}
}

void world_freezes(struct world *world, int64_t ms, unsigned passes)
{
	if (world->second->in_freeze || world->dead)
		return;
	world_note(world, "process %u freezes", world->second->acting + 1);
	world->second->in_freeze = true;
	acting(world)->frozen = true;
	act_as_other(world);
	act_meanwhile(world, ms, passes);
	change_over(world);
	acting(world)->frozen = false;
	world->second->in_freeze = false;
	world_note(world, "process %u wakes", world->second->acting + 1);
}
