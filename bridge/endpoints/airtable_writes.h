/* Writes of the base, and what became of each: a batch of its client for each table and kind, all under way at once. */
#pragma once
#include "airtable/records.h"
#include "bridge/columns/columns.h"
#include "bridge/endpoints/endpoint.h"

/* As endpoint_ops.write_start and write_finish; 'columns' are those of both tables. */
struct endpoint_ticket *airtable_writes_start(struct airtable_client *airtable, const struct columns *columns,
					      struct endpoint_write *writes, size_t count);
must_use bool airtable_writes_finish(struct endpoint_ticket **ticket, struct error *error);

/* A row as it was read or answered; moves what the record holds. */
struct endpoint_record airtable_row_take(enum table table, struct airtable_record *record);
