/* Who asks: addresses, and the proxies that may say for whom they ask. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* IPv6; an IPv4 address is one that is mapped (::ffff:a.b.c.d). */
struct web_address {
	uint8_t bytes[16];
};

#define WEB_ADDRESS_TEXT_SIZE 46
#define WEB_NETWORKS_MOST     32

struct web_networks {
	size_t count;
	struct web_network {
		struct web_address address;
		unsigned bits; /* of 128 */
	} list[WEB_NETWORKS_MOST];
};

bool web_address_of_socket(const struct sockaddr *socket_address, struct web_address *address_out);
/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80"; nothing else. */
bool web_address_read(const char *words, size_t length, struct web_address *address_out);
void web_address_text(const struct web_address *address, char text_out[WEB_ADDRESS_TEXT_SIZE]);
bool web_address_is_loopback(const struct web_address *address);
/* What counts as one caller: an IPv4 address, or the /64 network of an IPv6 address, which is one household's. */
struct web_address web_address_caller(const struct web_address *address);

/* "127.0.0.1, 10.0.0.0/8, fd00::/8"; empty: none. ERROR_FATAL names the part that is no network. */
must_use bool web_networks_read(const char *list, struct web_networks *networks_out, struct error *error);
bool web_networks_hold(const struct web_networks *networks, const struct web_address *address);

/* For whom the request was made: the last address of X-Forwarded-For (all of its lines, joined by commas) that is none of the
 * proxies, if the connection itself is one of theirs; else the connection's own. A proxy that says nothing readable asks for itself. */
struct web_address web_address_of_client(const struct web_address *connection, const char *forwarded_for,
					 const struct web_networks *proxies);
