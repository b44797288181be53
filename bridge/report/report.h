/* What the state database says of one integration: its figures, who keeps it in step, what people asked, and its calls. */
#pragma once
#include "base/own.h"
#include "bridge/lease/lease_document.h"
#include "bridge/report/calls_month.h"
#include "bridge/report/control.h"
#include "bridge/report/figures.h"

struct couch_client;

struct report {
	bool has_figures; /* some process has kept them once */
	struct figures figures;
	bool has_lease;
	struct lease_document lease;
	struct control control;
	struct calls_month calls; /* of the month that it is now */
	int64_t read_ms;          /* wall clock of this machine */
};

/* Whether a process keeps the integration in step. */
enum report_life {
	REPORT_NEVER,  /* none ever did */
	REPORT_RUNS,   /* one does */
	REPORT_ENDED,  /* the last one has given its lease back, or has ended without */
	REPORT_SILENT, /* the last one renews its lease no more: it is gone, or does not reach CouchDB */
};

/* Reads it. 'state' is the state database; one that is not there holds nothing, which is no failure. */
must_use bool report_read(struct couch_client *state, const char *integration_id, const char *base_id,
			  struct report *report_out, struct error *error);
/* Compares the lease's time, of its holder's wall clock, with this machine's: between machines whose clocks differ by more than
 * half a minute a process that runs may be taken for a silent one. is_gone: as in lease.h; NULL: as the system says. */
enum report_life report_life(const struct report *report, bool (*is_gone)(const struct process *process));
/* When the last sign of life of a process was, by its wall clock; 0: there was none. */
int64_t report_seen_ms(const struct report *report);
