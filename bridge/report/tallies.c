#include "bridge/report/tallies.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

const char *tallies_server_name(enum tallies_server server)
{
	static const char *const names[TALLY_SERVERS] = {
		[TALLY_NEITHER] = "neither", [TALLY_COUCHDB] = "couchdb", [TALLY_AIRTABLE] = "airtable"};

	return names[server];
}

const char *tallies_picture_outcome_name(enum picture_outcome outcome)
{
	static const char *const names[PICTURE_OUTCOMES] = {
		[PICTURES_SHOWN] = "shown",         [PICTURES_NOT_FETCHED] = "not_fetched",
		[PICTURES_TAKEN] = "taken",         [PICTURES_REFUSED] = "refused",
		[PICTURES_NOT_TAKEN] = "not_taken",
	};

	return names[outcome];
}

static enum tallies_server server_of(const struct error *error)
{
	if (!error->server)
		return TALLY_NEITHER;
	return strcmp(error->server, "Airtable") == 0 ? TALLY_AIRTABLE : TALLY_COUCHDB;
}

void tallies_add_failure(struct tallies *tallies, const struct error *error)
{
	tallies->failures[server_of(error)][error->kind]++;
}

int64_t tallies_feed_position(const char *sequence)
{
	const char *digits = sequence && *sequence == '"' ? sequence + 1 : sequence;

	return digits && *digits >= '0' && *digits <= '9' ? strtoll(digits, NULL, 10) : 0;
}
