#include "base/http_location.h"
#include "base/own.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

char *http_location(const char *url, const char *location)
{
	CURLU *parts = curl_url();
	char *whole = NULL, *found = NULL;

	if (!parts)
		abort();
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_URL, location, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_URL, &whole, 0) == CURLUE_OK &&
	    (strncmp(whole, "http://", 7) == 0 || strncmp(whole, "https://", 8) == 0))
		found = own_copy(whole);
	curl_free(whole);
	curl_url_cleanup(parts);
	return found;
}
