/* The figures of an integration in a state database of its own, in memory, that refuses, conflicts and forgets. */
#include "bridge/report/figures_keeper.h"

#include "base/clock.h"
#include "bridge/report/calls_month.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

#define NOVEMBER_MS INT64_C(1796059503000) /* 2026-11-30T17:25:03Z */
#define MINUTE_MS   INT64_C(60000)
#define DAY_MS      INT64_C(86400000)

/* ---- clocks and the database ---- */

static struct {
	int64_t wall_ms, steady_ms;
} now;

static int64_t wall(void *context)
{
	(void)context;
	return now.wall_ms;
}

static int64_t steady(void *context)
{
	(void)context;
	return now.steady_ms;
}

static void pass(int64_t ms)
{
	now.wall_ms += ms;
	now.steady_ms += ms;
}

struct database {
	struct json_object *documents; /* owned; {_id: body} */
	int revision, writes;          /* requests that write */
	enum { WELL, NOBODY_THERE, ANSWER_LOST } how;
};

static bool read_documents(void *self, const char *const *ids, size_t count,
			   struct json_object **documents_out, struct error *error)
{
	struct database *database = self;

	if (database->how == NOBODY_THERE)
		return error_set(error, ERROR_RETRY, "nobody is there");
	for (size_t i = 0; i < count; i++)
		documents_out[i] = json_share(json_child(database->documents, ids[i], json_type_object));
	return true;
}

static void write_document(struct database *database, struct json_object *document,
			   struct store_result *result)
{
	const char *id = json_text_or(document, "_id", "");
	struct json_object *present = json_child(database->documents, id, json_type_object);

	*result = (struct store_result){.kind = ERROR_CONFLICT};
	if (strcmp(json_text_or(present, "_rev", ""), json_text_or(document, "_rev", "")) != 0)
		return;
	struct json_object *stored = json_copy(document);
	scoped_text revision = own_format("%d-x", ++database->revision);
	json_put_text(stored, "_rev", revision);
	if (json_bool_or(document, "_deleted", false)) {
		json_release(stored);
		json_remove(database->documents, id);
	} else {
		json_put(database->documents, id, stored);
	}
	result->kind = ERROR_NONE;
	snprintf(result->rev, sizeof result->rev, "%s", revision);
}

static bool write_documents(void *self, struct json_object *const *documents, size_t count,
			    struct store_result *results_out, struct error *error)
{
	struct database *database = self;

	database->writes++;
	for (size_t i = 0; i < count; i++) {
		if (database->how != NOBODY_THERE)
			write_document(database, documents[i], &results_out[i]);
		if (database->how != WELL)
			results_out[i] = (struct store_result){.kind = ERROR_RETRY};
	}
	return database->how == WELL || error_set(error, ERROR_RETRY, "no answer");
}

static bool walk_documents(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
			   void *context, struct error *error)
{
	struct database *database = self;

	(void)pick;
	json_each (database->documents, id, document)
		if (strncmp(id, prefix, strlen(prefix)) == 0 && !visit(context, document, error))
			return false;
	return true;
}

static struct store store_of(struct database *database)
{
	static const struct store_ops ops = {
		.read = read_documents, .write = write_documents, .walk = walk_documents};

	return (struct store){&ops, database};
}

static struct database database_open(void)
{
	static const struct clock_source source = {.now_ms = wall, .steady_ms = steady};

	now.wall_ms = NOVEMBER_MS;
	now.steady_ms = 1000;
	clock_replace(&source);
	return (struct database){.documents = json_new_object()};
}

static void put(struct database *database, const char *text)
{
	struct json_object *json = NULL;

	assert_true(json_read(text, strlen(text), &json, NULL, NULL));
	json_put(database->documents, json_text_or(json, "_id", ""), json);
}

static struct figures stored(const struct database *database)
{
	struct figures figures = {0};

	assert_true(figures_read(json_child(database->documents, "status-i", json_type_object), &figures));
	return figures;
}

static int64_t stored_calls(const struct database *database, const char *id)
{
	struct calls_month calls;

	calls_month_read(json_child(database->documents, id, json_type_object), "2026-11", &calls);
	return calls_month_total(&calls);
}

static struct figures_keeper *keeper_open(struct database *database)
{
	static const struct log no_place;

