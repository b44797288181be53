#include "bridge/report/figures_keeper.h"

#include "base/clock.h"
#include "base/own.h"
#include "bridge/report/calls_month.h"
#include "bridge/report/write_pace.h"
#include "bridge/version.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct figures_keeper {
	struct store store;
	char *id, *base_id; /* owned; of the figures' document */
	struct log log;
	struct figures figures;
	bool begun;
	bool known; /* which revisions are stored is known */
	char revision[80];
	struct write_pace pace;
	/* What is stored: a state, a reason or an answer that differs is written at once. */
	enum status_state stored_state;
	char stored_reason[400], stored_answer[37];
	char *stored_words; /* owned; all that is worth a write, or NULL */

	struct calls_month calls;                  /* as stored */
	int64_t unstored_calls[AIRTABLE_PURPOSES]; /* made since */
	int64_t process_calls[AIRTABLE_PURPOSES];  /* taken so far */

	pthread_mutex_t lock; /* guards what follows */
	struct figures published;
};

struct figures_keeper *figures_keeper_open(struct store store, const char *integration_id,
					   const char *base_id, const struct log *log)
{
	struct figures_keeper *keeper = own_alloc(sizeof *keeper);

	keeper->store = store;
	keeper->id = figures_document_id(integration_id);
	keeper->base_id = own_copy(base_id);
	keeper->log = log_context(log, "%s", "");
	keeper->figures.left_ms = keeper->figures.couch_latency_ms = keeper->figures.airtable_latency_ms = -1;
	if (pthread_mutex_init(&keeper->lock, NULL) != 0)
		abort();
	figures_keeper_set_state(keeper, STATUS_STARTING, NULL);
	keeper->published = keeper->figures;
	return keeper;
}

void figures_keeper_close(struct figures_keeper **keeper)
{
	if (!*keeper)
		return;
	struct figures_keeper *gone = take(*keeper);
	pthread_mutex_destroy(&gone->lock);
	free(gone->id);
	free(gone->base_id);
	free(gone->stored_words);
	free(gone);
}

/* ---- what is stored ---- */

/* The figures of before are taken where this process has none of its own: when it begins. */
static bool read_stored(struct figures_keeper *keeper, struct figures *former_out, bool *any_out)
{
	char month[8];
	calls_month_of(clock_now_ms(), month);
	scoped_text calls_id = calls_month_id(keeper->base_id, month);
	const char *ids[] = {keeper->id, calls_id};
	struct json_object *documents[countof(ids)] = {0};
	struct error error = {0};

	keeper->known = keeper->store.ops->read(keeper->store.self, ids, countof(ids), documents, &error);
	if (keeper->known) {
		json_text_into(documents[0], "_rev", keeper->revision, sizeof keeper->revision);
		*any_out = figures_read(documents[0], former_out);
		calls_month_read(documents[1], month, &keeper->calls);
	} else {
		log_debug(&keeper->log, "the figures of before are not read: %s", error.text);
	}
	for (size_t i = 0; i < countof(ids); i++)
		json_release(documents[i]);
	return keeper->known;
}

struct old_months {
	const char *prefix;
	struct json_object *tombstones;
};

static bool visit_month(void *context, struct json_object *document, struct error *error)
{
	struct old_months *old = context;
	const char *id = json_text_or(document, "_id", "");

	(void)error;
	if (!calls_month_is_old(id, old->prefix, clock_now_ms()))
		return true;
	struct json_object *tombstone = json_new_object();
	json_put_text(tombstone, "_id", id);
	json_put_text(tombstone, "_rev", json_text_or(document, "_rev", ""));
	json_put(tombstone, "_deleted", json_new_bool(true));
	json_append(old->tombstones, tombstone);
	return true;
}

