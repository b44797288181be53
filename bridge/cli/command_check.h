/* `davenport check`: what can be said of settings, servers and base without writing anything. */
#pragma once
#include "bridge/daemon/discovery.h"

/* Both servers, the integrations, their bases. Returns the exit status: 0, 1 problems, 3 a server cannot be reached. */
int check_all(const struct bridge_settings *settings, finding *report, void *context);
