/* The thread of one integration. */
#pragma once
#include "bridge/daemon/integration_cycle.h"

/* For pthread_create(): the context is the struct integration. Ends when it is asked to, or when the integration's document has
 * changed; then 'over' is set. */
void *integration_loop(void *context);
