/* The routes of the meta API. */
#pragma once
#include "sandbox/call.h"

must_use bool sandbox_meta_tables(struct sandbox_call *call, struct error *error);
must_use bool sandbox_meta_bases(struct sandbox_call *call, struct error *error);
must_use bool sandbox_meta_whoami(struct sandbox_call *call, struct error *error);
