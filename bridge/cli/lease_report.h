/* Who keeps an integration in step, for a person who asks. */
#pragma once
#include "bridge/daemon/discovery.h"

struct couch_client;

/* One finding. 'state' is the client of the state database, which is there. */
void lease_report(struct couch_client *state, const struct integration_config *config, finding *report,
		  void *context);
