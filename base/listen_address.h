/* The address of a socket that listens. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include <sys/socket.h>

/* host: an IPv4 or IPv6 address in digits, without brackets, or "localhost", which is 127.0.0.1. ERROR_FATAL: it is none. */
must_use bool listen_address_read(const char *host, int port, struct sockaddr_storage *address_out,
				  struct error *error);
