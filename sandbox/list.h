/* The routes that list rows. */
#pragma once
#include "sandbox/call.h"

must_use bool sandbox_list_get(struct sandbox_call *call, struct error *error);
must_use bool sandbox_list_post(struct sandbox_call *call, struct error *error);
