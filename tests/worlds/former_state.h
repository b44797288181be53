/* The state as an earlier version of the bridge has stored it: what is under way on a pair stands in an entry's "sent", "replaced", "taken",
 * "taken_on" and "saving". Written apart from what reads them (bridge/state/ledger_intents.h). */
#pragma once
#include "tests/worlds/world.h"

/* Of every entry. The bridge that starts next is an upgrade. */
void world_state_is_former(struct world *world);

/* What an entry notes as under way on its "row" or its "document", in either form. */
struct world_intent {
	bool open;
	int64_t at_ms;
	const char *document; /* borrowed; the revision that it is made of, "" none */
};
struct world_intent world_intent(struct json_object *entry, const char *target);
