/* The HTTP side: libmicrohttpd in one thread, and a thread of timers.
 *
 * A request to /v0 arrives when its body is complete: there it is counted, checked (route, token, base, table), held
 * against the rate limit, and asked of the fault plan. Then the latency passes, without a thread waiting. At its end the
 * request is done (checked again, applied) and answered at once. */
#pragma once
#include "sandbox/world.h"

struct sandbox_server;

/* Listens on options.listen (an address, default 127.0.0.1) and options.port (0: any). The sandbox is the server's until close. */
must_use bool sandbox_server_open(struct sandbox *sandbox, struct sandbox_server **server_out,
				  struct error *error);
int sandbox_server_port(const struct sandbox_server *server);
/* Ends every connection; what was not applied yet is not. */
void sandbox_server_close(struct sandbox_server **server);
