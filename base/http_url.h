/* The parts of a URL that decide where a request goes. Pure. */
#pragma once
#include "base/own.h"
#include <stdbool.h>

#define HTTP_HOST_SIZE 256

struct http_url {
	bool secure;               /* https */
	char host[HTTP_HOST_SIZE]; /* in small letters; an IPv6 address with its brackets */
	int port;
};

/* False: no http or https URL, or one with credentials or without a host. */
must_use bool http_url_read(const char *url, struct http_url *url_out);
/* Where an answer's Location leads that was asked of 'url': complete, without its fragment. NULL: nowhere. The caller frees. */
char *http_url_join(const char *url, const char *location);
