/* The database as an endpoint. couch_store.h has the state database beside it. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "couch/changes.h"

/* Only for the endpoint's own modules to look into. */
struct couch_endpoint {
	struct couch_client *source, *state;
	struct couch_checkpoint *in_source, *in_state; /* owned */
	struct couch_changes *changes;                 /* owned; opened by the first news */
	char *integration_id;
	char *settings_id; /* integration-<id> */
	bool wants_pictures;
	char *since; /* JSON text; where the feed was last left */
};

/* Both clients are borrowed. */
struct couch_endpoint *couch_endpoint_open(struct couch_client *source, struct couch_client *state,
					   const char *integration_id);
void couch_endpoint_close(struct couch_endpoint **endpoint);
/* From the first news on, also of pictures and their links. */
static inline void couch_endpoint_want_pictures(struct couch_endpoint *endpoint)
{
	endpoint->wants_pictures = true;
}
struct endpoint couch_endpoint_interface(struct couch_endpoint *endpoint);
