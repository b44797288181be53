#include "bridge/pages/asked_database.h"

#include "bridge/connect/connection.h"

void asked_database_open(const struct pages *pages, const struct web_form *words,
			 struct asked_database *asked_out)
{
	struct asked_database asked = {.name = web_form_value(words, "database")};

	pages->look(pages->look_context, &asked.fleet);
	if (!asked.name && asked.fleet.count)
		asked.name = asked.fleet.list[0].database;
	if (asked.name && fleet_view_has_database(&asked.fleet, asked.name))
		asked.couch = connection_open_couch(pages->settings, pages->http, asked.name);
	*asked_out = asked;
}

void asked_database_close(struct asked_database *asked)
{
	couch_client_close(&asked->couch);
	fleet_view_done(&asked->fleet);
	*asked = (struct asked_database){0};
}
