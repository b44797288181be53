/* Gather: the ledger's entries, the documents and the rows of a group, as they are now.
 *
 * A document that only changed where no column shows it (the app's mark, an unknown key) needs no row: that is found here,
 * so that a replayed feed costs no call of Airtable's. */
#pragma once
#include "bridge/job/batch.h"

/* The steps, in order; each false ends the group, whose pairs are queued again. */
must_use bool group_gather(struct group *group,
			   struct error *error); /* ledger, documents, rows as they are now */
