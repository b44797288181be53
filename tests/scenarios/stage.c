#include "tests/scenarios/stage.h"

#include "airtable/limiter.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/connect/connection.h"
#include "bridge/daemon/discovery.h"
#include "couch/bulk.h"
#include "couch/documents.h"
#include "couch/server.h"
#include "tests/scenarios/servers.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	NO_LIMIT_PER_SECOND = 100000, /* the sandbox's own limit is off */
	CYCLE_TRIES = 12,
	PAUSE_FIRST_MS = 1000,
	PAUSE_CAP_MS = 60000,
	DAY_MS = 86400000,
};

/* Everything of one bridge that would be lost with its process. */
struct bridge {
	struct integration_config config;
	struct airtable_limiter *limiter;
	struct connection connection;
	struct log log;
};

struct stage {
	struct sandbox_program sandbox;
	struct bridge_settings settings;
	char database[80];
	struct bridge *bridge; /* owned; NULL: none is running */
	stage_set_up *set_up;  /* or NULL */
	void *context;
};

/* ---- the clock ---- */

static atomic_llong now_ahead_ms, steady_ahead_ms;

static int64_t real_ms(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t shifted_now_ms(void *context)
{
	(void)context;
	return real_ms(CLOCK_REALTIME) + atomic_load(&now_ahead_ms);
}

static int64_t shifted_steady_ms(void *context)
{
	(void)context;
	return real_ms(CLOCK_BOOTTIME) + atomic_load(&steady_ahead_ms);
}

static void set_sandbox_clock(struct stage *stage, int64_t now_ms)
{
	struct json_object *body = json_new_object();
	struct error error = {0};
	char iso[CLOCK_ISO_SIZE];

	json_put_text(body, "set", clock_iso(now_ms, iso) ? iso : NULL);
	if (!stage_control(stage, "POST", "clock", body, NULL, &error)) {
		fprintf(stderr, "the sandbox's clock: %s\n", error.text);
		abort();
	}
}

int64_t stage_now_ms(const struct stage *stage)
{
	(void)stage;
	return shifted_now_ms(NULL);
}

void stage_move_clock(struct stage *stage, int64_t by_ms)
{
	if (by_ms <= 0)
		return;
	atomic_fetch_add(&now_ahead_ms, by_ms);
	atomic_fetch_add(&steady_ahead_ms, by_ms);
	set_sandbox_clock(stage, shifted_now_ms(NULL));
}

void stage_move_clock_to(struct stage *stage, int64_t now_ms)
{
	stage_move_clock(stage, now_ms - shifted_now_ms(NULL));
}

static void sleep_on_stage(void *context, int64_t wait_ms)
{
	stage_move_clock(context, wait_ms);
}

/* Anew at each scene: something else in the process may have had it meanwhile. */
static void take_clock(struct stage *stage)
{
	struct clock_source source = {
		.now_ms = shifted_now_ms,
		.steady_ms = shifted_steady_ms,
		.sleep_ms = sleep_on_stage,
		.context = stage,
	};

	clock_replace(&source);
}

/* Where the scene begins the date may go back; what is steady goes on by more than anything that a bridge before may wait
 * for. */
static void begin_clock(struct stage *stage, int64_t now_ms)
{
	atomic_store(&now_ahead_ms, now_ms - real_ms(CLOCK_REALTIME));
	atomic_fetch_add(&steady_ahead_ms, DAY_MS);
	set_sandbox_clock(stage, now_ms);
}

/* ---- the sandbox ---- */

bool stage_control(struct stage *stage, const char *method, const char *path, struct json_object *body,
		   struct json_object **answer_out, struct error *error)
{
	scoped(http) http = http_open("davenport-test");
	scoped_text bytes = body ? json_write(body) : NULL;

	json_release(body);
	return sandbox_program_control(&stage->sandbox, http, method, path, bytes, answer_out, error);
}

/* ---- the database ---- */

static bool read_settings(struct stage *stage, struct error *error)
{
	struct couch_server server = {0};

	if (!couch_server_read(&server, error))
		return false;
	stage->settings = (struct bridge_settings){
		.couchdb_url = take(server.url),
		.couchdb_user = take(server.user),
		.couchdb_password = take(server.password),
		.couchdb_databases = own_copy(""),
		.airtable_token = own_copy("patStage000000000.davenport"),
		.airtable_endpoint_url = own_copy(stage->sandbox.url),
	};
	return true;
}

struct stage_couch stage_couch_open(const struct stage *stage)
{
	struct http *http = http_open("davenport-test");

	return (struct stage_couch){http, connection_open_couch(&stage->settings, http, stage->database)};
}

void stage_couch_close(struct stage_couch *couch)
{
	couch_client_close(&couch->client);
	http_close(&couch->http);
}

static bool delete_databases(struct stage *stage, struct error *error)
{
	scoped(http) http = http_open("davenport-test");
	scoped_text state = own_format("%s" STATE_SUFFIX, stage->database);
	const char *names[] = {stage->database, state};
	bool ok = true;

	for (size_t i = 0; stage->database[0] && i < countof(names); i++) {
		scoped(couch_client) couch = connection_open_couch(&stage->settings, http, names[i]);
		struct error refusal = {0};
		if (!couch_database_delete(couch, &refusal) && refusal.kind != ERROR_LOST) {
			*error = refusal;
			ok = false;
		}
	}
	stage->database[0] = '\0';
	return ok;
}

static bool put_documents(struct stage *stage, struct json_object *documents, struct error *error)
{
	struct stage_couch couch = stage_couch_open(stage);
	size_t count = json_length(documents);
	struct json_object **list = own_alloc((count + 1) * sizeof(struct json_object *));
	struct couch_written *written = own_alloc((count + 1) * sizeof(*written));

	for (size_t i = 0; i < count; i++)
		list[i] = json_at(documents, i);
	bool ok = couch_database_create(couch.client, true, error) &&
		  couch_documents_write(couch.client, list, count, written, error);
	for (size_t i = 0; ok && i < count; i++)
		if (written[i].kind != ERROR_NONE)
			ok = error_set(error, written[i].kind, "document %s: %s",
				       json_text_or(list[i], "_id", "?"), written[i].text);
	free(list);
	free(written);
	stage_couch_close(&couch);
	return ok;
}

static bool keep_document(void *context, struct couch_document *document, struct error *error)
{
	(void)error;
	if (document->body && document->id[0] != '_')
		json_append(context, json_share(document->body));
	return true;
}

bool stage_documents(struct stage *stage, struct json_object **documents_out, struct error *error)
{
	struct stage_couch couch = stage_couch_open(stage);
	scoped(json_object) documents = json_new_array();
	bool ok = couch_documents_walk(couch.client, "", "\xef\xbf\xb0", 0, false, keep_document, documents,
				       error);

	stage_couch_close(&couch);
	if (ok)
		*documents_out = take(documents);
	return ok;
}

bool stage_rows(struct stage *stage, const char *base, const char *table, struct json_object **rows_out,
		struct error *error)
{
	scoped_text path = own_format("rows?base=%s&table=%s", base, table);
	scoped(json_object) answer = NULL;

	if (!stage_control(stage, "GET", path, NULL, &answer, error))
		return false;
	*rows_out = json_share(json_child(answer, "records", json_type_array));
	return true;
}

/* ---- the bridge ---- */

static void bridge_close(struct bridge **bridge)
{
	if (!*bridge)
		return;
	struct bridge *gone = take(*bridge);
	http_stop(gone->connection.http, 0);
	connection_done(&gone->connection);
	airtable_limiter_close(&gone->limiter);
	integration_config_done(&gone->config);
	free(gone);
}

void stage_restart_bridge(struct stage *stage)
{
	bridge_close(&stage->bridge);
}

/* As integration_open(), but for the limits of the real Airtable. */
static struct bridge *bridge_open(struct stage *stage, struct integration_config *config)
{
	struct bridge *bridge = own_alloc(sizeof *bridge);

	bridge->config = *config;
	*config = (struct integration_config){0};
	bridge->limiter = airtable_limiter_open(NO_LIMIT_PER_SECOND);
	bridge->log = log_context(NULL, "%s", bridge->config.name);
	connection_init(&bridge->connection, &stage->settings, &bridge->config, bridge->limiter, NULL);
	struct sync_setup setup = connection_setup(&bridge->connection, &bridge->config, &bridge->log);
	if (stage->set_up)
		stage->set_up(stage->context, &setup, &bridge->config);
	connection_begin(&bridge->connection, &setup);
	return bridge;
}

static void tell_finding(void *context, enum finding_kind kind, const char *words)
{
	(void)context;
	if (kind == FINDING_PROBLEM)
		log_info(NULL, "%s", words);
}

/* True without a bridge: there is no integration that could be synced. */
static bool start_bridge(struct stage *stage, struct error *error)
{
	struct integration_configs configs = {0};
	scoped(http) http = NULL;

	if (stage->bridge && stage->bridge->connection.sync->settings_changed)
		stage_restart_bridge(stage);
	if (stage->bridge)
		return true;
	free(stage->settings.couchdb_databases);
	stage->settings.couchdb_databases = own_copy(stage->database);
	http = http_open(CONNECTION_AGENT);
	struct integration_search search = {
		.settings = &stage->settings, .http = http, .report = tell_finding};
	if (!integrations_find(&search, &configs, error))
		return false;
	if (configs.count)
		stage->bridge = bridge_open(stage, &configs.list[0]);
	integration_configs_done(&configs);
	return !stage->bridge || couch_database_create(stage->bridge->connection.state, true, error);
}

void stage_on_begin(struct stage *stage, stage_set_up *set_up, void *context)
{
	stage->set_up = set_up;
	stage->context = context;
}

bool stage_pass_once(struct stage *stage, const struct cycle_wish *wish, struct error *error)
{
	if (!start_bridge(stage, error))
		return false;
	return !stage->bridge || cycle_run(stage->bridge->connection.sync, wish, error);
}

bool stage_pass(struct stage *stage, bool full, struct error *error)
{
	struct cycle_wish wish = {.ask_rows = true, .list_rows = full};

	for (int try = 0;; try++) {
		bool ok = stage_pass_once(stage, &wish, error);
		if (ok || error->kind == ERROR_FATAL || error->kind == ERROR_STOPPED ||
		    try + 1 == CYCLE_TRIES)
			return ok;
		log_info(NULL, "retrying: %s", error->text);
		stage_move_clock(stage, random_backoff_ms(try, PAUSE_FIRST_MS, PAUSE_CAP_MS));
	}
}

int64_t stage_due_in_ms(struct stage *stage)
{
	int64_t due_ms = stage->bridge ? cycle_next_due_ms(stage->bridge->connection.sync) : 0;
	int64_t in_ms = due_ms - clock_steady_ms();

	if (!due_ms)
		return -1;
	return in_ms > 0 ? in_ms : 0;
}

int64_t stage_writes(const struct stage *stage)
{
	if (!stage->bridge)
		return 0;
	const struct sync_counts *counts = &stage->bridge->connection.sync->counts;
	return counts->documents_written + counts->rows_created + counts->rows_updated + counts->rows_deleted;
}

struct sync *stage_sync(struct stage *stage)
{
	return stage->bridge ? stage->bridge->connection.sync : NULL;
}

/* ---- the stage ---- */

bool stage_begin(struct stage *stage, struct json_object *documents, struct json_object *bases,
		 int64_t now_ms, struct error *error)
{
	char uuid[37];

	take_clock(stage);
	stage_restart_bridge(stage);
	if (!delete_databases(stage, error))
		return false;
	begin_clock(stage, now_ms);
	random_uuid(uuid);
	snprintf(stage->database, sizeof(stage->database), "davenport-test-%s", uuid);
	return put_documents(stage, documents, error) &&
	       stage_control(stage, "POST", "load", json_share(bases), NULL, error) &&
	       stage_control(stage, "DELETE", "faults", NULL, NULL, error);
}

bool stage_open(struct stage **stage_out, struct error *error)
{
	struct stage *stage = own_alloc(sizeof *stage);
	if (!sandbox_program_start(&stage->sandbox, "off", error) || !read_settings(stage, error)) {
		stage_close(&stage);
		return false;
	}
	take_clock(stage);
	*stage_out = stage;
	return true;
}

void stage_close(struct stage **stage)
{
	struct error error = {0};

	if (!*stage)
		return;
	struct stage *gone = take(*stage);
	stage_restart_bridge(gone);
	if (gone->settings.couchdb_url && !delete_databases(gone, &error))
		fprintf(stderr, "a database stays behind: %s\n", error.text);
	sandbox_program_end(&gone->sandbox);
	clock_replace(NULL);
	bridge_settings_done(&gone->settings);
	free(gone);
}
