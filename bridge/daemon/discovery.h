/* Finds the integrations in the databases. */
#pragma once
#include "bridge/endpoints/integration_config.h"
#include "bridge/settings.h"

struct http;

enum finding_kind { FINDING_OK, FINDING_PROBLEM, FINDING_NOT_CHECKED };
/* One finding: a sentence; of a problem with what to do. */
typedef void finding(void *context, enum finding_kind kind, const char *words);
void finding_report(finding *report, void *context, enum finding_kind kind, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

struct integration_search {
	const struct bridge_settings *settings; /* borrowed */
	struct http *http;                      /* borrowed */
	finding *report;
	/* The integration that runs on this base now, or NULL. May be NULL itself: none runs. */
	const struct integration_config *(*holder)(void *context, const char *base_id);
	void *context; /* of both */
};

struct integration_configs {
	size_t count;
	struct integration_config *list; /* owned, with their contents */
	size_t problems;                 /* that were reported */
	struct json_object
		*unread; /* owned; the databases that could not be read: what they hold is not known */
};
void integration_configs_done(struct integration_configs *configs);
/* "'Demo' (d3a0f1c2-…), 'Shop' (…)", for a sentence about an ID that none has; "none" when there are none. The caller frees. */
char *integration_configs_words(const struct integration_configs *configs);
bool integration_configs_unread(const struct integration_configs *configs, const char *database);

/* Finds the Airtable integrations of the databases that are set, or of all. A database that is missing or may not be read, a
 * document that is wrong, a second integration on a base: each is reported, and the others are found. A document that devices
 * saved apart with different settings is reported as well, and found with the settings that were saved last.
 *
 * Of several integrations on one base only the first counts: the one that runs, or that was synced before, or whose document is
 * the oldest. False when the server cannot be reached or refuses the user (ERROR_FATAL), or ERROR_STOPPED. */
must_use bool integrations_find(const struct integration_search *search,
				struct integration_configs *configs_out, struct error *error);
