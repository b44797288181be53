/* Which databases the public server says are here (public-images/source.h): those that hold the app's config document. Looked up now
 * and then by one thread, answered from memory to any. */
#pragma once
#include "bridge/settings.h"
#include "public-images/source.h"

struct http;
struct served_databases;

/* Borrowed until the close. */
struct served_databases *served_databases_open(const struct settings_now *now);
void served_databases_close(struct served_databases **databases);
struct image_databases served_databases_interface(struct served_databases *databases);

/* Looks at all of them. False: it is not known of each; what was known of these before stays. */
must_use bool served_databases_refresh(struct served_databases *databases, struct http *http,
				       struct error *error);
