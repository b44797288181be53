/* The control's document (control.h) in the state database: read by the holder of the lease, changed by commands. */
#pragma once
#include "base/own.h"
#include "bridge/report/control.h"

struct couch_client;

/* 'state' is the state database; where that or the document is not there nothing is asked. took_ms_out: how long the answer took; may be
 * NULL. */
must_use bool control_fetch(struct couch_client *state, const char *integration_id,
			    struct control *control_out, int64_t *took_ms_out, struct error *error);
/* Reads it, has 'change' change it and writes it; after a conflict once more, up to CONTROL_TRIES times. */
enum control_store_limits { CONTROL_TRIES = 5 };
must_use bool control_change(struct couch_client *state, const char *integration_id,
			     void (*change)(struct control *control, const void *wish), const void *wish,
			     struct error *error);
