#include "bridge/report/report.h"

#include "base/clock.h"
#include "couch/documents.h"

#include <stdlib.h>

enum { FIGURES, LEASE, CONTROL, CALLS, DOCUMENTS };

static void take_documents(struct couch_document *list, const char month[8], struct report *report)
{
	report->has_figures = figures_read(list[FIGURES].body, &report->figures);
	report->has_lease = list[LEASE].body != NULL;
	if (report->has_lease)
		lease_document_read(list[LEASE].body, &report->lease);
	control_read(list[CONTROL].body, &report->control);
	calls_month_read(list[CALLS].body, month, &report->calls);
}

bool report_read(struct couch_client *state, const char *integration_id, const char *base_id,
		 struct report *report_out, struct error *error)
{
	struct report report = {.read_ms = clock_now_ms()};
	struct couch_documents documents = {0};
	char *ids[DOCUMENTS];
	char month[8];

	calls_month_of(report.read_ms, month);
	ids[FIGURES] = figures_document_id(integration_id);
	ids[LEASE] = lease_document_id(integration_id);
	ids[CONTROL] = control_document_id(integration_id);
	ids[CALLS] = calls_month_id(base_id, month);
	bool ok = couch_documents_read(state, (const char *const *)ids, DOCUMENTS, &documents, error);
	if (ok)
		take_documents(documents.list, month, &report);
	couch_documents_done(&documents);
	for (size_t i = 0; i < DOCUMENTS; i++)
		free(ids[i]);
	if (!ok && error->status != 404)
		return false;
	*report_out = report;
	return true;
}

int64_t report_seen_ms(const struct report *report)
{
	return report->has_lease ? report->lease.renewed_ms : report->figures.written_ms;
}

enum report_life report_life(const struct report *report, bool (*is_gone)(const struct process *process))
{
	const struct lease_document *lease = &report->lease;

	if (!report->has_lease)
		return report->has_figures ? REPORT_ENDED : REPORT_NEVER;
	if (!lease->is_readable)
		return REPORT_RUNS; /* of a newer version, as the lease itself has it */
	if (lease->is_free || (is_gone ? is_gone : process_is_gone)(&lease->process))
		return REPORT_ENDED;
	return report->read_ms - lease->renewed_ms < lease_document_ends_ms(lease) ? REPORT_RUNS
										   : REPORT_SILENT;
}
