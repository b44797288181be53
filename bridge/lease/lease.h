/* One process at a time keeps an integration in step (sync-rules 16): it holds a lease, a document of the state database.
 *
 *     none ──claim──> held ──renewed again and again──> held ──given back──> none
 *                       │
 *                       └──somebody else has it, or the document is gone──> lost, for good: all that is known is stale
 *
 * The document's revision is the compare-and-swap. No two clocks are compared: the holder counts the lease's time from
 * before it claimed or renewed it, a taker from when it saw the last revision, both on their own steady clock. A write
 * leaves only while the lease lasts longer than the write's deadline. A taker waits one such deadline past the lease's
 * end: the former holder then sends nothing any more, and waits for no answer. What it had sent to rows may still arrive,
 * and has its intents in the ledger. A holder that ended without giving it back is known to be gone on its own machine, and
 * is waited for on others.
 *
 * Used by one thread. */
#pragma once
#include "base/json.h"
#include "base/log.h"
#include "bridge/lease/process_identity.h"

enum lease_limits {
	LEASE_RENEW_MS = 10000, /* between renewals: each is a revision in the state database */
	LEASE_RETRY_MS = 1000,  /* after one that failed; longer after many */
	LEASE_GAP_MS =
		5000, /* so long without a tick, the process stood still: it is renewed before it is believed */
	LEASE_LOOK_MS = 2000, /* between questions for a lease that somebody else has */
	LEASE_ASK_MS = 10000, /* the deadline of a request for the lease itself */
};

/* Where the document is. */
struct lease_store {
	/* NULL: it is not there. ERROR_LOST: nor is its database. Caller puts. */
	bool (*read)(void *self, const char *id, struct json_object **document_out, struct error *error);
	/* Against the _rev that the document has, or none. ERROR_CONFLICT: it is another one by now. */
	bool (*write)(void *self, const char *id, struct json_object *document, char rev_out[80],
		      struct error *error);
	void *self;
};

struct lease_setup {
	struct lease_store store;
	const char *integration_id;                     /* copied, as all below */
	const char *command;                            /* what this process runs */
	const struct process *process;                  /* NULL: this one */
	bool (*is_gone)(const struct process *process); /* surely; NULL: as the system says */
	const struct log *log;
};

struct lease;
struct lease *lease_open(const struct lease_setup *setup);
/* Does not give it back. */
void lease_close(struct lease **lease);

/* Takes the lease when nobody has it, or nobody has it any more. A lease of our own that does not last for a write is renewed.
 * False with ERROR_CONFLICT when somebody else has it: the error names the holder, which is also logged, once for each. Ask again
 * every LEASE_LOOK_MS: only so is it seen whether the holder lives. False with another kind: it could not be read or written
 * (ERROR_LOST: there is no state database). */
must_use bool lease_claim(struct lease *lease, struct error *error);
bool lease_is_held(const struct lease *lease);
/* It was held, and is held no more. This 'lease' never claims it again. */
bool lease_is_lost(const struct lease *lease);
/* The other holder was seen to renew it. */
bool lease_holder_lives(const struct lease *lease);

/* To be called in each turn of the loop that sends: renews the lease when that is due. Does nothing while it is not held, or when
 * it is called from within itself. Returns the milliseconds until it wants to be called again. */
int64_t lease_tick(struct lease *lease);
/* Whether a write that is answered within total_ms may leave now. Notices by itself that the process has stood still. */
bool lease_may_leave(const struct lease *lease, int64_t total_ms);

/* Nothing that writes may be under way. If it cannot be given back it runs out by itself. */
void lease_give_back(struct lease *lease);

const char *lease_token(const struct lease *lease);
