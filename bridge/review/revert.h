/* Undoes changes in a database: by ordinary edits against the revisions that were read, as a phone would make them. They have
 * histories of their own, so they can be undone again. If somebody changes a document meanwhile it is decided anew (sync-rules
 * 26). */
#pragma once
#include "couch/client.h"
#include "inventory/revert.h"

#define COUCH_REVERT_DOCUMENTS_MOST 20000 /* of one undoing; all are held in memory */

struct couch_revert_order {
	const struct revert *revert;
	struct revert_agreement agreed;
	bool dry_run; /* nothing is written; everything else happens as if it were */
};

enum undone_state {
	UNDONE_NOTHING, /* there was nothing to do */
	UNDONE_WRITTEN,
	/* some fields were left alone until somebody agrees; the rest was written, if there was any */
	UNDONE_ASKS,
	UNDONE_REFUSED, /* it was not saved, since it would be refused or not be safe: 'why' */
};
struct undone {
	enum undone_state state;
	bool written;
	struct revert_change change; /* as decided last */
	char *why;                   /* owned; or NULL */
};
struct couch_revert_result {
	int64_t batch; /* under which it can be undone */
	size_t count;
	struct undone *list; /* owned; a document each */
};
void couch_revert_result_done(struct couch_revert_result *result);

/* On failure the result says how far it came: what is not 'written' was not, but for documents whose answer was lost; done again it
 * goes on from there. */
must_use bool couch_revert(struct couch_client *couch, const struct couch_revert_order *order,
			   struct couch_revert_result *result_out, struct error *error);
