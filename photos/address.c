#include "photos/address.h"

#include "base/own.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* IANA's special-purpose registries, what is not globally reachable. */
static const struct {
	uint8_t bytes[4];
	int bits;
} not_public_4[] = {
	{{0, 0, 0, 0}, 8},       /* this network */
	{{10, 0, 0, 0}, 8},      /* private */
	{{100, 64, 0, 0}, 10},   /* a provider's own (CGNAT) */
	{{127, 0, 0, 0}, 8},     /* this machine */
	{{169, 254, 0, 0}, 16},  /* the link; the keys of data centres */
	{{172, 16, 0, 0}, 12},   /* private */
	{{192, 0, 0, 0}, 24},    /* protocols */
	{{192, 0, 2, 0}, 24},    /* documentation */
	{{192, 88, 99, 0}, 24},  /* 6to4 relays */
	{{192, 168, 0, 0}, 16},  /* private */
	{{198, 18, 0, 0}, 15},   /* benchmarks */
	{{198, 51, 100, 0}, 24}, /* documentation */
	{{203, 0, 113, 0}, 24},  /* documentation */
	{{224, 0, 0, 0}, 4},     /* groups */
	{{240, 0, 0, 0}, 4},     /* reserved, broadcast */
};

/* Within 2000::/3, in which all of the internet is. */
static const struct {
	uint8_t bytes[16];
	int bits;
} not_public_6[] = {
	{{0x20, 0x01}, 23},             /* protocols; Teredo is a part of it */
	{{0x20, 0x01, 0x0D, 0xB8}, 32}, /* documentation */
	{{0x3F, 0xFF}, 20},             /* documentation */
};

/* IPv6 addresses that stand for the IPv4 address which begins at this byte. */
static const struct {
	uint8_t bytes[16];
	int bits;
	int place;
} holding_4[] = {
	{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, 12}, /* ::ffff:0:0/96, mapped */
	{{0x00, 0x64, 0xFF, 0x9B}, 96, 12},                   /* 64:ff9b::/96, NAT64 */
	{{0x20, 0x02}, 16, 2},                                /* 2002::/16, 6to4 */
};

static bool begins_with(const uint8_t *address, const uint8_t *prefix, int bits)
{
	int bytes = bits / 8, rest = bits % 8;

	return memcmp(address, prefix, (size_t)bytes) == 0 &&
	       (rest == 0 || (address[bytes] ^ prefix[bytes]) >> (8 - rest) == 0);
}

static bool is_public_4(const uint8_t *address)
{
	for (size_t i = 0; i < countof(not_public_4); i++)
		if (begins_with(address, not_public_4[i].bytes, not_public_4[i].bits))
			return false;
	return true;
}

static bool is_public_6(const uint8_t *address)
{
	static const uint8_t internet[1] = {0x20};

	for (size_t i = 0; i < countof(holding_4); i++)
		if (begins_with(address, holding_4[i].bytes, holding_4[i].bits))
			return is_public_4(address + holding_4[i].place);
	for (size_t i = 0; i < countof(not_public_6); i++)
		if (begins_with(address, not_public_6[i].bytes, not_public_6[i].bits))
			return false;
	return begins_with(address, internet, 3);
}

bool photo_address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return is_public_4((const uint8_t *)&four.sin_addr);
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(&six, address, sizeof(six));
	return is_public_6(six.sin6_addr.s6_addr);
}
