/* What an answer of Airtable's means: its JSON, or its error. */
#pragma once
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"

/* Status classes and body shapes as airtable/request.h promises them. 'what' names the request for the sentence
 * ("PATCH /v0/appX/tblY"). On success *answer_out is an object, or NULL for an empty body; the caller puts it.
 *
 * A cell whose value cannot be held exactly (a number beyond 64 bits, half a surrogate pair) is replaced by
 * {"error": "why"}, the form in which Airtable shows a formula's failure: no reader takes it for a
 * value, and it stops its own cell only. */
must_use bool airtable_answer_read(const struct http_reply *reply, const char *what,
				   struct json_object **answer_out, struct error *error);

/* A 429 that tells us to slow down: the server refused the request unseen. */
bool airtable_answer_is_rate(const struct error *error);
/* A 403 that is about what was asked for, a field, a row or a table, and not about the token or the base as a whole. */
bool airtable_answer_is_forbidden(const struct error *error);
/* What the service itself said in the error's sentence, without the request before it; "" when it said nothing. */
const char *airtable_answer_said(const struct error *error);
/* Whether the error is "the iterator behind this offset is gone". */
bool airtable_answer_is_iterator_lost(const struct error *error);
