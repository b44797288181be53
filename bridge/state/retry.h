/* For a document of our own that a server does not take (a checkpoint, the stored schema): logged once, and tried again with
 * growing pauses, at most hourly. Nothing waits for it meanwhile. */
#pragma once
#include "base/error.h"
#include "base/log.h"

#include <stdint.h>

struct retry {
	unsigned failures; /* in a row; 0: all is well */
	int64_t next_ms;   /* steady clock: not before */
};

/* The pause after so many failures in a row: jittered, never next to nothing. */
int64_t retry_pause_ms(unsigned failures);
bool retry_is_due(const struct retry *retry);
/* 'what' did not work, for 'why'; 'consequence' is a sentence for a person. */
void retry_failed(struct retry *retry, const struct log *log, const char *what, const struct error *why,
		  const char *consequence);
void retry_worked(struct retry *retry, const struct log *log, const char *what);
