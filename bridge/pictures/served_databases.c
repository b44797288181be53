#include "bridge/pictures/served_databases.h"

#include "base/json.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/databases.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct served_databases {
	const struct settings_now *now; /* borrowed */
	pthread_rwlock_t lock;
	struct json_object *names; /* owned; an array, replaced as a whole */
};

struct served_databases *served_databases_open(const struct settings_now *now)
{
	struct served_databases *databases = own_alloc(sizeof *databases);

	databases->now = now;
	databases->names = json_new_array();
	if (pthread_rwlock_init(&databases->lock, NULL) != 0)
		abort();
	return databases;
}

void served_databases_close(struct served_databases **databases)
{
	struct served_databases *gone = take(*databases);

	if (!gone)
		return;
	json_release(gone->names);
	pthread_rwlock_destroy(&gone->lock);
	free(gone);
}

/* ---- answering ---- */

static bool has_name(struct json_object *names, const char *name)
{
	for (size_t i = 0; i < json_length(names); i++)
		if (strcmp(json_text_of(json_at(names, i)), name) == 0)
			return true;
	return false;
}

static bool is_served(void *context, const char *name)
{
	struct served_databases *databases = context;

	pthread_rwlock_rdlock(&databases->lock);
	bool served = has_name(databases->names, name);
	pthread_rwlock_unlock(&databases->lock);
	return served;
}

static bool is_unsigned(void *context, const char *name)
{
	const struct served_databases *databases = context;
	size_t length = strlen(name);

	for (const char *list = databases->now->settings->public_unsigned; *list;
	     list += strcspn(list, ","), list += *list == ',')
		if (strncmp(list, name, length) == 0 && (list[length] == ',' || !list[length]))
			return true;
	return false;
}

struct image_databases served_databases_interface(struct served_databases *databases)
{
	return (struct image_databases){databases, is_served, is_unsigned};
}

/* ---- looking ---- */

/* False: it cannot be told. */
static bool look_at(struct served_databases *databases, struct http *http, const char *name, bool *served_out,
		    struct error *error)
{
	scoped(couch_client) couch = connection_open_couch(databases->now->settings, http, name);
	scoped(json_object) config = NULL;
	struct error failure = {0};

	*served_out = couch_document_read(couch, DOCUMENT_CONFIG_ID, &config, &failure);
	if (*served_out || failure.status == 404)
		return true;
	if (error)
		*error = failure;
	return false;
}

bool served_databases_refresh(struct served_databases *databases, struct http *http, struct error *error)
{
	scoped(json_object) all = NULL;
	struct json_object *served = NULL;
	bool each = true;

	if (!databases_meant(databases->now->settings, http, &all, error))
		return false;
	served = json_new_array();
	for (size_t i = 0; i < json_length(all); i++) {
		const char *name = json_text_of(json_at(all, i));
		bool holds_config = false;
		bool known = look_at(databases, http, name, &holds_config, error);
		each = each && known;
		/* Only this thread writes the names. */
		if (holds_config || (!known && has_name(databases->names, name)))
			json_append(served, json_new_text(name));
	}
	pthread_rwlock_wrlock(&databases->lock);
	struct json_object *old = databases->names;
	databases->names = served;
	pthread_rwlock_unlock(&databases->lock);
	json_release(old);
	return each;
}
