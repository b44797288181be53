#include "bridge/lease/lease.h"

#include "base/clock.h"
#include "bridge/lease/lease_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_ALIKE = 3, DOUBLINGS = 3 }; /* waits of 1, 2, 4 and 8 s between renewals that fail */
enum { CLAIM_TRIES = 2 }; /* the second by what the first found out: an earlier one had no answer */

enum lease_state { LEASE_NONE, LEASE_HELD, LEASE_LOST };

struct lease {
	struct lease_store store;
	char *integration_id, *id; /* owned */
	bool (*is_gone)(const struct process *process);
	struct log log;
	struct lease_document own; /* as it was written last; its revision is the store's while it is held */
	enum lease_state state;

	/* Steady clock, while it is held. */
	int64_t ends_ms, renew_ms, ticked_ms;
	bool doubted;  /* the process stood still: somebody may have taken it */
	bool in_tick;  /* a renewal may wait for its answer in the loop that ticks */
	bool troubled; /* renewals fail, and it was said */
	bool found;    /* a renewal was refused, and the lease is its own all the same */
	int failures;  /* of renewals, in a row; why the last one did: */
	struct error failure;

	/* Of somebody else's. */
	struct lease_document seen;
	int64_t seen_ms; /* when this revision was seen first */
	bool any_seen, lives;
	char reported[37]; /* the holder that was named in the log */
};

/* A lease of this very process is that of an integration which it has ended. */
static bool has_ended(const struct process *process)
{
	return process_is_this(process) || process_is_gone(process);
}

struct lease *lease_open(const struct lease_setup *setup)
{
	struct lease *lease = own_alloc(sizeof *lease);

	lease->store = setup->store;
	lease->integration_id = own_copy(setup->integration_id);
	lease->id = lease_document_id(setup->integration_id);
	lease->is_gone = setup->is_gone ? setup->is_gone : has_ended;
	lease->log = log_context(setup->log, "%s", "");
	lease->own.lasts_ms = LEASE_LASTS_MS;
	lease->own.write_ms = LEASE_WRITE_MS;
	if (setup->process)
		lease->own.process = *setup->process;
	else
		process_identify(&lease->own.process);
	snprintf(lease->own.command, sizeof lease->own.command, "%s", setup->command);
	random_uuid(lease->own.token);
	return lease;
}

void lease_close(struct lease **lease)
{
	if (!*lease)
		return;
	struct lease *gone = take(*lease);
	free(gone->integration_id);
	free(gone->id);
	free(gone);
}

bool lease_is_held(const struct lease *lease)
{
	return lease->state == LEASE_HELD;
}

bool lease_is_lost(const struct lease *lease)
{
	return lease->state == LEASE_LOST;
}

bool lease_holder_lives(const struct lease *lease)
{
	return lease->lives;
}

const char *lease_token(const struct lease *lease)
{
	return lease->own.token;
}

/* ---- writing ---- */

/* The time counts from before the request: whenever it arrived, the lease began no earlier. */
static bool write_own(struct lease *lease, struct error *error)
{
	int64_t before_ms = clock_steady_ms();
	lease->own.renewed_ms = clock_now_ms();
	scoped(json_object) json = lease_document_write(&lease->own, lease->integration_id);

	if (!lease->store.write(lease->store.self, lease->id, json, lease->own.revision, error))
		return false;
	lease->ends_ms = before_ms + LEASE_LASTS_MS;
	lease->renew_ms = before_ms + LEASE_RENEW_MS;
	return true;
}

static bool read_present(struct lease *lease, struct lease_document *present_out, bool *there_out,
			 struct error *error)
{
	scoped(json_object) json = NULL;

	if (!lease->store.read(lease->store.self, lease->id, &json, error))
		return false;
	*there_out = json != NULL;
	if (json)
		lease_document_read(json, present_out);
	return true;
}

/* ---- claiming ---- */

static bool is_own(const struct lease *lease, const struct lease_document *document)
{
	return strcmp(document->token, lease->own.token) == 0;
}

/* A revision that was not seen before is a sign of life of its holder. */
static void note_seen(struct lease *lease, const struct lease_document *present)
{
	bool other = !lease->any_seen || strcmp(lease->seen.revision, present->revision) != 0;

	if (other) {
		lease->lives = lease->any_seen && strcmp(lease->seen.token, present->token) == 0;
		lease->seen_ms = clock_steady_ms();
	}
	lease->seen = *present;
	lease->any_seen = true;
}