static void delete_old_months(struct figures_keeper *keeper)
{
	static const struct json_pick_key keys[] = {{.name = "_id"}, {.name = "_rev"}};
	static const struct json_pick pick = {keys, countof(keys), false};
	scoped_text prefix = calls_month_prefix(keeper->base_id);
	scoped(json_object) tombstones = json_new_array();
	struct old_months old = {prefix, tombstones};
	struct error error = {0};

	bool ok = keeper->store.ops->walk(keeper->store.self, prefix, &pick, visit_month, &old, &error);
	size_t count = ok ? json_length(tombstones) : 0;
	struct json_object **list = own_alloc((count + 1) * sizeof *list);
	struct store_result *results = own_alloc((count + 1) * sizeof *results);
	for (size_t i = 0; i < count; i++)
		list[i] = json_at(tombstones, i);
	if (!ok || (count && !keeper->store.ops->write(keeper->store.self, list, count, results, &error)))
		log_debug(&keeper->log, "the calls of old months are not deleted: %s", error.text);
	free(list);
	free(results);
}

void figures_keeper_begin(struct figures_keeper *keeper)
{
	struct figures former;
	bool any = false;

	write_pace_begin(&keeper->pace, clock_steady_ms());
	keeper->begun = true;
	keeper->stored_state = STATUS_STATES;
	if (!read_stored(keeper, &former, &any))
		return;
	if (any) {
		former.state = keeper->figures.state;
		former.state_since_ms = keeper->figures.state_since_ms;
		former.reason[0] = '\0';
		memcpy(keeper->stored_answer, former.answered_id, sizeof keeper->stored_answer);
		former.done = former.left = former.queued = former.failures = 0;
		former.tallies = keeper->figures.tallies;
		former.left_ms = former.couch_latency_ms = former.airtable_latency_ms = -1;
		for (int kind = 0; kind < SPAN_KINDS; kind++)
			spans_add(
				&former.spans, (enum span_kind)kind,
				spans_of_month(&keeper->figures.spans, (enum span_kind)kind, clock_now_ms()),
				clock_now_ms());
		keeper->figures = former;
	}
	delete_old_months(keeper);
}

/* ---- what changes ---- */

struct figures *figures_keeper_figures(struct figures_keeper *keeper)
{
	return &keeper->figures;
}

void figures_keeper_set_state(struct figures_keeper *keeper, enum status_state state, const char *reason)
{
	struct figures *figures = &keeper->figures;

	if (figures->state != state || !figures->state_since_ms)
		figures->state_since_ms = clock_now_ms();
	figures->state = state;
	snprintf(figures->reason, sizeof figures->reason, "%s", reason ? reason : "");
	log_mask(figures->reason);
	/* Cut where a character ends. */
	figures->reason[text_utf8_prefix(figures->reason, strlen(figures->reason),
					 sizeof figures->reason - 1)] = '\0';
}

void figures_keeper_count(struct figures_keeper *keeper, enum span_kind kind, int64_t count)
{
	spans_add(&keeper->figures.spans, kind, count, clock_now_ms());
}

void figures_keeper_take_calls(struct figures_keeper *keeper, const int64_t calls[AIRTABLE_PURPOSES])
{
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++) {
		int64_t more = calls[purpose] - keeper->process_calls[purpose];
		keeper->process_calls[purpose] = calls[purpose];
		keeper->unstored_calls[purpose] += more;
		figures_keeper_count(keeper, SPAN_CALLS, more);
	}
	memcpy(keeper->figures.tallies.calls, calls, sizeof keeper->figures.tallies.calls);
}

/* ---- writing ---- */

/* Calls that no write had taken when a month ended are counted in the next. */
static struct calls_month calls_now(const struct figures_keeper *keeper)
{
	struct calls_month calls = keeper->calls;

	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		calls.counts[purpose] += keeper->unstored_calls[purpose];
	return calls;
}

static struct json_object *figures_document(const struct figures_keeper *keeper)
{
	struct json_object *json = figures_json(&keeper->figures);

	json_put_text(json, "_id", keeper->id);
	if (keeper->revision[0])
		json_put_text(json, "_rev", keeper->revision);
	return json;
}

/* What moves by itself while nothing happens is worth no write. */
static char *words_worth_a_write(const struct figures *figures)
{
	struct figures still = *figures;

	still.written_ms = still.documents_lag_ms = still.rows_lag_ms = 0;
	still.couch_latency_ms = still.airtable_latency_ms = 0;
	scoped(json_object) json = figures_json(&still);
	return json_write(json);
}

