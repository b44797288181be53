/* The intent journal of a pair: what is under way on its row and on its document (sync-rules 6, 7, 24).
 *
 * Before a request leaves that changes a row or a document, the pair's ledger entry gets an intent: what is to be done, when, made of
 * which revision of the document, and per field what was there and what is to be there. The intent is stored first, and the request
 * leaves only when the store has taken it. So after a crash, or a lost answer, the next job knows what may have happened, and
 * recovery (bridge/sync/recover.h) compares the intent with both sides.
 *
 * Each of the two targets has one intent at the most, and the two do not depend on each other. An app link that is written by itself
 * has none: it changes nothing that anybody edits, and each job sees whether it is there.
 *
 *            begin, stored              the request leaves
 *     NONE ────────────────▶ NOTED ──────────────────────────▶ IN DOUBT
 *      ▲                       │                                  │
 *      │  it did not leave,    │                                  │ an answer: done, or refused;
 *      │  or the store refused │                                  │ or recovery: landed, not landed, overtaken by an edit
 *      └───────────────────────┴──────────────────────────────────┘
 *                     end; of an update of a row that was done
 *                     what it took out of its cells is REPLACED for SYNC_STALE_MS: reads may show that for a while
 *
 * NOTED and IN DOUBT look the same in the store: of an intent that another process noted nobody knows whether its request left. The
 * process that noted it does know ('unsent_ms' in pair.h).
 *
 *                row                                       document
 *     kind       of the request                            of the save
 *     at_ms      Airtable's clock, when it was noted:      wall clock: the save's own time, which the document then
 *                from it follows until when the            has as its updated_at. 0: not known
 *                request may still arrive
 *     epoch      the process that noted it                 "": CouchDB answers for each revision, whoever asks
 *     document   the revision that the cells are of        the revision that it is written over; "": there was none
 *     before     what each cell showed. Airtable has no    empty: the revision says what was there, and CouchDB writes
 *                conditional write: only that tells an     over no other
 *                edit from an old picture of the row
 *     after      what each cell is to show                 what each cell of the row shows that is taken into the document
 *     history    NULL                                      the history document that goes before it, or NULL
 *     cascade    NULL                                      what has to follow, or NULL: the links of other integrations in
 *                                                          what is deleted or moved
 *
 * Invariants (intents_flaw()), true whenever an entry is read, before it is written, and after recovery:
 *
 *   1. Of a target without an intent nothing is noted at all, and of a field that is not written neither value.
 *   2. A row's intent has its time. It has no history and no cascade.
 *   3. A new row had nothing before. A deletion writes no field.
 *   4. A document's intent has no epoch and nothing before.
 *   5. At most INTENTS_REPLACED_MOST values are remembered as replaced.
 *
 * And of the entry (ledger_entry_flaw()):
 *
 *   6. A pair has its row. */
#pragma once
#include "bridge/fields/cell.h"
#include "bridge/fields/field.h"

#define INTENTS_REPLACED_MOST 64 /* values of one row; past that the oldest is forgotten */

enum intent_kind { INTENT_NONE, INTENT_CREATE, INTENT_UPDATE, INTENT_DELETE };
struct intent_field {
	bool written;
	struct cell before, after; /* owned */
};
struct intent {
	enum intent_kind kind;
	int64_t at_ms;
	char epoch[37];
	char document[80];
	struct intent_field fields[FIELD_COUNT];
	struct json_object *history; /* owned */
	struct json_object *cascade; /* owned; {integration: link} */
};
/* What a write of ours took out of a cell. Reads may show it a while longer: it is not taken for an edit (rule 6.4). */
struct replaced {
	enum field field;
	int64_t at_ms; /* Airtable's clock; at or after the write */
	struct cell cell;
};
struct intents {
	struct intent row, document;
	size_t replaced_count;
	struct replaced *replaced; /* owned; the oldest first */
};

/* Takes the place of any other of this target. 'document' is a revision, or NULL. */
void intent_begin(struct intent *intent, enum intent_kind kind, int64_t at_ms, const char *document);
/* The field is to be written. Both cells are copied; 'before' NULL: nothing. */
void intent_write(struct intent *intent, enum field field, const struct cell *before,
		  const struct cell *after);
/* It is not written after all. */
void intent_leave_out(struct intent *intent, enum field field);
/* It is known what became of it, or that nothing will. */
void intent_end(struct intent *intent);
bool intent_is_open(const struct intent *intent);
/* Of either target. */
bool intents_are_open(const struct intents *intents);

/* A write has taken this out of the cell, at that time. */
void intents_replace(struct intents *intents, enum field field, const struct cell *cell, int64_t at_ms);
void intents_drop_replaced(struct intents *intents, int64_t until_ms);

/* Which invariant does not hold, for a person; NULL: all do. */
const char *intents_flaw(const struct intents *intents);
/* All of it is forgotten. */
void intents_done(struct intents *intents);
