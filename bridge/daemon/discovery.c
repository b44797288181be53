#include "bridge/daemon/discovery.h"

#include "base/http.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/couch_access.h"
#include "bridge/connect/databases.h"
#include "bridge/endpoints/couch_integration.h"
#include "couch/documents.h"
#include "couch/local.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_MOST = 5 };

void integration_configs_done(struct integration_configs *configs)
{
	for (size_t i = 0; i < configs->count; i++)
		integration_config_done(&configs->list[i]);
	free(configs->list);
	json_release(configs->unread);
	*configs = (struct integration_configs){0};
}

bool integration_configs_unread(const struct integration_configs *configs, const char *database)
{
	for (size_t i = 0; i < json_length(configs->unread); i++)
		if (strcmp(json_text_of(json_at(configs->unread, i)), database) == 0)
			return true;
	return false;
}

char *integration_configs_words(const struct integration_configs *configs)
{
	struct text text = {0};

	for (size_t i = 0; i < configs->count && i < NAMED_MOST; i++)
		text_format(&text, "%s'%s' (%s)", i ? ", " : "", configs->list[i].name, configs->list[i].id);
	if (configs->count > NAMED_MOST)
		text_format(&text, " and %zu more", configs->count - NAMED_MOST);
	if (!configs->count)
		text_add(&text, "none");
	return text_take(&text);
}

void finding_report(finding *report, void *context, enum finding_kind kind, const char *format, ...)
{
	va_list arguments;
	char words[2 * ERROR_TEXT_SIZE];

	va_start(arguments, format);
	vsnprintf(words, sizeof words, format, arguments);
	va_end(arguments);
	report(context, kind, words);
}

/* ---- one database ---- */

/* An integration that was found, and what tells who came first. */
struct candidate {
	struct integration_config config;
	int64_t created_ms; /* of its document */
	bool beaten;        /* another has its base */
};

struct walk {
	const struct integration_search *search;
	const char *database;
	struct couch_client *couch; /* borrowed; of that database */
	struct integration_configs *configs;
	size_t count;
	struct candidate *list; /* owned */
};

static void report_problem(struct walk *walk, const char *words)
{
	walk->configs->problems++;
	walk->search->report(walk->search->context, FINDING_PROBLEM, words);
}

/* It is synced all the same. */
static void report_differing(struct walk *walk, const struct integration_config *config)
{
	scoped_text words = own_format(
		"database %s: integration '%s' (%s) was saved on several devices at once, with different "
		"settings. "
		"The ones that were saved last count: base %s, %zu %s. Look at them in the app's integration "
		"screen; what is saved there next counts",
		walk->database, config->name, config->id, config->base_id, config->scope_count,
		config->scope_type == SCOPE_CONTAINERS ? "containers" : "collections");

	walk->search->report(walk->search->context, FINDING_PROBLEM, words);
}

static bool visit_integration(void *context, struct couch_document *document, struct error *error)
{
	struct walk *walk = context;
	struct integration_config config = {0};
	struct error refusal;
	bool is_airtable = false, differ = false;

	if (!document->body)
		return true;
	if (!couch_integration_settle(walk->couch, document, &differ, error))
		return false;
	if (!integration_config_read(document->body, walk->database, &config, &is_airtable, &refusal)) {
		scoped_text words = own_format("database %s: %s", walk->database, refusal.text);
		report_problem(walk, words);
		return true;
	}
	if (!is_airtable)
		return true;
	if (differ)
		report_differing(walk, &config);
	walk->list = own_resize(walk->list, walk->count + 1, sizeof *walk->list);
	walk->list[walk->count++] =
		(struct candidate){config, json_int_or(document->body, "created_at", INT64_MAX), false};
	return true;
}

static bool read_integrations(struct walk *walk, struct error *error)
{
	const struct integration_search *search = walk->search;
	scoped(couch_client) couch = connection_open_couch(search->settings, search->http, walk->database);
	const char *prefix = document_prefix(DOCUMENT_INTEGRATION);

	walk->couch = couch;
	bool ok = couch_documents_walk_prefix(couch, prefix, 0, false, visit_integration, walk, error);
	walk->couch = NULL;
	return ok;
}

/* Why this database cannot be used and what to do, or false: nothing can be used. */
static bool explain(struct walk *walk, struct error *error, char **words_out)
{
	const struct integration_search *search = walk->search;
	struct couch_session session = {0};

	if (error->status != 401 && error->status != 403 &&
	    couch_access_is_other_server(search->settings, search->http, error))
		return false;
	if (error->status == 404) {
		*words_out =
			own_format("there is no database '%s' on the CouchDB server: check its name in "
				   "COUCHDB_DATABASES, or make it and let a phone replicate into it (%s)",
				   walk->database, error->text);
		return true;
	}
	if (error->status != 401 && error->status != 403) {
		*words_out = own_format("database %s cannot be read: %s", walk->database, error->text);
		return true;
	}
	if (!couch_access_session(search->settings, search->http, &session, error))
		return false;
	scoped_text user = couch_access_user_words(&session);
	*words_out =
		own_format("the %s may not read database %s: add this user to the database's members, as "
			   "an administrator of the server, in the database's permissions (HTTP %d)",
			   user, walk->database, error->status);
	couch_session_done(&session);
	return true;
}

