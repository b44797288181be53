#include "bridge/cli/lease_report.h"

#include "base/clock.h"
#include "bridge/lease/couch_lease.h"
#include "bridge/lease/lease_document.h"

/* Two machines' clocks may differ: it is said by whose clock a lease has run out. */
static char *how_long(const struct lease_document *lease)
{
	int64_t until_ms = lease->renewed_ms + lease->lasts_ms;
	char until[CLOCK_ISO_SIZE] = "?";

	if (process_is_gone(&lease->process))
		return own_copy(
			". That process has ended without giving it back: the next one takes over at once");
	if (lease->renewed_ms <= 0 || !clock_iso(until_ms, until))
		return own_copy("");
	if (clock_now_ms() > lease->renewed_ms + lease_document_ends_ms(lease))
		return own_format(
			". By this machine's clock its lease ran out at %s: another process takes over",
			until);
	return own_format(". Its lease lasts until %s, and is renewed every few seconds while it lives",
			  until);
}

static char *words_of(const struct lease_document *lease, const char *integration)
{
	scoped_text holder = lease_document_message(lease);
	scoped_text duration = lease->is_readable ? how_long(lease) : own_copy("");

	if (lease->is_readable && lease->is_free)
		return own_format(
			"nobody keeps integration '%s' in step now; the last to do so was %s, which gave "
			"it back",
			integration, holder);
	return own_format("integration '%s' is kept in step by %s%s", integration, holder, duration);
}

void lease_report(struct couch_client *state, const struct integration_config *config, finding *report,
		  void *context)
{
	struct lease_store store = couch_lease_store(state);
	scoped_text id = lease_document_id(config->id);
	scoped(json_object) json = NULL;
	struct error error = {0};

	if (!store.read(store.self, id, &json, &error)) {
		finding_report(report, context, FINDING_NOT_CHECKED,
			       "who keeps integration '%s' in step: the lease cannot be read (%s)",
			       config->name, error.text);
		return;
	}
	if (!json) {
		finding_report(report, context, FINDING_OK, "nobody keeps integration '%s' in step yet",
			       config->name);
		return;
	}
	struct lease_document lease;
	lease_document_read(json, &lease);
	scoped_text words = words_of(&lease, config->name);
	finding_report(report, context, FINDING_OK, "%s", words);
}
