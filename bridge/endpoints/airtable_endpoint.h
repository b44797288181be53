/* The base as a side. */
#pragma once
#include "airtable/client.h"
#include "bridge/endpoints/endpoint.h"
#include "bridge/mapping/columns.h"

struct airtable_side;

/* The client is borrowed. */
struct airtable_side *airtable_side_open(struct airtable_client *airtable);
void airtable_side_close(struct airtable_side **side);
/* The columns of both tables, which a sync binds by what schema() answers; borrowed, before anything else is asked. */
void airtable_side_set_columns(struct airtable_side *side, const struct columns *columns);
struct side airtable_side_as_side(struct airtable_side *side);