static bool search_database(struct walk *walk, struct error *error)
{
	size_t before = walk->count;

	if (read_integrations(walk, error))
		return true;
	while (walk->count > before) /* half a list is none */
		integration_config_done(&walk->list[--walk->count].config);
	if (couch_access_is_silence(error))
		return couch_access_explain(error);
	scoped_text words = NULL;
	if (!explain(walk, error, &words))
		return false;
	report_problem(walk, words);
	json_append(walk->configs->unread, json_new_text(walk->database));
	return true;
}

/* ---- whose a base is ---- */

static bool is_same(const struct integration_config *a, const struct integration_config *b)
{
	return strcmp(a->database, b->database) == 0 && strcmp(a->id, b->id) == 0;
}

/* It has left its checkpoint in the database: it was synced before. */
static bool was_synced(const struct integration_search *search, const struct integration_config *config)
{
	scoped(couch_client) couch = connection_open_couch(search->settings, search->http, config->database);
	scoped_text name = own_format("checkpoint-%s", config->id);
	scoped(json_object) checkpoint = NULL;
	struct error ignored;

	return couch_local_read(couch, name, &checkpoint, &ignored) && checkpoint;
}

/* Whether 'second' was there before 'first', which stands before it in the list. */
static bool came_before(const struct integration_search *search, const struct candidate *second,
			const struct candidate *first)
{
	bool first_synced = was_synced(search, &first->config);

	if (was_synced(search, &second->config) != first_synced)
		return !first_synced;
	return second->created_ms < first->created_ms;
}

static struct candidate *first_on_base(struct walk *walk, const char *base_id)
{
	struct candidate *first = NULL;

	for (size_t i = 0; i < walk->count; i++) {
		struct candidate *one = &walk->list[i];
		if (strcmp(one->config.base_id, base_id) != 0)
			continue;
		if (!first || came_before(walk->search, one, first))
			first = one;
	}
	return first;
}

/* The one that runs on the base, if it still may: its document names the base, or cannot be read now. */
static const struct integration_config *running_on_base(struct walk *walk, const char *base_id)
{
	const struct integration_search *search = walk->search;
	const struct integration_config *holder =
		search->holder ? search->holder(search->context, base_id) : NULL;

	if (!holder || integration_configs_unread(walk->configs, holder->database))
		return holder;
	for (size_t i = 0; i < walk->count; i++)
		if (is_same(&walk->list[i].config, holder) &&
		    strcmp(walk->list[i].config.base_id, base_id) == 0)
			return &walk->list[i].config;
	return NULL;
}

static size_t count_on_base(const struct walk *walk, const char *base_id)
{
	size_t count = 0;

	for (size_t i = 0; i < walk->count; i++)
		count += strcmp(walk->list[i].config.base_id, base_id) == 0;
	return count;
}

static void beat(struct walk *walk, struct candidate *second, const struct integration_config *owner)
{
	scoped_text words = own_format("integration '%s' (%s) of database %s names base %s, which "
				       "integration '%s' (%s) of database %s "
				       "had first: only that one is synced; give '%s' a base of its own in "
				       "the app's integration screen",
				       second->config.name, second->config.id, second->config.database,
				       second->config.base_id, owner->name, owner->id, owner->database,
				       second->config.name);

	second->beaten = true;
	report_problem(walk, words);
}

/* One integration a base (sync-rules 28). */
static void settle_bases(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		struct candidate *one = &walk->list[i];
		const char *base_id = one->config.base_id;
		const struct integration_config *owner = running_on_base(walk, base_id);
		if (!owner && count_on_base(walk, base_id) > 1)
			owner = &first_on_base(walk, base_id)->config;
		if (owner && !is_same(owner, &one->config))
			beat(walk, one, owner);
	}
}

/* ---- the search ---- */

static void take_candidates(struct walk *walk)
{
	struct integration_configs *configs = walk->configs;

	configs->list = own_alloc((walk->count + 1) * sizeof *configs->list);
	for (size_t i = 0; i < walk->count; i++)
		if (walk->list[i].beaten)
			integration_config_done(&walk->list[i].config);
		else
			configs->list[configs->count++] = walk->list[i].config;
	walk->count = 0;
}

bool integrations_find(const struct integration_search *search, struct integration_configs *configs_out,
		       struct error *error)
{
	scoped(json_object) names = NULL;
	struct integration_configs configs = {.unread = json_new_array()};
	struct walk walk = {.search = search, .configs = &configs};
	bool ok = databases_meant(search->settings, search->http, &names, error);

	for (size_t i = 0; ok && i < json_length(names); i++) {
		walk.database = json_text_of(json_at(names, i));
		ok = search_database(&walk, error);
	}
	if (ok) {
		settle_bases(&walk);
		take_candidates(&walk);
		*configs_out = configs;
	} else {
		for (size_t i = 0; i < walk.count; i++)
			integration_config_done(&walk.list[i].config);
		integration_configs_done(&configs);
	}
	free(walk.list);
	return ok;
}
