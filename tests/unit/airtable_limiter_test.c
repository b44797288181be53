/* The slots, step by step, and under load with a clock of our own: whatever the requests do between taking
 * a slot and leaving, no second ever holds more departures than it may. */
#include "airtable/limiter.h"
#include "base/clock.h"
#include "base/own.h"
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static atomic_int_fast64_t fake_now_ms;

static int64_t fake_steady_ms(void *context)
{
	(void)context;
	return atomic_load(&fake_now_ms);
}

static int set_clock(void **state)
{
	(void)state;
	static const struct clock_source source = {.steady_ms = fake_steady_ms};
	atomic_store(&fake_now_ms, 1000000);
	clock_replace(&source);
	return 0;
}

/* ---- step by step: five slots a second ---- */

enum step_kind { END, TAKE, REFUSED, LEFT, BACK, PENALTY, ANSWERED };
struct step {
	int at_ms;
	enum step_kind kind;
	int count;   /* 0: once */
	int wait_ms; /* REFUSED: what it says */
};
struct story {
	const char *sentence;
	struct step steps[14];
};

static const struct story stories[] = {
	{"five slots are there at once, a sixth is not",
	 {{0, TAKE, 5, 0}, {0, LEFT, 5, 0}, {0, REFUSED, 0, 250}}},
	{"a slot comes back 1030 ms after its departure",
	 {{0, TAKE, 5, 0},
	  {0, LEFT, 5, 0},
	  {1029, REFUSED, 0, 1},
	  {1030, TAKE, 5, 0},
	  {1030, REFUSED, 0, 20}}},
	{"the second begins at the departure, not when the slot was taken",
	 {{0, TAKE, 5, 0},
	  {700, LEFT, 5, 0},
	  {1030, REFUSED, 0, 250},
	  {1729, REFUSED, 0, 1},
	  {1730, TAKE, 0, 0}}},
	{"a held slot counts for as long as it is held",
	 {{0, TAKE, 5, 0}, {0, REFUSED, 0, 20}, {60000, REFUSED, 0, 20}}},
	{"each slot has a second of its own",
	 {{0, TAKE, 2, 0},
	  {0, LEFT, 2, 0},
	  {600, TAKE, 3, 0},
	  {600, LEFT, 3, 0},
	  {1030, TAKE, 2, 0},
	  {1030, REFUSED, 0, 250},
	  {1600, REFUSED, 0, 30},
	  {1630, TAKE, 3, 0}}},
	{"a slot that is given back is there at once",
	 {{0, TAKE, 5, 0}, {5, BACK, 2, 0}, {5, TAKE, 2, 0}, {5, REFUSED, 0, 20}}},
	{"held and departed slots count together",
	 {{0, TAKE, 3, 0},
	  {0, LEFT, 2, 0},
	  {10, TAKE, 2, 0},
	  {10, REFUSED, 0, 250},
	  {1030, TAKE, 2, 0},
	  {1030, REFUSED, 0, 20}}},
	{"a departure without a slot counts all the same",
	 {{0, LEFT, 3, 0}, {0, TAKE, 2, 0}, {0, REFUSED, 0, 250}, {1030, TAKE, 3, 0}}},
	{"more departures than slots are remembered as far as they matter",
	 {{0, LEFT, 5, 0},
	  {500, LEFT, 2, 0},
	  {1030, TAKE, 3, 0},
	  {1030, REFUSED, 0, 250},
	  {1530, TAKE, 2, 0}}},
	{"an answer that comes as usual changes nothing",
	 {{0, TAKE, 5, 0},
	  {0, LEFT, 5, 0},
	  {300, ANSWERED, 5, 0},
	  {1029, REFUSED, 0, 1},
	  {1030, TAKE, 5, 0}}},
	{"what was answered late has its second begin as much later",
	 {{0, TAKE, 5, 0},
	  {0, LEFT, 5, 0},
	  {300, ANSWERED, 4, 0},
	  {500, ANSWERED, 1, 0},
	  {1030, TAKE, 4, 0},
	  {1030, REFUSED, 0, 200},
	  {1229, REFUSED, 0, 1},
	  {1230, TAKE, 0, 0}}},
	{"with answers heard an unanswered request keeps its slot",
	 {{0, TAKE, 5, 0},
	  {0, LEFT, 5, 0},
	  {300, ANSWERED, 4, 0},
	  {1030, TAKE, 4, 0},
	  {1030, REFUSED, 0, 20},
	  {4999, REFUSED, 0, 20},
	  {5000, TAKE, 0, 0}}},
	{"after a stall no heap is followed by more",
	 {{0, TAKE, 1, 0},
	  {0, LEFT, 1, 0},
	  {100, ANSWERED, 1, 0},
	  {1030, TAKE, 5, 0},
	  {1030, LEFT, 5, 0},
	  {2130, ANSWERED, 5, 0},
	  {2131, REFUSED, 0, 250},
	  {3059, REFUSED, 0, 1},
	  {3060, TAKE, 5, 0},
	  {3060, REFUSED, 0, 20}}},
	{"an answer that came late makes no other late one usual",
	 {{0, LEFT, 4, 0},
	  {300, ANSWERED, 3, 0},
	  {500, ANSWERED, 1, 0},
	  {2000, LEFT, 5, 0},
	  {2500, ANSWERED, 5, 0},
	  {3229, REFUSED, 0, 1},
	  {3230, TAKE, 5, 0}}},
	{"sixteen answers later it is usual",
	 {{0, LEFT, 1, 0},
	  {300, ANSWERED, 1, 0},
	  {2000, LEFT, 5, 0},
	  {2500, ANSWERED, 5, 0},
	  {4000, LEFT, 5, 0},
	  {4500, ANSWERED, 5, 0},
	  {6000, LEFT, 5, 0},
	  {6500, ANSWERED, 5, 0},
	  {8000, LEFT, 5, 0},
	  {8500, ANSWERED, 5, 0},
	  {9029, REFUSED, 0, 1},
	  {9030, TAKE, 5, 0}}},
	{"a penalty holds everything for 30 s",
	 {{0, PENALTY, 0, 0}, {0, REFUSED, 0, 250}, {29999, REFUSED, 0, 1}, {30000, TAKE, 5, 0}}},
	{"a second penalty begins anew",
	 {{0, PENALTY, 0, 0}, {200, PENALTY, 0, 0}, {30000, REFUSED, 0, 200}, {30200, TAKE, 5, 0}}},
	{"a request that held its slot when the penalty began may still leave",
	 {{0, TAKE, 1, 0},
	  {0, PENALTY, 0, 0},
	  {10, LEFT, 1, 0},
	  {30000, TAKE, 5, 0},
	  {30000, REFUSED, 0, 20}}},
};

