/* The routes that write rows, and the one that gets a single row. */
#pragma once
#include "sandbox/call.h"

must_use bool sandbox_record_get(struct sandbox_call *call, struct error *error);
must_use bool sandbox_records_create(struct sandbox_call *call, struct error *error);
must_use bool sandbox_records_update(struct sandbox_call *call,
				     struct error *error); /* PATCH and PUT, upserts too */
must_use bool sandbox_record_update(struct sandbox_call *call, struct error *error);
must_use bool sandbox_records_delete(struct sandbox_call *call, struct error *error);
must_use bool sandbox_record_delete(struct sandbox_call *call, struct error *error);
