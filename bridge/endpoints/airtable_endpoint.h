/* The base as an endpoint. */
#pragma once
#include "airtable/client.h"
#include "bridge/columns/columns.h"
#include "bridge/endpoints/endpoint.h"

struct airtable_endpoint;

/* The client is borrowed. */
struct airtable_endpoint *airtable_endpoint_open(struct airtable_client *airtable);
void airtable_endpoint_close(struct airtable_endpoint **endpoint);
/* The columns of both tables, which a sync binds by what schema() answers; borrowed, before anything else is asked. */
void airtable_endpoint_set_columns(struct airtable_endpoint *endpoint, const struct columns *columns);
struct endpoint airtable_endpoint_interface(struct airtable_endpoint *endpoint);