	return figures_keeper_open(store_of(database), "i", "appX", &no_place);
}

static void take_calls(struct figures_keeper *keeper, int64_t news)
{
	int64_t calls[AIRTABLE_PURPOSES] = {[AIRTABLE_FOR_NEWS] = news};

	figures_keeper_take_calls(keeper, calls);
}

/* ---- who writes, and when ---- */

static void only_the_holder_writes(void **state)
{
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);
	struct figures copy;

	(void)state;
	figures_keeper_set_state(keeper, STATUS_ELSEWHERE, "process 7 keeps it in step");
	pass(10 * MINUTE_MS);
	figures_keeper_publish(keeper);
	figures_keeper_end(keeper);
	assert_int_equal(database.writes, 0);
	figures_keeper_copy(keeper, &copy);
	assert_int_equal(copy.state, STATUS_ELSEWHERE);
	assert_string_equal(copy.reason, "process 7 keeps it in step");
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

static void a_quiet_hour_is_not_written(void **state)
{
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);

	(void)state;
	figures_keeper_begin(keeper);
	figures_keeper_set_state(keeper, STATUS_IN_SYNC, NULL);
	figures_keeper_publish(keeper);
	assert_int_equal(database.writes, 1);
	for (int second = 0; second < 3600; second += 5) {
		pass(5000);
		figures_keeper_figures(keeper)->rows_lag_ms += 5000;
		figures_keeper_publish(keeper);
	}
	assert_int_equal(database.writes, 1);
	/* Whereas polls cost calls, which count. */
	for (int second = 0; second < 3600; second += 5) {
		pass(5000);
		take_calls(keeper, second + 5);
		figures_keeper_publish(keeper);
	}
	assert_in_range(database.writes, 50, 61);
	figures_keeper_end(keeper);
	assert_int_equal(stored_calls(&database, "calls-appX-2026-11"), 3600);
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

static void whoever_asked_does_not_wait(void **state)
{
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);

	(void)state;
	figures_keeper_begin(keeper);
	for (int time = 0; time < 10; time++) {
		snprintf(figures_keeper_figures(keeper)->answered_id, 37, "wish %d", time);
		figures_keeper_publish(keeper);
		assert_string_equal(stored(&database).answered_id,
				    figures_keeper_figures(keeper)->answered_id);
	}
	figures_keeper_set_state(keeper, STATUS_PAUSED, "anna");
	figures_keeper_publish(keeper);
	assert_int_equal(stored(&database).state, STATUS_PAUSED);
	figures_keeper_set_state(keeper, STATUS_IN_SYNC, NULL);
	figures_keeper_publish(keeper);
	assert_int_equal(stored(&database).state, STATUS_IN_SYNC);
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

/* ---- what goes on ---- */

static void counts_go_on_after_a_restart(void **state)
{
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);

	(void)state;
	figures_keeper_begin(keeper);
	figures_keeper_figures(keeper)->to_airtable = (struct figures_change){NOVEMBER_MS, 4};
	figures_keeper_count(keeper, SPAN_TO_AIRTABLE, 4);
	take_calls(keeper, 7);
	figures_keeper_set_state(keeper, STATUS_ATTENTION, "no token");
	figures_keeper_end(keeper);
	figures_keeper_close(&keeper);

	keeper = keeper_open(&database);
	take_calls(keeper, 2); /* before the lease was held: they count as well */
	figures_keeper_begin(keeper);
	take_calls(keeper, 5);
	figures_keeper_end(keeper);
	struct figures figures = stored(&database), copy;
	figures_keeper_copy(keeper, &copy);
	assert_int_equal(copy.month_calls, 12);
	assert_int_equal(copy.tallies.calls[AIRTABLE_FOR_NEWS], 5);
	assert_int_equal(figures.tallies.calls[AIRTABLE_FOR_NEWS], 0);
	assert_int_equal(figures.state, STATUS_STARTING);
	assert_string_equal(figures.reason, "");
	assert_int_equal(figures.to_airtable.count, 4);
	assert_int_equal(spans_today(&figures.spans, SPAN_TO_AIRTABLE, now.wall_ms), 4);
	assert_int_equal(spans_today(&figures.spans, SPAN_CALLS, now.wall_ms), 12);
	assert_int_equal(stored_calls(&database, "calls-appX-2026-11"), 12);
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

