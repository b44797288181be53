/* Changes on a page: of which document, by whom, and each field as it was and as it became. */
#pragma once
#include "bridge/daemon/fleet_view.h"
#include "bridge/review/history_message.h"

struct couch_client;

/* Who made it, by name where it is an integration of these. created_by may be NULL. */
void history_author_add(struct text *text, const struct fleet_view *fleet, const char *created_by);
void history_entries_add(struct text *text, const struct fleet_view *fleet, const char *database,
			 struct json_object *entries);