static void note_stored(struct figures_keeper *keeper, const struct calls_month *calls,
			const struct store_result results[2])
{
	keeper->known = results[0].kind == ERROR_NONE && results[1].kind == ERROR_NONE;
	if (results[0].kind == ERROR_NONE) {
		snprintf(keeper->revision, sizeof keeper->revision, "%s", results[0].rev);
		keeper->stored_state = keeper->figures.state;
		memcpy(keeper->stored_reason, keeper->figures.reason, sizeof keeper->stored_reason);
		memcpy(keeper->stored_answer, keeper->figures.answered_id, sizeof keeper->stored_answer);
		free(keeper->stored_words);
		keeper->stored_words = words_worth_a_write(&keeper->figures);
	}
	if (results[1].kind != ERROR_NONE)
		return;
	keeper->calls = *calls;
	snprintf(keeper->calls.revision, sizeof keeper->calls.revision, "%s", results[1].rev);
	memset(keeper->unstored_calls, 0, sizeof keeper->unstored_calls);
}

/* Another month, or a revision that is not known: what is stored is read first. */
static bool may_write(struct figures_keeper *keeper)
{
	struct figures unused;
	bool any = false;
	char month[8];

	calls_month_of(clock_now_ms(), month);
	if (strcmp(month, keeper->calls.month) != 0)
		keeper->known = false;
	if (keeper->known)
		return true;
	return read_stored(keeper, &unused, &any);
}

static void write_all(struct figures_keeper *keeper)
{
	struct store_result results[2] = {{.kind = ERROR_RETRY}, {.kind = ERROR_RETRY}};
	struct error error = {0};

	write_pace_note(&keeper->pace, clock_steady_ms());
	if (!may_write(keeper))
		return;
	struct calls_month calls = calls_now(keeper);
	scoped(json_object) figures = figures_document(keeper);
	scoped(json_object) month = calls_month_json(&calls, keeper->base_id);
	struct json_object *documents[] = {figures, month};
	if (!keeper->store.ops->write(keeper->store.self, documents, countof(documents), results, &error))
		log_debug(&keeper->log, "the figures are not written: %s", error.text);
	note_stored(keeper, &calls, results);
}

static bool has_changed(const struct figures_keeper *keeper)
{
	return keeper->stored_state != keeper->figures.state ||
	       strcmp(keeper->stored_reason, keeper->figures.reason) != 0;
}

/* Somebody waits for it, whatever the pace: a wish is worked off, a pause begins or ends. */
static bool has_answer(const struct figures_keeper *keeper)
{
	bool was_paused = keeper->stored_state == STATUS_PAUSED;

	return strcmp(keeper->stored_answer, keeper->figures.answered_id) != 0 ||
	       was_paused != (keeper->figures.state == STATUS_PAUSED);
}

static bool is_due(const struct figures_keeper *keeper)
{
	return has_answer(keeper) || write_pace_is_due(&keeper->pace, has_changed(keeper), clock_steady_ms());
}

static void show(struct figures_keeper *keeper)
{
	struct calls_month calls = calls_now(keeper);

	keeper->figures.month_calls = calls_month_total(&calls);
	keeper->figures.written_ms = clock_now_ms();
	snprintf(keeper->figures.davenport_version, sizeof keeper->figures.davenport_version, "%s",
		 DAVENPORT_VERSION);
	if (pthread_mutex_lock(&keeper->lock) != 0)
		abort();
	keeper->published = keeper->figures;
	if (pthread_mutex_unlock(&keeper->lock) != 0)
		abort();
}

static bool is_worth_a_write(const struct figures_keeper *keeper)
{
	scoped_text words = words_worth_a_write(&keeper->figures);

	return !keeper->stored_words || strcmp(words, keeper->stored_words) != 0;
}

void figures_keeper_publish(struct figures_keeper *keeper)
{
	show(keeper);
	if (keeper->begun && is_due(keeper) && is_worth_a_write(keeper))
		write_all(keeper);
}

void figures_keeper_end(struct figures_keeper *keeper)
{
	show(keeper);
	if (keeper->begun)
		write_all(keeper);
	keeper->begun = false;
}

void figures_keeper_copy(struct figures_keeper *keeper, struct figures *figures_out)
{
	if (pthread_mutex_lock(&keeper->lock) != 0)
		abort();
	*figures_out = keeper->published;
	if (pthread_mutex_unlock(&keeper->lock) != 0)
		abort();
}