static void run_step(struct airtable_limiter *limiter, const struct step *step)
{
	atomic_store(&fake_now_ms, 1000000 + step->at_ms);
	for (int i = 0; i < (step->count > 0 ? step->count : 1); i++) {
		switch (step->kind) {
		case TAKE:
			assert_int_equal(airtable_limiter_take(limiter), 0);
			break;
		case REFUSED:
			assert_int_equal(airtable_limiter_take(limiter), step->wait_ms);
			break;
		case LEFT:
			airtable_limiter_left(limiter);
			break;
		case BACK:
			airtable_limiter_give_back(limiter);
			break;
		case ANSWERED:
			airtable_limiter_answered(limiter);
			break;
		case PENALTY:
			airtable_limiter_penalty(limiter);
			break;
		case END:
			break;
		}
	}
}

static void check_story(void **state)
{
	const struct story *story = *state;
	struct airtable_limiter *limiter = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND);
	for (const struct step *step = story->steps; step->kind != END; step++)
		run_step(limiter, step);
	airtable_limiter_close(&limiter);
	assert_null(limiter);
}

/* ---- simulated load ----
 *
 * Clients as http makes them: each asks for a slot, holds it for as long as its connection takes, leaves (or fails), and
 * asks again; when refused it asks again after the wait, or somewhat later, since nobody wakes in time. */

