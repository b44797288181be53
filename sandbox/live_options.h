/* What can be changed while the sandbox runs: GET and POST /_sandbox/options. */
#pragma once
#include "sandbox/world.h"

struct json_object *sandbox_live_options_show(const struct sandbox *sandbox);
/* Those that the object names. ERROR_REFUSED: a value will not do; some may be changed by then. */
must_use bool sandbox_live_options_change(struct sandbox *sandbox, struct json_object *json,
					  struct error *error);
