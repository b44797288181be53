/* Which rows a base has, by as few calls as there are.
 *
 * The Collection column of the items is shown from the other end, too: a row of the Collections table lists the items that link to it.
 * So one call shows the ids of all items of a hundred collections, however many they are. Where the base has no such column, both
 * tables are listed, a hundred rows a call. */
#pragma once
#include "airtable/client.h"
#include "bridge/columns/columns.h"
#include "bridge/endpoints/endpoint.h"

struct airtable_present;

/* The client is borrowed. */
struct airtable_present *airtable_present_open(struct airtable_client *airtable);
void airtable_present_close(struct airtable_present **present);
/* 'columns' are those of both tables. calls_out: what it took. */
must_use bool airtable_present_walk(struct airtable_present *present, const struct columns *columns,
				    endpoint_present_visit *visit, void *context, int64_t *calls_out,
				    struct error *error);
