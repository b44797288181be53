#include "sandbox/fetches.h"
#include "sandbox/rows.h"
#include <stdlib.h>
#include <string.h>

static const char failed_too_often[] = "attachmentsFailedUploading";

static struct sandbox_fetch_queue *queue_of(struct sandbox *sandbox)
{
	return &sandbox->store->fetches;
}

static void note_change(struct sandbox *sandbox, const struct sandbox_fetch *fetch)
{
	struct sandbox_store *store = sandbox->store;

	store->now_ms = sandbox_clock_now(&sandbox->clock);
	if (store->fetch_modifies && !fetch->record->deleted && !fetch->field->deleted)
		sandbox_row_touch(fetch->record, fetch->field);
	else
		sandbox_touch_base(fetch->record->table->base);
}

/* The object leaves its cell, also one in the trash. */
static void drop(struct sandbox *sandbox, const struct sandbox_fetch *fetch)
{
	if (fetch->record->stripped || fetch->field->deleted)
		return;
	struct sandbox_cell *cell = &fetch->record->slots[fetch->field->slot].cell;
	uint32_t kept = 0, count = cell->kind == CELL_FILES ? cell->count : 0;
	for (uint32_t i = 0; i < count; i++) {
		if (cell->files[i] == fetch->file)
			sandbox_file_close(&cell->files[i]);
		else
			cell->files[kept++] = cell->files[i];
	}
	if (kept == count)
		return;
	cell->count = kept;
	if (kept == 0)
		sandbox_cell_done(cell);
	note_change(sandbox, fetch);
}

/* ---- URLs that fail ---- */

static void note_failure(struct sandbox *sandbox, const struct sandbox_fetch *fetch)
{
	struct sandbox_failures *failures = &sandbox->failures;
	size_t place = failures->next++ % countof(failures->urls);

	failures->urls[place] = text_hash(fetch->file->url);
	failures->at_ms[place] = sandbox_clock_now(&sandbox->clock);
}

static bool fails_too_often(const struct sandbox *sandbox, const char *url)
{
	const struct sandbox_failures *failures = &sandbox->failures;
	int64_t since_ms = sandbox_clock_now(&sandbox->clock) - SANDBOX_FETCH_FAILURES_MS;
	uint64_t hash = text_hash(url);
	int count = 0;

	for (size_t i = 0; i < countof(failures->urls); i++)
		count += i < failures->next && failures->urls[i] == hash && failures->at_ms[i] > since_ms;
	return count >= SANDBOX_FETCH_FAILURES;
}

static void fail(struct sandbox *sandbox, struct sandbox_fetch *fetch)
{
	note_failure(sandbox, fetch);
	drop(sandbox, fetch);
	sandbox_fetch_queue_remove(queue_of(sandbox), fetch);
}

/* ---- from the write to the request ---- */

static void take_fault(struct sandbox *sandbox, struct sandbox_fetch *fetch,
		       const struct sandbox_fault *fault, int64_t now_us)
{
	int64_t after_us = now_us + fault->ms * 1000;

	if (fault->kind == FAULT_FETCH_LOST) {
		fetch->end = END_LOST;
		fetch->lost_us = fault->ms * 1000;
		return;
	}
	fetch->due_us = after_us;
	if (fault->kind == FAULT_FETCH_FAILS)
		fetch->end = END_FAILS;
	if (fault->kind == FAULT_FETCH_BROKEN)
		fetch->end = END_BROKEN;
	fetch->status = fault->status;
	if (fault->kind == FAULT_FETCH_HOLD) {
		fetch->due_us = fault->ms ? after_us : INT64_MAX;
		fetch->releases = sandbox->releases;
	}
}

/* Why it is not even tried, or NULL. The caller frees. */
static char *begin(struct sandbox *sandbox, struct sandbox_fetch *fetch, int64_t now_us)
{
	struct sandbox_fault *fault = sandbox_faults_next_fetch(&sandbox->faults, fetch->file->url);
	char *reason = NULL;

	fetch->state = FETCH_WAITING;
	fetch->number = ++sandbox->fetch_count;
	fetch->due_us = now_us;
	fetch->releases = UINT64_MAX;
	if (fault && fault->kind == FAULT_FETCH_REFUSED)
		reason = own_copy(json_text_or(fault->json, "reason", failed_too_often));
	else if (fails_too_often(sandbox, fetch->file->url))
		reason = own_copy(failed_too_often);
	else if (fault)
		take_fault(sandbox, fetch, fault, now_us);
	sandbox_fault_close(&fault);
	return reason;
}

