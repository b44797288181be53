#include "bridge/daemon/attached_pictures.h"

#include "base/http_url.h"

#include <string.h>

#define AIRTABLES_OWN "api.airtable.com" /* its files are not there */

static void wake(void *http)
{
	http_wake(http);
}

/* NULL: the files are where Airtable keeps them. */
static const char *own_airtable(const struct bridge_settings *settings)
{
	struct http_url url;

	return http_url_read(settings->airtable_endpoint_url, &url) && strcmp(url.host, AIRTABLES_OWN) != 0
		       ? settings->airtable_endpoint_url
		       : NULL;
}

struct picture_imports *attached_pictures_begin(const struct bridge_settings *settings,
						struct connection *connection, struct sync_setup *setup)
{
	const struct picture_imports_setup imports_setup = {
		.own_airtable = own_airtable(settings),
		.over = wake,
		.context = connection->http,
	};
	struct picture_imports *imports = picture_imports_open(&imports_setup);

	setup->importer = picture_imports_interface(imports);
	return imports;
}

bool attached_pictures_await(struct picture_imports *imports, struct http *http)
{
	bool any = picture_imports_are_under_way(imports);

	while (picture_imports_are_under_way(imports) && !http_stopped(http))
		http_run(http, 1000);
	return any && !http_stopped(http);
}
