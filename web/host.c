#include "web/host.h"
#include "web/address.h"
#include <string.h>
#include <strings.h>

static bool is_port(const char *words)
{
	return *words == '\0' || (words[0] == ':' && strlen(words) <= 6 && strlen(words) >= 2 &&
				  words[1 + strspn(words + 1, "0123456789")] == '\0');
}

static bool is_name(const char *host, size_t length, const char *name, size_t name_length)
{
	return length == name_length && strncasecmp(host, name, length) == 0;
}

/* A full stop behind a name changes nothing of what it leads to. */
static size_t without_stop(const char *host, size_t length)
{
	return length > 1 && host[length - 1] == '.' ? length - 1 : length;
}

static bool is_listed(const char *host, size_t length, const char *names)
{
	while (*names) {
		size_t name_length = strcspn(names, ",");
		if (is_name(host, length, names, name_length))
			return true;
		names += name_length + (names[name_length] == ',');
	}
	return false;
}

bool web_host_is_ours(const char *header, const char *names)
{
	struct web_address address;

	if (!header || !*header)
		return false;
	if (web_address_read(header, strlen(header), &address))
		return true;
	size_t length = strcspn(header, ":");
	if (length == 0 || !is_port(header + length))
		return false;
	length = without_stop(header, length);
	return is_name(header, length, "localhost", strlen("localhost")) || is_listed(header, length, names);
}
