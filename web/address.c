#include "web/address.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool is_four(const struct web_address *address)
{
	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

static struct web_address of_four(const struct in_addr *four)
{
	struct web_address address;

	memcpy(address.bytes, mapped, sizeof(mapped));
	memcpy(address.bytes + sizeof(mapped), four, sizeof(*four));
	return address;
}

bool web_address_of_socket(const struct sockaddr *socket_address, struct web_address *address_out)
{
	if (socket_address->sa_family == AF_INET) {
		*address_out = of_four(&((const struct sockaddr_in *)(const void *)socket_address)->sin_addr);
		return true;
	}
	if (socket_address->sa_family != AF_INET6)
		return false;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)socket_address;
	memcpy(address_out->bytes, &six->sin6_addr, sizeof(address_out->bytes));
	return true;
}

static bool read_bare(const char *words, struct web_address *address_out)
{
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, words, &four) == 1) {
		*address_out = of_four(&four);
		return true;
	}
	if (inet_pton(AF_INET6, words, &six) != 1)
		return false;
	memcpy(address_out->bytes, &six, sizeof(address_out->bytes));
	return true;
}

static bool is_port(const char *words)
{
	size_t length = strlen(words);

	return words[0] == ':' && length >= 2 && length <= 6 && strspn(words + 1, "0123456789") == length - 1;
}

bool web_address_read(const char *words, size_t length, struct web_address *address_out)
{
	char copy[WEB_ADDRESS_TEXT_SIZE + sizeof("[]:65535")];
	char *end = NULL;

	if (length == 0 || length >= sizeof(copy) || memchr(words, '\0', length))
		return false;
	memcpy(copy, words, length);
	copy[length] = '\0';
	if (copy[0] == '[') {
		end = strchr(copy, ']');
		if (!end || (end[1] && !is_port(end + 1)) || !memchr(copy, ':', (size_t)(end - copy)))
			return false;
		*end = '\0';
		return read_bare(copy + 1, address_out);
	}
	end = strchr(copy, ':');
	if (end && !strchr(end + 1, ':') && is_port(end))
		*end = '\0';
	return read_bare(copy, address_out);
}

void web_address_text(const struct web_address *address, char text_out[WEB_ADDRESS_TEXT_SIZE])
{
	if (is_four(address))
		inet_ntop(AF_INET, address->bytes + sizeof(mapped), text_out, WEB_ADDRESS_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, address->bytes, text_out, WEB_ADDRESS_TEXT_SIZE);
}

bool web_address_is_loopback(const struct web_address *address)
{
	static const struct web_address six = {.bytes = {[15] = 1}};

	return (is_four(address) && address->bytes[sizeof(mapped)] == 127) ||
	       memcmp(address, &six, sizeof(six)) == 0;
}

struct web_address web_address_caller(const struct web_address *address)
{
	struct web_address caller = *address;

	if (!is_four(address))
		memset(caller.bytes + 8, 0, 8);
	return caller;
}

static bool read_network(const char *words, struct web_network *network_out)
{
	size_t length = strcspn(words, "/");
	struct web_network network = {.bits = 128};

	if (strchr("[", words[0]) || !web_address_read(words, length, &network.address))
		return false;
	bool four = is_four(&network.address) && !memchr(words, ':', length);
	if (words[length] == '/') {
		const char *digits = words + length + 1;
		unsigned long bits = strtoul(digits, NULL, 10), most = four ? 32 : 128;
		if (!*digits || strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 3 ||
		    bits > most)
			return false;
		network.bits = (unsigned)bits + (four ? 96 : 0);
	}
	*network_out = network;
	return true;
}

bool web_networks_read(const char *list, struct web_networks *networks_out, struct error *error)
{
	struct web_networks networks = {0};

	for (const char *at = list; *at;) {
		at += strspn(at, " \t,");
		size_t length = strcspn(at, " \t,");
		scoped_text words = own_copy_bytes(at, length);
		at += length;
		if (length == 0)
			break;
		if (networks.count == WEB_NETWORKS_MOST)
			return error_set(error, ERROR_FATAL, "there are more than %d networks of proxies",
					 WEB_NETWORKS_MOST);
		if (!read_network(words, &networks.list[networks.count++]))
			return error_set(error, ERROR_FATAL,
					 "\"%s\" is no network: write an address, or one with the length of "
					 "its prefix "
					 "(10.0.0.0/8)",
					 words);
	}
	*networks_out = networks;
	return true;
}

static bool holds(const struct web_network *network, const struct web_address *address)
{
	size_t whole = network->bits / 8;
	unsigned rest = network->bits % 8;

	if (memcmp(network->address.bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || ((network->address.bytes[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

bool web_networks_hold(const struct web_networks *networks, const struct web_address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (holds(&networks->list[i], address))
			return true;
	return false;
}

/* The last part of a list that ends at *length, which is moved before it. */
static bool take_last(const char *list, size_t *length, struct web_address *address_out)
{
	size_t end = *length;

	while (end > 0 && strchr(BLANKS, list[end - 1]))
		end--;
	size_t begin = end;
	while (begin > 0 && list[begin - 1] != ',')
		begin--;
	*length = begin > 0 ? begin - 1 : 0;
	while (begin < end && strchr(BLANKS, list[begin]))
		begin++;
	return web_address_read(list + begin, end - begin, address_out);
}

struct web_address web_address_of_client(const struct web_address *connection, const char *forwarded_for,
					 const struct web_networks *proxies)
{
	struct web_address client = *connection;
	size_t length = forwarded_for ? strlen(forwarded_for) : 0;

	/* Each proxy adds the address that it heard from, so only what a proxy of ours added can be believed. */
	while (length > 0 && web_networks_hold(proxies, &client)) {
		struct web_address before;
		if (!take_last(forwarded_for, &length, &before))
			break;
		client = before;
	}
	return client;
}
