/* Writes of a database, and what became of each. A history entry whose number is taken by another change gets the next one. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "couch/client.h"

/* As endpoint_ops.write_start and write_finish. */
struct endpoint_ticket *couch_write_start(struct couch_client *source, struct endpoint_write *writes,
					  size_t count);
must_use bool couch_write_finish(struct endpoint_ticket **ticket, struct error *error);
