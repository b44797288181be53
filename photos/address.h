/* Which addresses a file may be fetched from. A name that somebody else chose may lead into the network of whoever runs Davenport: to a
 * router, a database, the service that gives a machine in a data centre its keys. Pure. */
#pragma once
#include <stdbool.h>
#include <sys/socket.h>

/* Whether the address is one of the internet: none of the machine's own, of private or provider's networks, of a link, for groups, for
 * tests or reserved; also not where such an IPv4 address stands inside an IPv6 address (mapped, compatible, NAT64, 6to4, Teredo). Only
 * IPv4 and IPv6 can be. */
bool photo_address_is_public(const struct sockaddr *address);
