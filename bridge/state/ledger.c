/* The entries of an integration in their store: read and written in batches, walked at a start. */
#include "bridge/state/ledger.h"

void ledger_init(struct ledger *ledger, struct store store, const char *integration_id, const char *base_id,
		 const struct columns *columns)
{
	*ledger = (struct ledger){
		.store = store,
		.integration_id = own_copy(integration_id),
		.base_id = own_copy(base_id),
		.columns = columns,
	};
}

void ledger_done(struct ledger *ledger)
{
	own_free_text(&ledger->integration_id);
	own_free_text(&ledger->base_id);
	json_release(ledger->unreadable);
	*ledger = (struct ledger){0};
}

void ledger_report_unreadable(struct ledger *ledger, const char *full_id, const struct error *why)
{
	if (!ledger->unreadable)
		ledger->unreadable = json_new_object();
	if (json_find(ledger->unreadable, full_id, NULL))
		return;
	json_put(ledger->unreadable, full_id, json_new_bool(true));
	log_warn(ledger->log,
		 "state document %s cannot be read: %s. It counts as absent: what it remembered is found out "
		 "anew, and it is written over",
		 full_id, why->text);
}