struct load {
	const char *sentence;
	int bases, clients_per_base;
	int connect_ms;    /* 0 .. this between taking and leaving */
	int late_ms;       /* 0 .. this later than asked for */
	int fail_percent;  /* of the requests never leave */
	int penalty_every; /* departures; 0: never */
	bool with_token;
	int seconds;
	int least, most;   /* departures of all bases together; 0: any */
	int share_percent; /* of an even share that each base has at least */
};

static const struct load loads[] = {
	{"a base alone, all in time: five every 1030 ms", 1, 1, 0, 0, 0, 0, false, 103, 500, 500, 100},
	{"a base alone, waking late by 2 ms: hardly fewer", 1, 1, 0, 2, 0, 0, false, 103, 495, 500, 100},
	{"connections that take up to 400 ms", 1, 1, 400, 5, 0, 0, false, 600, 0, 0, 100},
	{"connections that take up to 3 s", 1, 3, 3000, 20, 0, 0, false, 600, 0, 0, 100},
	{"three clients on one base", 1, 3, 30, 10, 0, 0, false, 600, 0, 0, 100},
	{"every third request never leaves", 1, 3, 300, 10, 33, 0, false, 600, 0, 0, 100},
	{"a penalty every 40 departures", 1, 3, 100, 10, 5, 40, false, 900, 0, 0, 100},
	{"eight bases under one token do not feel it", 8, 1, 0, 2, 0, 0, true, 103, 3920, 4000, 95},
	{"twelve bases under one token share its fifty", 12, 1, 10, 10, 0, 0, true, 206, 9900, 10000, 90},
	{"twenty bases, two clients each, slow and failing", 20, 2, 300, 30, 20, 0, true, 206, 0, 10000, 80},
};

enum { MOST_BASES = 20, MOST_CLIENTS = 40, MOST_DEPARTURES = 20000 };

struct client {
	int base;
	int64_t next_ms;
	bool holds;
};

struct simulation {
	const struct load *load;
	uint64_t dice;
	struct airtable_limiter *bases[MOST_BASES], *token;
	struct client clients[MOST_CLIENTS];
	int client_count;
	int64_t *departures; /* of all bases */
	int *departed_base;
	int departure_count;
};

static int roll(struct simulation *simulation, int most)
{
	simulation->dice = simulation->dice * 6364136223846793005U + 1442695040888963407U;
	return most > 0 ? (int)((simulation->dice >> 33) % ((uint64_t)most + 1)) : 0;
}

static void leave(struct simulation *simulation, struct client *client, int64_t now_ms)
{
	const struct load *load = simulation->load;
	struct airtable_limiter *base = simulation->bases[client->base];
	client->holds = false;
	if (load->fail_percent > 0 && roll(simulation, 99) < load->fail_percent) {
		airtable_limiter_give_back(base);
		if (simulation->token)
			airtable_limiter_give_back(simulation->token);
		return;
	}
	airtable_limiter_left(base);
	if (simulation->token)
		airtable_limiter_left(simulation->token);
	assert_true(simulation->departure_count < MOST_DEPARTURES);
	simulation->departures[simulation->departure_count] = now_ms;
	simulation->departed_base[simulation->departure_count++] = client->base;
	if (load->penalty_every > 0 && simulation->departure_count % load->penalty_every == 0)
		airtable_limiter_penalty(base);
}

static void turn(struct simulation *simulation, struct client *client)
{
	int64_t now_ms = client->next_ms;
	atomic_store(&fake_now_ms, now_ms);
	if (client->holds) {
		leave(simulation, client, now_ms);
		return;
	}
	int64_t wait_ms = airtable_limiter_take_both(simulation->bases[client->base], simulation->token);
	assert_true(wait_ms >= 0 && wait_ms <= 250);
	client->holds = wait_ms == 0;
	client->next_ms += client->holds ? roll(simulation, simulation->load->connect_ms)
					 : wait_ms + roll(simulation, simulation->load->late_ms);
}

