/* The API's refusals as struct error: status, type (code) and message as Airtable's API documents them.
 *
 * A code of "" prints as {"error":"NOT_FOUND"}; an empty text as {"error":{"type":code}}. */
#pragma once
#include "base/error.h"

bool sandbox_refuse(struct error *error, int status, const char *type, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* {"error":{"type":type}} */
bool sandbox_refuse_bare(struct error *error, int status, const char *type);
/* {"error":"NOT_FOUND"}: an undefined route or a malformed id. */
bool sandbox_refuse_route(struct error *error);
/* 403: an unknown base, table or row, or one that is not granted. */
bool sandbox_refuse_model(struct error *error);
/* 422 INVALID_REQUEST_UNKNOWN. */
bool sandbox_refuse_request(struct error *error);
bool sandbox_refuse_field_name(struct error *error, const char *name);
