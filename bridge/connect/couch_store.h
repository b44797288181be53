/* The state database as a store of state documents (state/store.h), and the checkpoint in both databases. */
#pragma once
#include "bridge/endpoints/couch_endpoint.h"
#include "bridge/state/store.h"

struct store couch_endpoint_store(struct couch_endpoint *endpoint);