/* Of those whose turn is in the same millisecond any may come first. */
static struct client *next_client(struct simulation *simulation)
{
	struct client *next = NULL;
	int first = roll(simulation, simulation->client_count - 1);
	for (int i = 0; i < simulation->client_count; i++) {
		struct client *client = &simulation->clients[(first + i) % simulation->client_count];
		if (!next || client->next_ms < next->next_ms)
			next = client;
	}
	return next;
}

static void simulate(struct simulation *simulation)
{
	const struct load *load = simulation->load;
	int64_t begin_ms = 5000000;
	for (int base = 0; base < load->bases; base++) {
		simulation->bases[base] = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND);
		for (int i = 0; i < load->clients_per_base; i++)
			simulation->clients[simulation->client_count++] =
				(struct client){base, begin_ms + roll(simulation, load->late_ms), false};
	}
	simulation->token = load->with_token ? airtable_limiter_open(AIRTABLE_TOKEN_PER_SECOND) : NULL;
	for (struct client *client = next_client(simulation);
	     client->next_ms < begin_ms + (int64_t)load->seconds * 1000; client = next_client(simulation))
		turn(simulation, client);
}

/* Departures i and i + limit never lie within one second: 'base' -1 means all. */
static void check_seconds(const struct simulation *simulation, int base, int limit)
{
	int64_t *own = own_alloc(MOST_DEPARTURES * sizeof(*own));
	int count = 0;
	for (int i = 0; i < simulation->departure_count; i++) {
		if (base < 0 || simulation->departed_base[i] == base)
			own[count++] = simulation->departures[i];
	}
	for (int i = limit; i < count; i++) {
		if (own[i] - own[i - limit] <= 1000)
			fail_msg("%d departures within %d ms", limit + 1, (int)(own[i] - own[i - limit]));
	}
	free(own);
}

static void check_shares(const struct simulation *simulation)
{
	const struct load *load = simulation->load;
	int counts[MOST_BASES] = {0};
	for (int i = 0; i < simulation->departure_count; i++)
		counts[simulation->departed_base[i]]++;
	int share = simulation->departure_count / load->bases;
	for (int base = 0; base < load->bases; base++) {
		if (counts[base] * 100 < share * load->share_percent)
			fail_msg("base %d had %d departures of %d", base, counts[base], share);
	}
}

static void check_load(void **state)
{
	const struct load *load = *state;
	struct simulation simulation = {.load = load, .dice = 42};
	simulation.departures = own_alloc(MOST_DEPARTURES * sizeof(*simulation.departures));
	simulation.departed_base = own_alloc(MOST_DEPARTURES * sizeof(*simulation.departed_base));
	simulate(&simulation);
	int count = simulation.departure_count;
	print_message("# %s: %d departures in %d s\n", load->sentence, count, load->seconds);
	assert_true(count > load->bases * AIRTABLE_BASE_PER_SECOND);
	if (count < load->least || (load->most > 0 && count > load->most))
		fail_msg("%d departures, %d to %d were expected", count, load->least, load->most);
	for (int base = 0; base < load->bases; base++)
		check_seconds(&simulation, base, AIRTABLE_BASE_PER_SECOND);
	if (simulation.token)
		check_seconds(&simulation, -1, AIRTABLE_TOKEN_PER_SECOND);
	check_shares(&simulation);
	for (int base = 0; base < load->bases; base++)
		airtable_limiter_close(&simulation.bases[base]);
	airtable_limiter_close(&simulation.token);
	free(simulation.departures);
	free(simulation.departed_base);
}

/* ---- threads ---- */

enum { THREADS = 4, FAKE_SECONDS = 40 };
struct crowd {
	struct airtable_limiter *limiter;
	atomic_int departures;
	atomic_bool over;
};

