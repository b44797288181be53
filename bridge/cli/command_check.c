#include "bridge/cli/command_check.h"

#include "airtable/client.h"
#include "airtable/records.h"
#include "airtable/schema.h"
#include "base/http.h"
#include "bridge/cli/check_public.h"
#include "bridge/cli/command.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/lease_report.h"
#include "bridge/columns/columns_bind.h"
#include "bridge/columns/columns_flaws.h"
#include "bridge/connect/airtable_advice.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/couch_access.h"
#include "bridge/daemon/scope_report.h"
#include "couch/server.h"

#include <stdlib.h>

struct checking {
	const struct bridge_settings *settings;
	finding *report;
	void *context;
	int exit_status;
	struct couch_session session; /* who we are to CouchDB */
};

static void count_finding(void *context, enum finding_kind kind, const char *words)
{
	struct checking *checking = context;

	if (kind == FINDING_PROBLEM && checking->exit_status == 0)
		checking->exit_status = 1;
	checking->report(checking->context, kind, words);
}

/* 'what' it is about, or NULL: the error says it. */
static void found_error(struct checking *checking, const struct error *error, const char *what)
{
	if (command_status(error) == EXIT_UNREACHABLE)
		checking->exit_status = EXIT_UNREACHABLE;
	finding_report(count_finding, checking, FINDING_PROBLEM, "%s%s%s", what ? what : "", what ? ": " : "",
		       error->text);
}

static bool check_server(struct checking *checking, struct http *http)
{
	struct error error = {0};
	char version[32];

	if (couch_access_check(checking->settings, http, version, &error)) {
		finding_report(count_finding, checking, FINDING_OK, "CouchDB answers (version %s)", version);
	} else if (error.status != 401) { /* that is about the user, and told below */
		command_explain(&error);
		found_error(checking, &error, NULL);
		return false;
	}
	if (!couch_access_session(checking->settings, http, &checking->session, &error)) {
		command_explain(&error);
		found_error(checking, &error, NULL);
		return false;
	}
	scoped_text user = couch_access_user_words(&checking->session);
	finding_report(count_finding, checking, FINDING_OK, "the %s is let in%s", user,
		       checking->session.is_administrator ? ", as an administrator of the server" : "");
	return true;
}

/* ---- a base ---- */

static bool check_columns(struct checking *checking, struct airtable_client *airtable, const char *base_id,
			  struct columns *columns)
{
	scoped(json_object) tables = NULL;
	struct error error = {0};
	bool changed;

	if (!airtable_schema_tables(airtable, &tables, &error)) {
		airtable_advise(checking->settings, base_id, "schema.bases:read", &error);
		found_error(checking, &error, NULL);
		return false;
	}
	if (columns_bind_all(columns, tables, &changed, &error))
		return true;
	error_wrap(&error, "base %s", base_id);
	found_error(checking, &error, "the base's schema");
	return false;
}

static void found_flaw(void *context, const char *words)
{
	count_finding(context, FINDING_PROBLEM, words);
}

static void report_columns(struct checking *checking, const struct columns *columns, enum table table)
{
	size_t wanted = 0, flowing = columns_report_flaws(columns, table, found_flaw, checking);

	for (size_t field = 0; field < FIELD_COUNT; field++)
		wanted += field_in_table((enum field)field, table);
	finding_report(count_finding, checking, FINDING_OK, "table \"%s\": %zu of %zu columns flow",
		       columns->table_name, flowing, wanted);
}

static bool one_page(void *context, struct airtable_records *page, struct error *error)
{
	(void)context;
	(void)page;
	(void)error;
	return true;
}

static void check_reading(struct checking *checking, struct airtable_client *airtable, const char *base_id,
			  const struct columns *columns)
{
	struct airtable_list list = {.table_id = columns->table_id, .page_size = 1, .most = 1};
	struct error error = {0};

	list.field_ids = columns_ids(columns, &list.field_count);
	if (airtable_records_list(airtable, &list, one_page, NULL, NULL, &error)) {
		finding_report(count_finding, checking, FINDING_OK, "rows of table \"%s\" can be read",
			       columns->table_name);
	} else {
		scoped_text rows = own_format("rows of table \"%s\"", columns->table_name);
		airtable_advise(checking->settings, base_id, "data.records:read", &error);
		found_error(checking, &error, rows);
	}
	free((void *)list.field_ids);
}

static void check_tables(struct checking *checking, struct airtable_client *airtable, const char *base_id,
			 const struct columns *columns)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		report_columns(checking, &columns[table], (enum table)table);
		check_reading(checking, airtable, base_id, &columns[table]);
	}
	finding_report(
		count_finding, checking, FINDING_NOT_CHECKED,
		"whether the token may write rows of base %s (data.records:write): only a write can tell",
		base_id);
}

static void check_base(struct checking *checking, struct http *http, const struct integration_config *config)
{
	const char *token = bridge_settings_token(checking->settings, config->base_id);
	struct columns columns[TABLE_COUNT] = {0};

	if (!token) {
		finding_report(count_finding, checking, FINDING_PROBLEM,
			       "no token for base %s: set AIRTABLE_TOKEN or AIRTABLE_TOKEN_%s",
			       config->base_id, config->base_id);
		return;
	}
	struct airtable_limiter *limiter = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND);
	airtable_limiter_assume_used(limiter);
	struct airtable_address address = {
		.endpoint = checking->settings->airtable_endpoint_url,
		.token = token,
		.base_id = config->base_id,
	};
	struct airtable_client *airtable = airtable_client_open(http, &address, limiter, NULL);
	if (check_columns(checking, airtable, config->base_id, columns))
		check_tables(checking, airtable, config->base_id, columns);
	else
		finding_report(count_finding, checking, FINDING_NOT_CHECKED, "the rows of base %s",
			       config->base_id);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&columns[table]);
	airtable_client_close(&airtable);
	airtable_limiter_close(&limiter);
}

