/* What runs in this process, as it was at one moment: a copy that others read. */
#pragma once
#include "base/error.h"
#include "bridge/report/figures.h"

struct fleet_view_integration {
	char *id, *name, *database, *base_id; /* owned */
	struct figures figures;               /* as published after its last cycle */
};
struct fleet_view {
	bool searched;                 /* the last search for integrations went well: these are all */
	char trouble[ERROR_TEXT_SIZE]; /* why it did not; "": it has not ended yet, or went well */
	size_t count;
	struct fleet_view_integration *list; /* owned */
};

void fleet_view_add(struct fleet_view *view, const char *id, const char *name, const char *database,
		    const char *base_id, const struct figures *figures);
void fleet_view_sort(struct fleet_view *view); /* by name */
void fleet_view_done(struct fleet_view *view);
/* NULL: none of this id. Borrowed. */
const struct fleet_view_integration *fleet_view_find(const struct fleet_view *view, const char *id);
bool fleet_view_has_database(const struct fleet_view *view, const char *database);