static bool has_run_out(const struct lease *lease)
{
	return clock_steady_ms() - lease->seen_ms >= lease_document_ends_ms(&lease->seen);
}

/* Once for each holder. */
static bool is_held_by_other(struct lease *lease, struct error *error)
{
	scoped_text words = lease_document_message(&lease->seen);

	const char *name = lease->seen.token[0] ? lease->seen.token : "unreadable";

	if (strcmp(lease->reported, name) != 0)
		log_info(&lease->log,
			 "%s keeps this integration in step: this process waits until it ends or gives no "
			 "sign of "
			 "life for %lld s",
			 words, (long long)(lease_document_ends_ms(&lease->seen) / 1000));
	snprintf(lease->reported, sizeof lease->reported, "%s", name);
	return !error_set(error, ERROR_CONFLICT, "%s keeps it in step", words);
}

/* Why it may be taken, or NULL. */
static const char *reason_to_take(const struct lease *lease)
{
	const struct lease_document *seen = &lease->seen;

	if (is_own(lease, seen))
		return "an earlier claim of its own had no answer";
	if (seen->is_readable && seen->is_free)
		return "which gave it back";
	if (seen->is_readable && lease->is_gone(&seen->process))
		return "which ended without giving it back";
	return has_run_out(lease) ? "which gave no sign of life" : NULL;
}

static bool look(struct lease *lease, bool *is_held_out, struct error *error)
{
	struct lease_document present = {0};
	bool there = false;

	if (!read_present(lease, &present, &there, error))
		return false;
	if (there)
		note_seen(lease, &present);
	/* Gone with its database, or by hand: its holder finds out at the next renewal, and writes until then. */
	const char *reason = there ? reason_to_take(lease)
			     : !lease->any_seen || has_run_out(lease) || lease->seen.is_free
				     ? "whose document is gone"
				     : NULL;
	*is_held_out = !reason && is_held_by_other(lease, error);
	if (reason && lease->any_seen && !lease->seen.is_free && !is_own(lease, &lease->seen)) {
		scoped_text words = lease_document_message(&lease->seen);
		log_info(&lease->log, "takes over from %s, %s", words, reason);
	}
	snprintf(lease->own.revision, sizeof lease->own.revision, "%s", there ? present.revision : "");
	return true;
}

static bool lasts_for_writes(const struct lease *lease)
{
	return lease_may_leave(lease, LEASE_WRITE_MS);
}

/* What begins now would run into it. Also where renewals fail: whoever begins has waited, and hears why it cannot yet. */
static void renew_for_writes(struct lease *lease)
{
	for (int try = 0; try < CLAIM_TRIES && lease->state == LEASE_HELD && !lasts_for_writes(lease) &&
			  (try == 0 || lease->failures == 0);
	     try++) {
		lease->renew_ms = clock_steady_ms();
		lease_tick(lease);
	}
}

static bool may_be_used(const struct lease *lease, struct error *error)
{
	if (lasts_for_writes(lease))
		return true;
	if (lease->failures && error)
		*error = lease->failure;
	else
		error_set(error, ERROR_RETRY, "there was no answer in time");
	return error_wrap(error, "renewing the lease, without which nothing is written");
}

bool lease_claim(struct lease *lease, struct error *error)
{
	bool is_held = false;

	if (lease->state == LEASE_HELD)
		renew_for_writes(lease);
	if (lease->state == LEASE_LOST)
		return error_set(error, ERROR_CONFLICT, "another process has it by now");
	if (lease->state == LEASE_HELD)
		return may_be_used(lease, error);
	if (!look(lease, &is_held, error))
		return error_wrap(error, "reading the lease");
	if (is_held)
		return false;
	lease->own.since_ms = clock_now_ms();
	lease->own.renewals = 0;
	lease->own.is_free = false;
	if (!write_own(lease, error))
		return error_wrap(error, "claiming the lease");
	lease->state = LEASE_HELD;
	lease->doubted = lease->troubled = false;
	lease->ticked_ms = clock_steady_ms();
	return true;
}

/* ---- holding ---- */

static void lose(struct lease *lease, const char *why)
{
	lease->state = LEASE_LOST;
	log_warn(&lease->log, "%s: nothing more is written, and the integration begins anew", why);
}