/* ---- rights in CouchDB ---- */

/* A member of a database may write it, unless a validation function of the database says otherwise. */
static void check_writing(struct checking *checking, struct couch_client *couch)
{
	scoped_text user = couch_access_user_words(&checking->session);
	struct error error = {0};
	bool member = false;

	if (!couch_session_is_member(couch, &checking->session, &member, &error))
		finding_report(count_finding, checking, FINDING_NOT_CHECKED,
			       "whether the %s may write database %s: its permissions cannot be read (%s)",
			       user, couch_client_database(couch), error.text);
	else if (member)
		finding_report(count_finding, checking, FINDING_OK,
			       "the %s may read and write database %s, as far as its permissions say", user,
			       couch_client_database(couch));
	else
		finding_report(
			count_finding, checking, FINDING_PROBLEM,
			"the %s is not among the members of database %s: an administrator has to add this "
			"user in the database's permissions",
			user, couch_client_database(couch));
}

static void check_source(struct checking *checking, struct http *http,
			 const struct integration_config *config)
{
	const char *database = config->database;
	scoped(couch_client) source = connection_open_couch(checking->settings, http, database);
	struct couch_identity identity = {0};
	struct error error = {0};

	if (!couch_database_identity(source, &identity, &error)) {
		found_error(checking, &error, database);
		return;
	}
	finding_report(count_finding, checking, FINDING_OK, "database %s can be read (%lld %s)", database,
		       (long long)identity.document_count,
		       identity.document_count == 1 ? "document" : "documents");
	couch_identity_done(&identity);
	check_writing(checking, source);
	if (!scope_report(source, config, count_finding, checking, &error))
		found_error(checking, &error, config->database);
}

/* It is made at the first start, which only an administrator of the server may; or it was made beforehand. */
static void check_state(struct checking *checking, struct http *http, const struct integration_config *config)
{
	scoped_text name = own_format("%s" STATE_SUFFIX, config->database);
	scoped(couch_client) state = connection_open_couch(checking->settings, http, name);
	scoped_text user = couch_access_user_words(&checking->session);
	struct couch_identity identity = {0};
	struct error error = {0};

	if (couch_database_identity(state, &identity, &error)) {
		couch_identity_done(&identity);
		check_writing(checking, state);
		lease_report(state, config, count_finding, checking);
	} else if (error.status == 404 && checking->session.is_administrator) {
		finding_report(count_finding, checking, FINDING_OK,
			       "the state database %s is not there yet: the first start makes it", name);
	} else if (error.status == 404) {
		finding_report(
			count_finding, checking, FINDING_PROBLEM,
			"the state database %s is not there, and the %s may not make it: an administrator "
			"of the server has to make it and to add this user to its members",
			name, user);
	} else if (error.status == 401 || error.status == 403) {
		finding_report(
			count_finding, checking, FINDING_PROBLEM,
			"the %s may not read the state database %s: an administrator of the server has to "
			"add this user to its members (HTTP %d)",
			user, name, error.status);
	} else {
		found_error(checking, &error, name);
	}
}

static void check_integration(struct checking *checking, struct http *http,
			      const struct integration_config *config)
{
	bool collections = config->scope_type == SCOPE_COLLECTIONS, one = config->scope_count == 1;
	const char *kind = collections ? one ? "collection" : "collections"
			   : one       ? "container"
				       : "containers";

	finding_report(count_finding, checking, FINDING_OK,
		       "integration '%s': database %s, base %s, %zu %s in scope", config->name,
		       config->database, config->base_id, config->scope_count, kind);
	if (config->scope_count == 0)
		finding_report(
			count_finding, checking, FINDING_PROBLEM,
			"integration '%s' lists nothing to sync: choose collections or containers in the "
			"app's integration "
			"screen",
			config->name);
	check_source(checking, http, config);
	check_state(checking, http, config);
	finding_report(
		count_finding, checking, FINDING_NOT_CHECKED,
		"whether a validation function of database %s refuses what is written: only a write can "
		"tell",
		config->database);
	check_base(checking, http, config);
}

static void check_integrations(struct checking *checking, struct http *http)
{
	struct integration_search search = {
		.settings = checking->settings, .http = http, .report = count_finding, .context = checking};
	struct integration_configs configs = {0};
	struct error error = {0};

	if (!integrations_find(&search, &configs, &error)) {
		found_error(checking, &error, "looking for integrations");
		return;
	}
	if (configs.count == 0 && configs.problems == 0)
		finding_report(count_finding, checking, FINDING_PROBLEM,
			       "no database holds an Airtable integration: make one in the app, and let the "
			       "phone replicate it");
	for (size_t i = 0; i < configs.count; i++)
		check_integration(checking, http, &configs.list[i]);
	integration_configs_done(&configs);
}

int check_all(const struct bridge_settings *settings, finding *report, void *context)
{
	struct checking checking = {.settings = settings, .report = report, .context = context};
	scoped(http) http = http_open(CONNECTION_AGENT);

	if (check_server(&checking, http))
		check_integrations(&checking, http);
	check_public(settings, http, count_finding, &checking);
	couch_session_done(&checking.session);
	return checking.exit_status;
}
