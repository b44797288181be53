/* One request to Airtable and its answer, with the patience that reads may have. */
#pragma once
#include "airtable/client.h"

#define AIRTABLE_READ_TRIES 6

/* One request. Reads ('read': GETs and
 * list POSTs) are tried again on ERROR_RETRY with full jitter, AIRTABLE_READ_TRIES in all. A write is
 * sent again only after a 429 of the rate kind: the server refused it unseen. Anything else that
 * leaves its fate open (timeout, cut, 5xx) is ERROR_RETRY and never repeated here.
 *
 * Kinds: 401 and 403 ERROR_FATAL; 404 ERROR_LOST; 422 and other 4xx ERROR_REFUSED; LIST_RECORDS_ITERATOR_NOT_AVAILABLE ERROR_LOST;
 * 429 PUBLIC_API_BILLING_LIMIT_EXCEEDED ERROR_FATAL; 5xx and network ERROR_RETRY. error->code is Airtable's type, or
 * "" when the body had none of the four shapes. The sentence says method, path, status, type, message. */
must_use bool airtable_request(struct airtable_client *airtable, const struct airtable_call *call,
			       struct json_object **answer_out, int64_t *date_ms_out, struct error *error);