/* A second at first: the lease must not run out for a moment's trouble. A server that is ill for long is not asked so often. */
static void renew_later(struct lease *lease)
{
	int doublings = lease->failures++ / TRIES_ALIKE;

	lease->renew_ms = clock_steady_ms() +
			  ((int64_t)LEASE_RETRY_MS << (doublings < DOUBLINGS ? doublings : DOUBLINGS));
}

static void note_trouble(struct lease *lease, const struct error *error)
{
	renew_later(lease);
	lease->failure = *error;
	if (lease->troubled || clock_steady_ms() + LEASE_WRITE_MS <= lease->ends_ms)
		return;
	log_warn(&lease->log, "the lease cannot be renewed, and nothing is written until it can: %s",
		 error->text);
	lease->troubled = true;
}

/* A renewal whose answer was lost is known by the token; everything else is somebody else's work. */
static void find_out(struct lease *lease)
{
	struct lease_document present = {0};
	struct error error = {0};
	bool there = false;

	if (!read_present(lease, &present, &there, &error)) {
		if (error.kind == ERROR_LOST)
			lose(lease, "the state database is gone, and with it the lease");
		else
			note_trouble(lease, &error);
	} else if (!there) {
		lose(lease, "the lease's document is gone");
	} else if (!is_own(lease, &present) || present.is_free) {
		scoped_text words = lease_document_message(&present);
		scoped_text why = own_format("the lease was taken by %s", words);
		lose(lease, why);
	} else {
		snprintf(lease->own.revision, sizeof lease->own.revision, "%s", present.revision);
		lease->renew_ms = clock_steady_ms();
		if (lease->found)
			renew_later(lease);
		lease->found = true;
	}
}

static bool renew(struct lease *lease)
{
	struct error error = {0};

	lease->own.renewals++;
	if (write_own(lease, &error)) {
		if (lease->troubled)
			log_info(&lease->log, "the lease is renewed again");
		lease->doubted = lease->troubled = lease->found = false;
		lease->failures = 0;
		return true;
	}
	if (error.kind == ERROR_CONFLICT || error.kind == ERROR_LOST)
		find_out(lease);
	else
		note_trouble(lease, &error);
	return false;
}

/* Known again by a renewal, which is asked for at once. */
static void doubt(struct lease *lease, int64_t now_ms)
{
	if (!lease->doubted)
		lease->renew_ms = now_ms;
	lease->doubted = true;
}

static bool stood_still(const struct lease *lease, int64_t now_ms)
{
	return now_ms - lease->ticked_ms > LEASE_GAP_MS;
}

/* Often enough that a gap means that the process stood still. */
static int64_t wait_ms(const struct lease *lease, int64_t now_ms)
{
	int64_t until_due_ms = lease->renew_ms - now_ms;

	if (until_due_ms > LEASE_GAP_MS / 2)
		return LEASE_GAP_MS / 2;
	return until_due_ms > 0 ? until_due_ms : 1;
}

int64_t lease_tick(struct lease *lease)
{
	int64_t now_ms = clock_steady_ms();

	if (lease->state != LEASE_HELD || lease->in_tick)
		return LEASE_RENEW_MS;
	lease->in_tick = true;
	if (stood_still(lease, now_ms))
		doubt(lease, now_ms);
	lease->ticked_ms = now_ms;
	if (now_ms >= lease->renew_ms) {
		bool renewed = renew(lease);
		/* The answer may have been waited for. A process that stood still meanwhile asks once more; one whose renewal failed
		 * waits as after any failure. */
		now_ms = clock_steady_ms();
		if (now_ms >= lease->ends_ms && renewed)
			doubt(lease, now_ms);
		lease->doubted = lease->doubted || now_ms >= lease->ends_ms;
		lease->ticked_ms = now_ms;
	}
	lease->in_tick = false;
	return wait_ms(lease, now_ms);
}

bool lease_may_leave(const struct lease *lease, int64_t total_ms)
{
	int64_t now_ms = clock_steady_ms();

	return lease->state == LEASE_HELD && !lease->doubted && total_ms > 0 && !stood_still(lease, now_ms) &&
	       now_ms + total_ms <= lease->ends_ms;
}

void lease_give_back(struct lease *lease)
{
	struct error error = {0};

	if (lease->state != LEASE_HELD)
		return;
	lease->state = LEASE_NONE;
	lease->own.is_free = true;
	if (!write_own(lease, &error))
		log_debug(&lease->log, "the lease is not given back, and runs out: %s", error.text);
}
