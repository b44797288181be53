/* One request under way, for those that keep several in the air. */
#pragma once
#include "airtable/client.h"

struct airtable_flight;

/* Queues the request behind the slots; nothing of 'call' is needed afterwards. */
struct airtable_flight *airtable_flight_start(struct airtable_client *airtable,
					      const struct airtable_call *call);
bool airtable_flight_is_over(const struct airtable_flight *flight);
/* Whether any of it may have reached the server. */
bool airtable_flight_left(const struct airtable_flight *flight);
size_t airtable_flight_body_bytes(const struct airtable_flight *flight);
/* Waits for the answer, judges it, closes the flight. For a write ERROR_STOPPED means that it never left; one that
 * left and was not answered is ERROR_RETRY. Nothing is repeated here. */
must_use bool airtable_flight_land(struct airtable_flight **flight, struct json_object **answer_out,
				   int64_t *date_ms_out, struct error *error);
void airtable_flight_close(struct airtable_flight **flight);
