/* When somebody is notified of an integration: once when it needs attention, once when it has recovered from what was notified; each
 * at most once an hour, however often it goes to and fro. Pure: the steady clock is given. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum notices_limits { NOTICES_EACH_MS = 3600000 };

enum notice { NOTICE_NONE, NOTICE_ATTENTION, NOTICE_RECOVERED, NOTICES };

/* {0}: nobody was notified. */
struct notices {
	bool told; /* that it needs attention; and not yet that it has recovered */
	struct {
		bool any;
		int64_t at_ms; /* the last one */
	} sent[NOTICES];
};
/* What is to be sent now; it counts as sent. */
enum notice notices_next(struct notices *notices, bool needs_attention, int64_t now_ms);
