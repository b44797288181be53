/* Keeps the figures of one integration while this process has its lease, and writes them into the state database (figures.h,
 * calls_month.h): both documents in one request, at the pace of write_pace.h; but what somebody waits for (a wish, a pause) at once.
 *
 *     begin: what was written before is read ──> the caller changes figures, counts, sets the state ──> publish ──> end
 *
 * Nothing of it keeps the sync from working: what cannot be read or written is tried again with the next write, and logged for the
 * curious only. Until it has begun nothing is written. Used by one thread, but for the copy. */
#pragma once
#include "airtable/purpose.h"
#include "base/log.h"
#include "bridge/report/figures.h"
#include "bridge/state/store.h"

struct figures_keeper;
struct figures_keeper *figures_keeper_open(struct store store, const char *integration_id,
					   const char *base_id, const struct log *log);
void figures_keeper_close(struct figures_keeper **keeper);

/* The lease is held from now on: what was counted before goes on. Deletes the calls of months that are not kept any more. */
void figures_keeper_begin(struct figures_keeper *keeper);
/* The figures, to be changed by the thread of the integration; but the state, the calls and the spans by what follows. */
struct figures *figures_keeper_figures(struct figures_keeper *keeper);
/* The reason may be NULL. "Since" stays while the state does. */
void figures_keeper_set_state(struct figures_keeper *keeper, enum status_state state, const char *reason);
void figures_keeper_count(struct figures_keeper *keeper, enum span_kind kind, int64_t count);
/* How many calls this process has made so far, by purpose. */
void figures_keeper_take_calls(struct figures_keeper *keeper, const int64_t calls[AIRTABLE_PURPOSES]);
/* Shows all of it to other threads, and writes it if that is due. */
void figures_keeper_publish(struct figures_keeper *keeper);
/* The lease is given back next: writes what was not written. */
void figures_keeper_end(struct figures_keeper *keeper);

/* As it was published last. From any thread. */
void figures_keeper_copy(struct figures_keeper *keeper, struct figures *figures_out);
