/* Days of an integration with a moved clock, as its thread lives them: how many calls of Airtable they take, and how soon what happens is
 * seen. The figures are shown. */
#include "bridge/daemon/cycle_times.h"
#include "inventory/document.h"
#include "tests/unit/cases.h"
#include "tests/worlds/named.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	POLL_MS = 30000,
	MINUTE_MS = 60000,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,
	IDLE_MS = 3 * HOUR_MS + 7 * MINUTE_MS, /* some time in the middle of it */
	CALLS_A_DAY = 1000,                    /* at most, while nothing happens */
};

struct life {
	struct world *world;
	struct turns turns;
	unsigned polls;
};

static int begin(void **state)
{
	struct life *life = own_alloc(sizeof *life);

	log_set_level(LOG_ERROR);
	life->world = world_open(1);
	named_set_scene(life->world);
	turns_begin(&life->turns, POLL_MS, clock_steady_ms());
	life->world->calls = 0;
	*state = life;
	return 0;
}

static int end(void **state)
{
	struct life *life = *state;

	assert_string_equal(life->world->violation, "");
	world_close(&life->world);
	free(life);
	return 0;
}

/* One turn of the thread. */
static void turn(struct life *life)
{
	struct cycle_wish wish =
		turns_next(&life->turns, cycle_next_due_ms(life->world->sync), clock_steady_ms());

	if (wish.wait_ms)
		world_advance(life->world, wish.wait_ms);
	wish.wait_ms = 0;
	assert_true(world_pass_wished(life->world, wish));
	life->polls += wish.ask_rows;
	turns_note(&life->turns, life->world->sync, &wish, clock_steady_ms(), clock_now_ms());
}

static void live(struct life *life, int64_t ms)
{
	int64_t until_ms = clock_steady_ms() + ms;

	while (clock_steady_ms() < until_ms)
		turn(life);
}

/* Minutes until 'holds', at most 'most'. */
static double minutes_until(struct life *life, bool (*holds)(struct world *world), int64_t most)
{
	int64_t began_ms = clock_steady_ms();

	while (!holds(life->world) && clock_steady_ms() - began_ms <= most * MINUTE_MS)
		turn(life);
	return (double)(clock_steady_ms() - began_ms) / MINUTE_MS;
}

static bool has_row(struct world *world)
{
	return named_row(world) != NULL;
}

static bool says_notes_of_grid(struct world *world)
{
	struct json_object *body = world_body(world_document(world, TABLE_ITEMS, "i1"));

	return strcmp(json_text_or(document_data(body), "notes", ""), "from the grid") == 0;
}

static void an_idle_day(void **state)
{
	struct life *life = *state;

	live(life, DAY_MS);
	printf("# an idle day, from the start on: %u calls, %u polls\n", life->world->calls, life->polls);
	assert_true(life->world->calls <= CALLS_A_DAY);
}

static void the_next_idle_day(void **state)
{
	struct life *life = *state;

	live(life, DAY_MS);
	life->world->calls = 0;
	live(life, DAY_MS);
	printf("# the idle day after it: %u calls\n", life->world->calls);
	assert_true(life->world->calls <= CALLS_A_DAY);
}

static void a_day_with_an_edit_every_ten_minutes(void **state)
{
	struct life *life = *state;

	for (int64_t ms = 0; ms < DAY_MS; ms += 10 * MINUTE_MS) {
		scoped_text words = own_format("at minute %lld", (long long)(ms / MINUTE_MS));
		named_person_sets(life->world, FIELD_NOTES, words);
		live(life, 10 * MINUTE_MS);
	}
	printf("# a day with an edit every ten minutes: %u calls, %u polls\n", life->world->calls,
	       life->polls);
	assert_true(life->polls >= DAY_MS / POLL_MS * 9 / 10);
}

static int64_t age_of_list_ms(const struct life *life)
{
	return clock_now_ms() - life->world->sync->listed_ms;
}

/* Whoever restarts it every few hours still gets the daily comparison. */
static void a_day_with_restarts(void **state)
{
	struct life *life = *state;
	int64_t oldest_ms = 0;

	for (int hours = 0; hours < 30; hours += 5) {
		live(life, 5 * HOUR_MS);
		if (age_of_list_ms(life) > oldest_ms)
			oldest_ms = age_of_list_ms(life);
		world_restart(life->world);
		turns_begin(&life->turns, POLL_MS, clock_steady_ms());
	}
	live(life, MINUTE_MS);
	printf("# restarted every five hours: %u calls in 30 hours, the last comparison %.1f hours old\n",
	       life->world->calls, (double)age_of_list_ms(life) / HOUR_MS);
	assert_true(oldest_ms <= DAY_MS);
	assert_true(age_of_list_ms(life) < 7 * HOUR_MS);
}

static void an_hour_of_work(void **state)
{
	struct life *life = *state;

	live(life, DAY_MS);
	life->world->calls = 0;
	named_phone_notes(life->world);
	live(life, HOUR_MS);
	printf("# an edit, and the hour after it: %u calls\n", life->world->calls);
}

/* Made ten minutes after a phone's edit, it is seen by the poll that comes next. */
static void an_edit_in_an_active_quarter_of_an_hour(void **state)
{
	struct life *life = *state;

	live(life, IDLE_MS);
	named_phone_notes(life->world);
	live(life, 10 * MINUTE_MS);
	unsigned polls = life->polls;
	named_person_notes(life->world);
	double minutes = minutes_until(life, says_notes_of_grid, 10);
	printf("# an edit of a row while active: taken in after %.1f minutes\n", minutes);
	assert_int_equal(life->polls, polls + 1);
}

static void an_edit_while_idle(void **state)
{
	struct life *life = *state;

	live(life, IDLE_MS);
	unsigned polls = life->polls;
	named_person_notes(life->world);
	double minutes = minutes_until(life, says_notes_of_grid, 10);
	printf("# an edit of a row while idle: taken in after %.1f minutes\n", minutes);
	assert_int_equal(life->polls, polls + 1);
	assert_true(clock_steady_ms() + POLL_MS >= poll_schedule_next_ms(&life->turns.polls));
}

static void a_row_deleted_while_idle(void **state)
{
	struct life *life = *state;

	live(life, IDLE_MS);
	named_person_deletes(life->world);
	double minutes = minutes_until(life, has_row, 20);
	printf("# a row deleted while idle: put back after %.1f minutes\n", minutes);
	assert_true(has_row(life->world));
	assert_true(minutes < 10);
}

static void a_row_deleted_while_active(void **state)
{
	struct life *life = *state;

	live(life, 5 * MINUTE_MS);
	named_person_deletes(life->world);
	double minutes = minutes_until(life, has_row, 20);
	printf("# a row deleted while active: put back after %.1f minutes\n", minutes);
	assert_true(has_row(life->world));
	assert_true(minutes < 3);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_idle_day),
		CASE(the_next_idle_day),
		CASE(a_day_with_an_edit_every_ten_minutes),
		CASE(a_day_with_restarts),
		CASE(an_hour_of_work),
		CASE(an_edit_in_an_active_quarter_of_an_hour),
		CASE(an_edit_while_idle),
		CASE(a_row_deleted_while_idle),
		CASE(a_row_deleted_while_active),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("days", tests, NULL, NULL);
}