static const struct trouble_case {
	const char *sentence;
	int how;       /* while the second write is made */
	bool by_other; /* another process has written both documents before it */
	int64_t calls; /* that are stored in the end; 3 were made before the trouble, 2 with it and 1 after it */
} trouble_cases[] = {
	{"all is well", WELL, false, 6},
	{"nobody is there for a while", NOBODY_THERE, false, 6},
	/* It is not known whether it arrived: counted twice at the most once. */
	{"an answer is lost", ANSWER_LOST, false, 8},
	{"somebody else has written it, and counted 100", WELL, true, 106},
};

static void check_trouble(void **state)
{
	const struct trouble_case *row = *state;
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);

	figures_keeper_begin(keeper);
	take_calls(keeper, 3);
	figures_keeper_publish(keeper);
	assert_int_equal(stored_calls(&database, "calls-appX-2026-11"), 3);
	if (row->by_other) {
		put(&database, "{\"_id\":\"status-i\",\"_rev\":\"9-y\",\"v\":1,\"state\":\"in_sync\"}");
		put(&database,
		    "{\"_id\":\"calls-appX-2026-11\",\"_rev\":\"9-y\",\"v\":1,\"calls\":{\"news\":103}}");
	}
	database.how = row->how;
	pass(MINUTE_MS);
	take_calls(keeper, 5);
	figures_keeper_publish(keeper);
	database.how = WELL;
	pass(MINUTE_MS);
	take_calls(keeper, 6);
	figures_keeper_publish(keeper);
	assert_int_equal(stored_calls(&database, "calls-appX-2026-11"), row->calls);
	assert_int_equal(spans_today(&figures_keeper_figures(keeper)->spans, SPAN_CALLS, now.wall_ms), 6);
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

static void each_month_has_its_document(void **state)
{
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);

	(void)state;
	put(&database, "{\"_id\":\"calls-appX-2025-10\",\"_rev\":\"1-x\",\"v\":1}");
	put(&database, "{\"_id\":\"calls-appX-2025-11\",\"_rev\":\"1-x\",\"v\":1}");
	put(&database, "{\"_id\":\"calls-appY-2019-11\",\"_rev\":\"1-x\",\"v\":1}");
	figures_keeper_begin(keeper);
	assert_false(json_find(database.documents, "calls-appX-2025-10", NULL));
	assert_true(json_find(database.documents, "calls-appX-2025-11", NULL));
	assert_true(json_find(database.documents, "calls-appY-2019-11", NULL)); /* another base's */
	take_calls(keeper, 3);
	figures_keeper_publish(keeper);
	pass(DAY_MS);
	take_calls(keeper, 5);
	figures_keeper_publish(keeper);
	assert_int_equal(stored_calls(&database, "calls-appX-2026-11"), 3);
	assert_int_equal(stored_calls(&database, "calls-appX-2026-12"), 2);
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

static void a_secret_is_in_no_reason(void **state)
{
	struct database database = database_open();
	struct figures_keeper *keeper = keeper_open(&database);

	(void)state;
	log_secret("patSECRET.0123456789abcdef");
	figures_keeper_begin(keeper);
	figures_keeper_set_state(keeper, STATUS_RETRYING, "refused: patSECRET.0123456789abcdef");
	figures_keeper_publish(keeper);
	assert_null(strstr(stored(&database).reason, "0123456789abcdef"));
	figures_keeper_close(&keeper);
	json_release(database.documents);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("only the holder writes"), only_the_holder_writes, NULL);
	cases_add(&cases, own_copy("a quiet hour is not written"), a_quiet_hour_is_not_written, NULL);
	cases_add(&cases, own_copy("whoever asked does not wait"), whoever_asked_does_not_wait, NULL);
	cases_add(&cases, own_copy("counts go on after a restart"), counts_go_on_after_a_restart, NULL);
	cases_add_table(&cases, trouble_cases, check_trouble);
	cases_add(&cases, own_copy("each month has its document"), each_month_has_its_document, NULL);
	cases_add(&cases, own_copy("a secret is in no reason"), a_secret_is_in_no_reason, NULL);
	return cases_run("figures_keeper", &cases);
}
