#include "base/http_request.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_clean_line(const char *line)
{
	for (; line && *line; line++)
		if ((unsigned char)*line < 0x20 || *line == 0x7F)
			return false;
	return true;
}

static const char *check_lines(const struct http_request *request)
{
	for (const char *at = request->method; at && *at; at++)
		if (*at < 'A' || *at > 'Z')
			return "the method is none";
	if (!is_clean_line(request->content_type) || !is_clean_line(request->bearer))
		return "a control character in a header";
	for (size_t i = 0; request->headers && request->headers[i]; i++) {
		if (!is_clean_line(request->headers[i]))
			return "a control character in a header";
		if (!strchr(request->headers[i], ':'))
			return "a header is no \"Name: value\"";
	}
	if (request->user && strchr(request->user, ':'))
		return "a user's name holds ':'";
	return NULL;
}

static bool is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	       strcmp(host, "[::1]") == 0;
}

/* libcurl also takes "http:/host", "http:///host" and more. */
static bool has_scheme(const char *url)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < countof(schemes); i++) {
		size_t length = strlen(schemes[i]);
		if (strncmp(url, schemes[i], length) == 0 && url[length] != '/')
			return true;
	}
	return false;
}

/* What is wrong with a parsed URL, or NULL. */
static const char *check_parts(CURLU *parts, bool *loopback_out)
{
	char *host = NULL, *unwanted = NULL;
	const char *complaint = NULL;

	if (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
		complaint = "the URL names no host";
	else if (curl_url_get(parts, CURLUPART_USER, &unwanted, 0) == CURLUE_OK)
		complaint = "the URL holds credentials";
	else if (curl_url_get(parts, CURLUPART_FRAGMENT, &unwanted, 0) == CURLUE_OK)
		complaint = "the URL holds a '#'";
	else
		*loopback_out = is_loopback(host);
	curl_free(host);
	curl_free(unwanted);
	return complaint;
}

static const char *check_url(const char *url, bool *loopback_out)
{
	if (!has_scheme(url))
		return "the URL begins with neither http:// nor https://";
	CURLU *parts = curl_url();
	if (!parts)
		abort();
	CURLUcode code = curl_url_set(parts, CURLUPART_URL, url, 0);
	const char *complaint =
		code == CURLUE_OK ? check_parts(parts, loopback_out) : curl_url_strerror(code);
	curl_url_cleanup(parts);
	return complaint;
}

const char *http_request_complaint(const struct http_request *request, bool *loopback_out)
{
	const char *complaint = check_lines(request);

	if (complaint)
		return complaint;
	return request->url ? check_url(request->url, loopback_out) : "no URL";
}

bool http_any_address(const struct sockaddr *address)
{
	(void)address;
	return true;
}

bool http_url_is_open(const char *url)
{
	bool loopback = false;

	return strncmp(url, "http://", strlen("http://")) == 0 && !check_url(url, &loopback) && !loopback;
}

char *http_reply_header(const struct http_reply *reply, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = reply->headers; line && *line; line = strchr(line, '\n') + 1) {
		const char *value = line + length + strlen(": ");
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return own_copy_bytes(value, strcspn(value, "\n"));
	}
	return NULL;
}
