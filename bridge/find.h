/* Which integrations there are, and what can be said of them without writing anything. */
#pragma once
#include "bridge/scope.h"
#include "bridge/settings.h"

enum finding_kind { FINDING_OK, FINDING_PROBLEM, FINDING_NOT_CHECKED };
/* One finding: a sentence; of a problem with what to do. */
typedef void finding(void *context, enum finding_kind kind, const char *words);

struct integration_configs {
	size_t count;
	struct integration_config *list; /* owned, with their contents */
};
void integration_configs_done(struct integration_configs *configs);

/* The Airtable integrations of the databases that are set, or of all. What is wrong in one document goes to 'tell' and
 * leaves the others alone; so does a second integration on the same base. False when the server or a database cannot be read. */
must_use bool integrations_find(const struct bridge_settings *settings, finding *tell, void *context,
				struct integration_configs *configs_out, struct error *error);

/* Both servers, the integrations, their bases. Returns the exit status: 0, 1 problems, 3 a server cannot be reached. */
int check_all(const struct bridge_settings *settings, finding *tell, void *context);