static void *press(void *context)
{
	struct crowd *crowd = context;
	while (!atomic_load(&crowd->over)) {
		if (airtable_limiter_take(crowd->limiter) == 0) {
			sched_yield();
			airtable_limiter_left(crowd->limiter);
			atomic_fetch_add(&crowd->departures, 1);
		}
		sched_yield();
	}
	return NULL;
}

static void threads_share_the_slots(void **state)
{
	(void)state;
	struct crowd crowd = {.limiter = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND)};
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, press, &crowd), 0);
	while (atomic_load(&crowd.departures) < AIRTABLE_BASE_PER_SECOND)
		sched_yield(); /* until the threads run: the clock stands */
	for (int i = 0; i < FAKE_SECONDS * 200; i++) {
		atomic_fetch_add(&fake_now_ms, 5);
		sched_yield();
	}
	atomic_store(&crowd.over, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	int windows = FAKE_SECONDS * 1000 / AIRTABLE_WINDOW_MS + 1;
	int departures = atomic_load(&crowd.departures);
	assert_true(departures <= windows * AIRTABLE_BASE_PER_SECOND);
	/* Nobody kept a slot. */
	atomic_fetch_add(&fake_now_ms, AIRTABLE_WINDOW_MS);
	for (int i = 0; i < AIRTABLE_BASE_PER_SECOND; i++)
		assert_int_equal(airtable_limiter_take(crowd.limiter), 0);
	airtable_limiter_close(&crowd.limiter);
}

static void a_token_without_slots_costs_the_base_none(void **state)
{
	(void)state;
	struct airtable_limiter *base = airtable_limiter_open(5), *token = airtable_limiter_open(2);
	assert_int_equal(airtable_limiter_take_both(base, token), 0);
	assert_int_equal(airtable_limiter_take_both(base, token), 0);
	for (int i = 0; i < 20; i++)
		assert_true(airtable_limiter_take_both(base, token) > 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(airtable_limiter_take(base), 0);
	/* And the other way round: a base without slots leaves the token's alone. */
	airtable_limiter_give_back(token);
	for (int i = 0; i < 20; i++)
		assert_true(airtable_limiter_take_both(base, token) > 0);
	assert_int_equal(airtable_limiter_take(token), 0);
	airtable_limiter_close(&base);
	airtable_limiter_close(&token);
}

static void after_a_restart_a_window_passes_first(void **state)
{
	(void)state;
	struct airtable_limiter *limiter = airtable_limiter_open(5);
	airtable_limiter_assume_used(limiter);
	assert_true(airtable_limiter_take(limiter) > 0);
	atomic_fetch_add(&fake_now_ms, AIRTABLE_WINDOW_MS);
	for (int i = 0; i < 5; i++)
		assert_int_equal(airtable_limiter_take(limiter), 0);
	assert_true(airtable_limiter_take(limiter) > 0);
	airtable_limiter_close(&limiter);
}

static struct CMUnitTest tests[countof(stories) + countof(loads) + 3];
static size_t tests_count;

static void add_test(const char *name, CMUnitTestFunction run, const void *row)
{
	tests[tests_count++] = (struct CMUnitTest){.name = name,
						   .test_func = run,
						   .setup_func = set_clock,
						   .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
	for (size_t i = 0; i < countof(stories); i++)
		add_test(stories[i].sentence, check_story, &stories[i]);
	for (size_t i = 0; i < countof(loads); i++)
		add_test(loads[i].sentence, check_load, &loads[i]);
	add_test("a token without slots costs the base none", a_token_without_slots_costs_the_base_none,
		 NULL);
	add_test("after a restart a window passes before the first request",
		 after_a_restart_a_window_passes_first, NULL);
	add_test("four threads share the slots of one base", threads_share_the_slots, NULL);
	return _cmocka_run_group_tests("airtable_limiter", tests, tests_count, NULL, NULL);
}
