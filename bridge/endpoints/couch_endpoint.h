/* The database as a side, and the database beside it as the ledger's store. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "bridge/state/store.h"
#include "couch/client.h"

struct couch_side;

/* Both clients are borrowed. */
struct couch_side *couch_side_open(struct couch_client *source, struct couch_client *state,
				   const char *integration_id);
void couch_side_close(struct couch_side **side);
struct side couch_side_as_side(struct couch_side *side);
struct store couch_side_as_store(struct couch_side *side);
