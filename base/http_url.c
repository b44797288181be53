#include "base/http_url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CURLU *parse(const char *url)
{
	CURLU *parts = curl_url();

	if (!parts)
		abort();
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK)
		return parts;
	curl_url_cleanup(parts);
	return NULL;
}

/* As a copy of ours; NULL: the URL has no such part. */
static char *part(CURLU *parts, CURLUPart wanted, unsigned flags)
{
	char *found = NULL;

	if (curl_url_get(parts, wanted, &found, flags) != CURLUE_OK)
		return NULL;
	char *copy = own_copy(found);
	curl_free(found);
	return copy;
}

bool http_url_read(const char *url, struct http_url *url_out)
{
	CURLU *parts = parse(url);

	if (!parts)
		return false;
	scoped_text scheme = part(parts, CURLUPART_SCHEME, 0);
	scoped_text host = part(parts, CURLUPART_HOST, 0);
	scoped_text port = part(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	scoped_text user = part(parts, CURLUPART_USER, 0);
	curl_url_cleanup(parts);
	bool secure = scheme && strcmp(scheme, "https") == 0;
	if (!scheme || (!secure && strcmp(scheme, "http") != 0) || !host || !*host || !port || user ||
	    strlen(host) >= HTTP_HOST_SIZE)
		return false;
	*url_out = (struct http_url){.secure = secure, .port = (int)strtol(port, NULL, 10)};
	for (size_t i = 0; host[i]; i++)
		url_out->host[i] = (char)tolower((unsigned char)host[i]);
	return true;
}

char *http_url_join(const char *url, const char *location)
{
	CURLU *parts = parse(url);
	char *joined = NULL;

	if (!parts)
		return NULL;
	/* A relative one is taken from where the first one stands. */
	if (curl_url_set(parts, CURLUPART_URL, location, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK)
		joined = part(parts, CURLUPART_URL, 0);
	curl_url_cleanup(parts);
	return joined;
}
