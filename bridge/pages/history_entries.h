/* Changes on a page: of which document, by whom, and each field as it was and as it became. */
#pragma once
#include "bridge/daemon/fleet_view.h"
#include "bridge/review/history_message.h"

struct couch_client;

/* Who made it, by name where it is an integration of these. created_by may be NULL. */
void history_author_add(struct text *text, const struct fleet_view *fleet, const char *created_by);
/* A value of one of its fields (history_message_value()). */
void history_value_add(struct text *text, struct json_object *field, const char *which);

/* Where changes are shown. */
struct history_place {
	struct text *text;
	const struct fleet_view *fleet;
	const char *database;
};
/* Each with what undoes it. Those that do not fit on a page are counted. */
void history_entries_add(const struct history_place *place, struct json_object *entries);