char *sandbox_fetches_begin(struct sandbox *sandbox, int64_t now_us)
{
	struct sandbox_fetch *next = sandbox->options.fetch ? queue_of(sandbox)->first : NULL;
	char *first_reason = NULL;

	while (next) {
		struct sandbox_fetch *fetch = next;
		next = fetch->next;
		char *reason = fetch->state == FETCH_NEW ? begin(sandbox, fetch, now_us) : NULL;
		if (!reason)
			continue;
		drop(sandbox, fetch);
		sandbox_fetch_queue_remove(queue_of(sandbox), fetch);
		if (first_reason)
			free(reason);
		else
			first_reason = reason;
	}
	return first_reason;
}

static void break_file(struct sandbox *sandbox, struct sandbox_fetch *fetch)
{
	fetch->file->state = FILE_BROKEN;
	fetch->file->status = fetch->status;
	note_change(sandbox, fetch);
	sandbox_fetch_queue_remove(queue_of(sandbox), fetch);
}

/* Whether it ended without a request. */
static bool end_early(struct sandbox *sandbox, struct sandbox_fetch *fetch)
{
	if (fetch->state == FETCH_SHOWN) {
		drop(sandbox, fetch);
		sandbox_fetch_queue_remove(queue_of(sandbox), fetch);
	} else if (fetch->end == END_FAILS) {
		fail(sandbox, fetch);
	} else if (fetch->end == END_BROKEN) {
		break_file(sandbox, fetch);
	} else {
		return false;
	}
	return true;
}

static bool is_due(const struct sandbox *sandbox, const struct sandbox_fetch *fetch, int64_t now_us)
{
	if (fetch->state != FETCH_WAITING && fetch->state != FETCH_SHOWN)
		return false;
	return now_us >= fetch->due_us ||
	       (fetch->releases != UINT64_MAX && fetch->releases != sandbox->releases);
}

bool sandbox_fetches_take(struct sandbox *sandbox, int64_t now_us, struct sandbox_fetch_order *order_out,
			  int64_t *next_us_out)
{
	free(sandbox_fetches_begin(sandbox, now_us));
	*next_us_out = INT64_MAX;
	for (struct sandbox_fetch *fetch = queue_of(sandbox)->first, *next; fetch; fetch = next) {
		next = fetch->next;
		bool waits = fetch->state == FETCH_WAITING || fetch->state == FETCH_SHOWN;
		if (!is_due(sandbox, fetch, now_us)) {
			if (waits && fetch->due_us < *next_us_out)
				*next_us_out = fetch->due_us;
			continue;
		}
		if (end_early(sandbox, fetch))
			continue;
		fetch->state = FETCH_ASKING;
		*order_out = (struct sandbox_fetch_order){fetch->number, own_copy(fetch->file->url)};
		*next_us_out = now_us;
		return true;
	}
	return false;
}

/* ---- its end ---- */

static struct sandbox_fetch *fetch_of_number(struct sandbox *sandbox, uint64_t number)
{
	struct sandbox_fetch *fetch = queue_of(sandbox)->first;

	while (fetch && (fetch->number != number || fetch->state != FETCH_ASKING))
		fetch = fetch->next;
	return fetch;
}

void sandbox_fetches_finish(struct sandbox *sandbox, uint64_t number, char *bytes, size_t size,
			    const char *type, int64_t now_us)
{
	struct sandbox_fetch *fetch = fetch_of_number(sandbox, number);

	if (!fetch) {
		free(bytes);
		return;
	}
	if (!bytes) {
		fail(sandbox, fetch);
		return;
	}
	sandbox_file_store(fetch->file, bytes, size, type);
	note_change(sandbox, fetch);
	if (fetch->end == END_LOST) {
		fetch->state = FETCH_SHOWN;
		fetch->due_us = now_us + fetch->lost_us;
		fetch->releases = UINT64_MAX;
	} else {
		sandbox_fetch_queue_remove(queue_of(sandbox), fetch);
	}
}
