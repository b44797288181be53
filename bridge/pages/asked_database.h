/* The database that a request means by "database": one of those whose integrations run in this process. Nobody else's can be asked for. */
#pragma once
#include "bridge/pages/pages.h"
#include "couch/client.h"
#include "web/form.h"

struct asked_database {
	struct fleet_view fleet;
	const char *name;           /* borrowed; NULL: nothing was named, and there is no integration */
	struct couch_client *couch; /* owned; NULL: no integration has one of that name */
};
/* 'words': the end of the address, or the form. Without a name the first integration's is meant. Asks no server. */
void asked_database_open(const struct pages *pages, const struct web_form *words,
			 struct asked_database *asked_out);
void asked_database_close(struct asked_database *asked);
