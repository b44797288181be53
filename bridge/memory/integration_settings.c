#include "bridge/memory/integration_settings.h"

#include "base/clock.h"
#include "bridge/limits.h"

#define DAY_MS INT64_C(86400000)

bool app_links_go_at_once(const struct sync *sync)
{
	int64_t age_ms = clock_now_ms() - sync->app_synced_ms;

	return sync->app_synced_ms && age_ms < APP_SYNCED_DAYS * DAY_MS;
}

int64_t app_links_quiet_ms(const struct sync *sync)
{
	return app_links_go_at_once(sync) ? 0 : SYNC_APP_LINK_QUIET_MS;
}

static void hurry(struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (pair_due_ms(sync->pairs.list[i], DUE_APP_LINK))
			pairs_set_due(&sync->pairs, sync->pairs.list[i], DUE_APP_LINK, clock_steady_ms());
}

void sync_note_app_sync(struct sync *sync, int64_t synced_ms)
{
	bool moved = sync->app_synced_ms && synced_ms > sync->app_synced_ms;
	bool first = !sync->app_synced_ms && synced_ms;

	if (!moved && !first)
		return;
	sync->app_synced_ms = synced_ms;
	sync->pairs.app_links_first = app_links_go_at_once(sync);
	if (!sync->pairs.app_links_first || !sync->started)
		return;
	hurry(sync);
	if (!sync->app_sync_reported)
		log_warn(&sync->log,
			 "the app's own Airtable sync ran beside this one. Nothing is lost by that, but "
			 "it is not needed any more, and a press of its button before the phone has "
			 "what was written here makes items and rows twice: `davenport problems` "
			 "names them");
	sync->app_sync_reported = true;
}

static bool is_unchanged(struct sync *sync, struct json_object *body)
{
	struct integration_config now = {0};
	struct error ignored;
	bool is_airtable = false;

	if (!body || !integration_config_read(body, sync->config->database, &now, &is_airtable, &ignored) ||
	    !is_airtable)
		return false;
	bool same = integration_config_same(&now, sync->config);
	sync_note_app_sync(sync, now.app_synced_ms);
	integration_config_done(&now);
	return same;
}

bool sync_check_settings(struct sync *sync, bool *same_out, struct error *error)
{
	scoped_text id = document_full_id(DOCUMENT_INTEGRATION, sync->config->id);
	const char *ids[] = {id};
	scoped(json_object) body = NULL;

	if (!sync->couch.ops->read_extras(sync->couch.self, ids, 1, &body, error))
		return error_wrap(error, "reading %s", id);
	*same_out = is_unchanged(sync, body);
	sync->settings_changed = sync->settings_changed || !*same_out;
	return true;
}
