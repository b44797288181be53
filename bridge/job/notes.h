/* The note in the ledger that goes before each write: what the next start finds when this one ends in between. */
#pragma once
#include "bridge/job/batch.h"

/* Writes these entries to the ledger before what they note is done. What is not taken is given up: it is finished, or has only
 * words for its row left (look_refuse_note). False: the ledger as a whole cannot be written. */
must_use bool group_write_notes(struct group *group, struct look *const *looks, size_t count,
				struct error *error);
/* Notes in the entry which rows the links agreed on point to; before it is written. */
void look_note_linked_rows(struct group *group, struct look *look);
