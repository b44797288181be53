#include "bridge/daemon/fleet_view.h"

#include "base/own.h"

#include <stdlib.h>
#include <string.h>

void fleet_view_add(struct fleet_view *view, const char *id, const char *name, const char *database,
		    const char *base_id, const struct figures *figures)
{
	view->list = own_resize(view->list, view->count + 1, sizeof *view->list);
	view->list[view->count++] = (struct fleet_view_integration){
		.id = own_copy(id),
		.name = own_copy(name),
		.database = own_copy(database),
		.base_id = own_copy(base_id),
		.figures = *figures,
	};
}

static int compare(const void *a, const void *b)
{
	const struct fleet_view_integration *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order ? order : strcmp(one->id, other->id);
}

void fleet_view_sort(struct fleet_view *view)
{
	if (view->count)
		qsort(view->list, view->count, sizeof *view->list, compare);
}

void fleet_view_done(struct fleet_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		free(view->list[i].id);
		free(view->list[i].name);
		free(view->list[i].database);
		free(view->list[i].base_id);
	}
	free(view->list);
	*view = (struct fleet_view){0};
}

const struct fleet_view_integration *fleet_view_find(const struct fleet_view *view, const char *id)
{
	for (size_t i = 0; id && i < view->count; i++)
		if (strcmp(view->list[i].id, id) == 0)
			return &view->list[i];
	return NULL;
}

bool fleet_view_has_database(const struct fleet_view *view, const char *database)
{
	for (size_t i = 0; database && i < view->count; i++)
		if (strcmp(view->list[i].database, database) == 0)
			return true;
	return false;
}
