/* What happens to one pair costs what it has to do with, however many pairs there are.
 *
 * Each step is done to some pairs, a few hundred from all over the list, among 2,000 and among 32,000: by the clock of this thread's own
 * work. A step that goes through all pairs takes sixteen times as long among the many. */
#include "bridge/index/parents.h"
#include "bridge/index/scope.h"
#include "bridge/index/waits.h"
#include "bridge/memory/seen_document.h"
#include "bridge/start/start_problems.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <time.h>

#define FEW        2000
#define MANY       32000
#define PLACES     100 /* of so many pairs one is a collection, and one a container */
#define STEPS      1000
#define TOUCHED    200 /* pairs to which it is done, so few that the processor has them at hand in both */
#define TRIES      5   /* the quickest counts */
#define MOST_RATIO 8.0
#define ROUNDS     5 /* other programs may slow the memory down: one good round is enough */

/* An inventory: collections that are all listed, items of which a tenth is refused and a tenth waits. */
struct crowd {
	struct pairs pairs;
	struct integration_config config;
	size_t count;
	size_t turn;
};

static struct pair *numbered(struct crowd *crowd, enum table table, size_t number)
{
	char id[24];

	snprintf(id, sizeof id, "%zu", number);
	return pairs_want(&crowd->pairs, table, id);
}

static void set_parents(struct crowd *crowd, struct pair *pair, size_t place)
{
	char collection[24], container[24];

	snprintf(collection, sizeof collection, "%zu", place);
	snprintf(container, sizeof container, "%zu", place * PLACES);
	pairs_set_parents(&crowd->pairs, pair, collection, container);
}

static void refuse(struct crowd *crowd, struct pair *pair, const struct pair *cause)
{
	scoped(json_object) blocked_by = json_new_array();

	json_append(blocked_by, json_new_text(cause->full_id));
	pairs_set_blocked_by(&crowd->pairs, pair, blocked_by);
}

static void list_collections(struct crowd *crowd, enum scope_type type)
{
	struct text words = {0};
	struct error error = {0};
	bool is_airtable;

	text_format(&words,
		    "{\"_id\":\"integration-i\",\"data\":{\"integration_type\":\"airtable\",\"config\":{"
		    "\"airtable_base_id\":\"app00000000000001\",\"scope_type\":\"%s\",\"%s\":[\"0\"",
		    type == SCOPE_CONTAINERS ? "containers" : "collections",
		    type == SCOPE_CONTAINERS ? "container_ids_to_sync" : "collection_ids_to_sync");
	for (size_t i = 1; i < crowd->count / PLACES; i++)
		text_format(&words, ",\"%zu\"", i);
	text_add(&words, "]}}}");
	scoped(json_object) body = NULL;
	assert_true(json_read(words.bytes, words.length, &body, NULL, &error));
	assert_true(integration_config_read(body, "db", &crowd->config, &is_airtable, &error));
	text_done(&words);
}

static void crowd_open(struct crowd *crowd, size_t count, enum scope_type type)
{
	*crowd = (struct crowd){.count = count};
	pairs_init(&crowd->pairs);
	list_collections(crowd, type);
	for (size_t i = 0; i < count; i++) {
		struct pair *pair = numbered(crowd, TABLE_ITEMS, i);
		char record[32];
		snprintf(record, sizeof record, "rec%zu", i);
		pair->document = PAIR_DOCUMENT_THERE;
		pair->state = ENTRY_PAIR;
		pairs_set_record(&crowd->pairs, pair, record, false);
		if (i % PLACES != 0)
			set_parents(crowd, pair, i / PLACES);
		if (i % 10 == 1)
			refuse(crowd, pair, numbered(crowd, TABLE_ITEMS, i - 1));
		if (i % 10 == 2)
			pairs_set_waits(&crowd->pairs, pair, WAITS_FOR_DOCUMENT,
					(const char *const[]){"rec-of-nobody"}, 1);
		pairs_set_due(&crowd->pairs, pair, DUE_APP_LINK, 1000000 + (int64_t)(i * 7919 % count));
	}
	scope_update(&crowd->config, &crowd->pairs);
	pairs_measure(&crowd->pairs);
}

static void crowd_done(struct crowd *crowd)
{
	pairs_done(&crowd->pairs);
	integration_config_done(&crowd->config);
}

/* From all parts of the list, and the same ones again. */
static struct pair *next_item(struct crowd *crowd)
{
	return numbered(crowd, TABLE_ITEMS, crowd->turn++ % TOUCHED * (crowd->count / TOUCHED));
}

/* ---- the steps ---- */

static void is_refused(struct crowd *crowd)
{
	struct pair *pair = next_item(crowd);

	refuse(crowd, pair, next_item(crowd));
	refuse(crowd, pair, next_item(crowd));
	pairs_set_blocked_by(&crowd->pairs, pair, NULL);
}

static void changes(struct crowd *crowd)
{
	pairs_requeue_refused(&crowd->pairs, next_item(crowd));
}

static void moves(struct crowd *crowd)
{
	struct pair *pair = next_item(crowd);

	set_parents(crowd, pair, crowd->turn % (FEW / PLACES));
	pairs_doubt_scope(&crowd->pairs, pair);
	scope_update(&crowd->config, &crowd->pairs);
}

