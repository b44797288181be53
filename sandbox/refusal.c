#include "sandbox/refusal.h"
#include "base/own.h"
#include <stdarg.h>
#include <stdio.h>

static void set_type(struct error *error, int status, const char *type)
{
	if (!error)
		return;
	error->status = status;
	snprintf(error->code, sizeof(error->code), "%s", type);
}

bool sandbox_refuse(struct error *error, int status, const char *type, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	error_set(error, ERROR_REFUSED, "%s", words);
	set_type(error, status, type);
	return false;
}

bool sandbox_refuse_bare(struct error *error, int status, const char *type)
{
	return sandbox_refuse(error, status, type, "%s", "");
}

bool sandbox_refuse_route(struct error *error)
{
	return sandbox_refuse(error, 404, "", "%s", "");
}

bool sandbox_refuse_model(struct error *error)
{
	return sandbox_refuse(error, 403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
			      "Invalid permissions, or the requested model was not found. Check that both "
			      "your user and your token have the required permissions, and that the model "
			      "names and/or ids are correct.");
}

bool sandbox_refuse_request(struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_REQUEST_UNKNOWN",
			      "Invalid request: parameter validation failed. Check your request data.");
}

bool sandbox_refuse_field_name(struct error *error, const char *name)
{
	return sandbox_refuse(error, 422, "UNKNOWN_FIELD_NAME", "Unknown field name: \"%s\"", name);
}
