/* The part of `davenport check` that is about pictures: whether a link leads through the public address to this machine, and what a proxy
 * on the way makes of the answer. */
#pragma once
#include "bridge/daemon/discovery.h"

/* Where pictures are to be served. Asks whatever listens on PUBLIC_LISTEN; where nothing does, it answers there itself meanwhile. */
void check_public(const struct bridge_settings *settings, struct http *http, finding *report, void *context);