static void gets_its_row(struct crowd *crowd)
{
	struct pair *pair = next_item(crowd);

	pairs_set_waits(&crowd->pairs, pair, WAITS_FOR_ROW, NULL, 0);
	pairs_requeue_if_free(&crowd->pairs, pair);
	pairs_set_waits(&crowd->pairs, pair, 0, NULL, 0);
	pairs_requeue_waiting(&crowd->pairs, pair);
}

static void is_asked_for_its_contents(struct crowd *crowd)
{
	const struct pair *pair = next_item(crowd);

	assert_int_equal(pair_has_contents(pair), pair_holds_rows(pair));
	pairs_requeue_contents(&crowd->pairs, pair);
}

static void is_due(struct crowd *crowd)
{
	pairs_set_due(&crowd->pairs, next_item(crowd), DUE_AGAIN, 2000000 + (int64_t)crowd->turn);
	pairs_queue_due(&crowd->pairs, 1000);
}

static bool is_ready(void *context, const struct pair *pair)
{
	(void)context;
	return !pair->under_way;
}

static void is_taken_from_a_long_queue(struct crowd *crowd)
{
	struct pair *taken[10];
	struct queue_wish wish = {.limit = countof(taken), .batch = 1, .is_ready = is_ready};

	for (size_t i = crowd->pairs.queue.count; i < crowd->count; i++)
		pairs_queue(&crowd->pairs, crowd->pairs.list[i], JOB_ROW);
	size_t count = queue_take(&crowd->pairs.queue, &wish, taken);
	for (size_t i = 0; i < count; i++)
		pairs_queue(&crowd->pairs, taken[i], JOB_ROW);
}

static void is_measured(struct crowd *crowd)
{
	struct pair *taken[QUEUE_TAKE_MOST];
	struct queue_wish wish = {.limit = countof(taken), .batch = 1, .is_ready = is_ready};

	while (crowd->pairs.queue.count)
		queue_take(&crowd->pairs.queue, &wish, taken);
	pairs_queue(&crowd->pairs, next_item(crowd), JOB_ROW);
	pairs_measure(&crowd->pairs);
}

/* It was refused for another one, which is as it was then. */
static void is_found_by_a_start(struct crowd *crowd)
{
	struct pair *pair = next_item(crowd), *cause = next_item(crowd);
	struct sync sync = {.pairs = crowd->pairs};
	struct start_problems problems = {0};
	struct ledger_entry entry = {.blocked_by = json_new_array(), .grounds = json_new_object()};
	struct error error = {0};

	cause->leaves_hash =
		leaves_hash_of(&(struct endpoint_record){.presence = RECORD_THERE, .revision = "1-a"});
	json_append(entry.blocked_by, json_new_text(cause->full_id));
	json_put_text(entry.grounds, cause->full_id, "1-a");
	start_problems_add(&problems, pair, &entry);
	assert_true(sync_take_problems(&sync, &problems, &error));
	assert_true(pair->reasons == 0 || pair_has_contents(pair));
	start_problems_done(&problems);
	json_release(entry.blocked_by);
	json_release(entry.grounds);
	crowd->pairs = sync.pairs;
}

struct step {
	const char *sentence;
	void (*run)(struct crowd *crowd);
	enum scope_type type;
};
static const struct step steps[] = {
	{"a pair that is refused", is_refused, SCOPE_COLLECTIONS},
	{"a document that changes", changes, SCOPE_COLLECTIONS},
	{"an item that moves, among listed collections", moves, SCOPE_COLLECTIONS},
	{"an item that moves, among listed containers", moves, SCOPE_CONTAINERS},
	{"a refused pair that a start finds as it was", is_found_by_a_start, SCOPE_COLLECTIONS},
	{"a pair that gets its row", gets_its_row, SCOPE_COLLECTIONS},
	{"a place that is asked for its contents", is_asked_for_its_contents, SCOPE_COLLECTIONS},
	{"a pair that is due later", is_due, SCOPE_COLLECTIONS},
	{"a look that is taken from a long queue", is_taken_from_a_long_queue, SCOPE_COLLECTIONS},
	{"a look that is put in order", is_measured, SCOPE_COLLECTIONS},
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double quickest(const struct step *step, size_t count)
{
	struct crowd crowd;
	double least = 0;

	crowd_open(&crowd, count, step->type);
	step->run(&crowd);
	for (int try = 0; try < TRIES; try++) {
		double began = now();
		for (size_t i = 0; i < STEPS; i++)
			step->run(&crowd);
		double took = now() - began;
		least = try == 0 || took < least ? took : least;
	}
	crowd_done(&crowd);
	return least;
}

static bool is_of_one_pair(const struct step *step)
{
	double few = quickest(step, FEW), many = quickest(step, MANY);

	printf("# %s: %.2f us among %d, %.2f us among %d\n", step->sentence, few / STEPS * 1e6, FEW,
	       many / STEPS * 1e6, MANY);
	return many < MOST_RATIO * few;
}

static void test_step(void **state)
{
	bool good = false;

	for (int round = 0; !good && round < ROUNDS; round++)
		good = is_of_one_pair(*state);
	assert_true(good);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, steps, test_step);
	return cases_run("scale", &cases);
}
