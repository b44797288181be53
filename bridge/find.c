#include "bridge/find.h"

#include "airtable/client.h"
#include "airtable/records.h"
#include "airtable/schema.h"
#include "bridge/columns_flaws.h"
#include "bridge/connection.h"
#include "couch/client.h"
#include "couch/documents.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void integration_configs_done(struct integration_configs *configs)
{
	for (size_t i = 0; i < configs->count; i++)
		integration_config_done(&configs->list[i]);
	free(configs->list);
	*configs = (struct integration_configs){0};
}

static void tell_words(finding *tell, void *context, enum finding_kind kind, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void tell_words(finding *tell, void *context, enum finding_kind kind, const char *format, ...)
{
	va_list arguments;
	char words[2 * ERROR_TEXT_SIZE];

	va_start(arguments, format);
	vsnprintf(words, sizeof words, format, arguments);
	va_end(arguments);
	tell(context, kind, words);
}

/* ---- finding ---- */

struct search {
	const char *database;
	finding *tell;
	void *context;
	struct integration_configs *configs;
};

static bool is_second_on_base(const struct search *search, const struct integration_config *config)
{
	for (size_t i = 0; i < search->configs->count; i++) {
		const struct integration_config *other = &search->configs->list[i];
		if (strcmp(other->base_id, config->base_id) != 0)
			continue;
		tell_words(search->tell, search->context, FINDING_PROBLEM,
			   "integration '%s' of database %s names base %s, which integration '%s' of "
			   "database %s has: only "
			   "the first is synced; give the other a base of its own",
			   config->name, config->database, config->base_id, other->name, other->database);
		return true;
	}
	return false;
}

static bool visit_integration(void *context, struct couch_document *document, struct error *error)
{
	struct search *search = context;
	struct integration_config config = {0};
	struct error refusal;
	bool is_airtable = false;

	(void)error;
	if (!document->body)
		return true;
	if (document->conflicts) {
		tell_words(
			search->tell, search->context, FINDING_PROBLEM,
			"database %s: document %s is in conflict, and it is not known which of its versions "
			"is meant: save it once more in the app's integration screen",
			search->database, document->id);
		return true;
	}
	if (!integration_config_read(document->body, search->database, &config, &is_airtable, &refusal)) {
		tell_words(search->tell, search->context, FINDING_PROBLEM, "database %s: %s",
			   search->database, refusal.text);
		return true;
	}
	if (!is_airtable)
		return true;
	if (is_second_on_base(search, &config)) {
		integration_config_done(&config);
		return true;
	}
	struct integration_configs *configs = search->configs;
	configs->list = own_resize(configs->list, configs->count + 1, sizeof *configs->list);
	configs->list[configs->count++] = config;
	return true;
}

static bool search_database(const struct bridge_settings *settings, struct http *http, struct search *search,
			    struct error *error)
{
	scoped(couch_client) couch = connection_open_couch(settings, http, search->database);
	const char *prefix = document_prefix(DOCUMENT_INTEGRATION);

	return couch_documents_walk_prefix(couch, prefix, 0, false, visit_integration, search, error) ||
	       error_wrap(error, "database %s", search->database);
}

static bool is_state_database(const char *name)
{
	size_t length = strlen(name), suffix = strlen(STATE_SUFFIX);

	return name[0] == '_' || (length > suffix && strcmp(name + length - suffix, STATE_SUFFIX) == 0);
}

/* The names that are set, or all that the server has. */
static bool database_names(const struct bridge_settings *settings, struct http *http,
			   struct json_object **names_out, struct error *error)
{
	scoped(couch_client) server = connection_open_couch(settings, http, NULL);
	const char *list = settings->couchdb_databases;

	if (!list || !list[0])
		return couch_database_list(server, names_out, error);
	*names_out = json_new_array();
	while (*list) {
		size_t length = strcspn(list, ",");
		if (length)
			json_append(*names_out, json_new_text_bytes(list, length));
		list += length + (list[length] == ',');
	}
	return true;
}

bool integrations_find(const struct bridge_settings *settings, finding *tell, void *context,
		       struct integration_configs *configs_out, struct error *error)
{
	scoped(http) http = http_open(CONNECTION_AGENT);
	scoped(json_object) names = NULL;
	struct integration_configs configs = {0};
	bool ok = database_names(settings, http, &names, error);

	for (size_t i = 0; ok && i < json_length(names); i++) {
		const char *name = json_text_of(json_at(names, i));
		struct search search = {name, tell, context, &configs};
		if (name && !is_state_database(name))
			ok = search_database(settings, http, &search, error);
	}
	if (ok)
		*configs_out = configs;
	else
		integration_configs_done(&configs);
	return ok;
}

/* ---- checking ---- */

struct checking {
	const struct bridge_settings *settings;
	finding *tell;
	void *context;
	int exit_status;
};

static void count_finding(void *context, enum finding_kind kind, const char *words)
{
	struct checking *checking = context;

	if (kind == FINDING_PROBLEM && checking->exit_status == 0)
		checking->exit_status = 1;
	checking->tell(checking->context, kind, words);
}

static void found_error(struct checking *checking, const struct error *error, const char *what)
{
	if (error->kind == ERROR_RETRY)
		checking->exit_status = 3;
	tell_words(count_finding, checking, FINDING_PROBLEM, "%s: %s", what, error->text);
}

static bool check_server(struct checking *checking, struct http *http)
{
	scoped(couch_client) server = connection_open_couch(checking->settings, http, NULL);
	scoped(json_object) names = NULL;
	struct error error = {0};
	char version[32];

	if (!couch_server_check(server, version, &error)) {
		found_error(checking, &error, "COUCHDB_URL");
		return false;
	}
	tell_words(count_finding, checking, FINDING_OK, "CouchDB answers (version %s)", version);
	if (couch_database_list(server, &names, &error))
		return true;
	found_error(checking, &error, "COUCHDB_USER and COUCHDB_PASSWORD");
	return false;
}

static bool check_columns(struct checking *checking, struct airtable_client *airtable, const char *base_id,
			  struct columns *columns)
{
	scoped(json_object) tables = NULL;
	struct error error = {0};
	bool changed;

	if (!airtable_schema_tables(airtable, &tables, &error)) {
		found_error(checking, &error, "the base's schema");
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

static void tell_columns(struct checking *checking, const struct columns *columns, enum table table)
{
	size_t wanted = 0, flowing = columns_tell_flaws(columns, table, found_flaw, checking);

	for (size_t field = 0; field < FIELD_COUNT; field++)
		wanted += field_in_table((enum field)field, table);
	tell_words(count_finding, checking, FINDING_OK, "table \"%s\": %zu of %zu columns flow",
		   columns->table_name, flowing, wanted);
}

static bool one_page(void *context, struct airtable_records *page, struct error *error)
{
	(void)context;
	(void)page;
	(void)error;
	return true;
}

static void check_reading(struct checking *checking, struct airtable_client *airtable,
			  const struct columns *columns)
{
	struct airtable_list list = {.table_id = columns->table_id, .page_size = 1, .most = 1};
	struct error error = {0};

	list.field_ids = columns_ids(columns, &list.field_count);
	if (airtable_records_list(airtable, &list, one_page, NULL, NULL, &error))
		tell_words(count_finding, checking, FINDING_OK, "rows of table \"%s\" can be read",
			   columns->table_name);
	else
		found_error(checking, &error, "reading rows (the token needs data.records:read)");
	free((void *)list.field_ids);
}

static void check_base(struct checking *checking, struct http *http, const struct integration_config *config)
{
	const char *token = bridge_settings_token(checking->settings, config->base_id);
	struct columns columns[TABLE_COUNT] = {0};

	if (!token) {
		tell_words(count_finding, checking, FINDING_PROBLEM,
			   "no token for base %s: set AIRTABLE_TOKEN or AIRTABLE_TOKEN_%s", config->base_id,
			   config->base_id);
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
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			tell_columns(checking, &columns[table], (enum table)table);
			check_reading(checking, airtable, &columns[table]);
		}
	tell_words(count_finding, checking, FINDING_NOT_CHECKED,
		   "whether the token may write rows of base %s (data.records:write): only a write can tell",
		   config->base_id);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&columns[table]);
	airtable_client_close(&airtable);
	airtable_limiter_close(&limiter);
}

static void check_integration(struct checking *checking, struct http *http,
			      const struct integration_config *config)
{
	scoped(couch_client) source = connection_open_couch(checking->settings, http, config->database);
	struct couch_identity identity = {0};
	struct error error = {0};

	tell_words(count_finding, checking, FINDING_OK,
		   "integration '%s': database %s, base %s, %zu %s in scope", config->name, config->database,
		   config->base_id, config->scope_count,
		   config->scope_type == SCOPE_COLLECTIONS ? "collections" : "containers");
	if (config->scope_count == 0)
		tell_words(count_finding, checking, FINDING_PROBLEM,
			   "integration '%s' lists nothing to sync: choose collections or containers in the "
			   "app's integration "
			   "screen",
			   config->name);
	if (couch_database_identity(source, &identity, &error))
		tell_words(count_finding, checking, FINDING_OK, "database %s can be read (%lld documents)",
			   config->database, (long long)identity.document_count);
	else
		found_error(checking, &error, config->database);
	couch_identity_done(&identity);
	tell_words(count_finding, checking, FINDING_NOT_CHECKED,
		   "whether database %s and %s" STATE_SUFFIX " can be written: only a write can tell",
		   config->database, config->database);
	check_base(checking, http, config);
}

int check_all(const struct bridge_settings *settings, finding *tell, void *context)
{
	struct checking checking = {settings, tell, context, 0};
	struct integration_configs configs = {0};
	scoped(http) http = http_open(CONNECTION_AGENT);
	struct error error = {0};

	if (!check_server(&checking, http))
		return checking.exit_status;
	if (!integrations_find(settings, count_finding, &checking, &configs, &error)) {
		found_error(&checking, &error, "looking for integrations");
		return checking.exit_status;
	}
	if (configs.count == 0)
		tell_words(count_finding, &checking, FINDING_PROBLEM,
			   "no database holds an Airtable integration: make one in the app, and let the "
			   "phone replicate it");
	for (size_t i = 0; i < configs.count; i++)
		check_integration(&checking, http, &configs.list[i]);
	integration_configs_done(&configs);
	return checking.exit_status;
}
