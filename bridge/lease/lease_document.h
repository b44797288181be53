/* The document `lease-<integration>` of the state database: who keeps an integration in step, and how long that holds. */
#pragma once
#include "base/json.h"
#include "bridge/lease/process_identity.h"

enum lease_times {
	LEASE_LASTS_MS = 30000, /* from before it was claimed or renewed */
	LEASE_WRITE_MS =
		15000, /* the deadline of a request that writes: it leaves only while the lease lasts longer */
	LEASE_TIME_MOST_MS = 600000, /* the longest time that is believed of a document */
};

struct lease_document {
	bool is_free;     /* given back; the fields below still say by whom */
	bool is_readable; /* false: somebody has it, perhaps of a newer version; nothing else is known */
	char token[37];   /* of one claimant, newly drawn each time that an integration is begun */
	struct process process;
	char command[24]; /* what it runs: "run", "sync" */
	int64_t since_ms,
		renewed_ms; /* that process's wall clock, for people; renewed_ms is 0 where it is not said */
	int64_t renewals;
	int64_t lasts_ms, write_ms; /* as its holder has them */
	char revision[80];
};

char *lease_document_id(const char *integration_id);
/* Never fails: a document that cannot be read counts as held by somebody. */
void lease_document_read(struct json_object *json, struct lease_document *document_out);
/* Without a revision when 'revision' is "". */
struct json_object *lease_document_write(const struct lease_document *document, const char *integration_id);
/* "process 4711 on nas (run), since 2026-11-29T12:30:05.000Z" */
char *lease_document_message(const struct lease_document *document);
/* A lease that was not renewed for so long is nobody's: by then nothing leaves any more, and what left has arrived or never will. */
int64_t lease_document_ends_ms(const struct lease_document *document);
