#include "base/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool listen_address_read(const char *host, int port, struct sockaddr_storage *address_out,
			 struct error *error)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)address_out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address_out;
	const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;

	*address_out = (struct sockaddr_storage){0};
	if (inet_pton(AF_INET, name, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return true;
	}
	if (inet_pton(AF_INET6, name, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		return true;
	}
	return error_set(error, ERROR_FATAL, "\"%s\" is no address to listen on: give one in digits", host);
}
