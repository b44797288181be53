/* Whether what an integration lists is in its database. */
#pragma once
#include "bridge/daemon/discovery.h"

struct couch_client;

/* Reports a FINDING_PROBLEM for each listed collection or container that has no document: ten at most, and how many more. 'couch'
 * is the integration's database. False: it could not be read. */
must_use bool scope_report(struct couch_client *couch, const struct integration_config *config,
			   finding *report, void *context, struct error *error);
