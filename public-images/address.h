/* Who asks: addresses, and the proxies that may say for whom they ask. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* IPv6; an IPv4 address is one that is mapped (::ffff:a.b.c.d). */
struct image_address {
	uint8_t bytes[16];
};

#define IMAGE_ADDRESS_TEXT_SIZE 46
#define IMAGE_NETWORKS_MOST     32

struct image_networks {
	size_t count;
	struct image_network {
		struct image_address address;
		unsigned bits; /* of 128 */
	} list[IMAGE_NETWORKS_MOST];
};

bool image_address_of_socket(const struct sockaddr *socket_address, struct image_address *address_out);
/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80"; nothing else. */
bool image_address_read(const char *words, size_t length, struct image_address *address_out);
void image_address_text(const struct image_address *address, char text_out[IMAGE_ADDRESS_TEXT_SIZE]);
/* What counts as one caller: an IPv4 address, or the /64 network of an IPv6 address, which is one household's. */
struct image_address image_address_caller(const struct image_address *address);

/* "127.0.0.1, 10.0.0.0/8, fd00::/8"; empty: none. ERROR_FATAL names the part that is no network. */
must_use bool image_networks_read(const char *list, struct image_networks *networks_out, struct error *error);
bool image_networks_hold(const struct image_networks *networks, const struct image_address *address);

/* For whom the request was made: the last address of X-Forwarded-For (all of its lines, joined by commas) that is none of the
 * proxies, if the connection itself is one of theirs; else the connection's own. A proxy that says nothing readable asks for itself. */
struct image_address image_address_of_client(const struct image_address *connection,
					     const char *forwarded_for, const struct image_networks *proxies);
