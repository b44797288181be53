/* The database as an endpoint, and the state database beside it as the ledger's store. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "bridge/state/store.h"
#include "couch/client.h"

struct couch_endpoint;

/* Both clients are borrowed. */
struct couch_endpoint *couch_endpoint_open(struct couch_client *source, struct couch_client *state,
					   const char *integration_id);
void couch_endpoint_close(struct couch_endpoint **endpoint);
struct endpoint couch_endpoint_interface(struct couch_endpoint *endpoint);
struct store couch_endpoint_store(struct couch_endpoint *endpoint);
