/* What a pair under work shows on either side, and what both last agreed on. No decisions here: plan_field.h has them. */
#pragma once
#include "bridge/job/batch.h"

extern const enum field job_link_fields[2]; /* Collection, Container */
/* The pair that the link pointed to when both sides last agreed; NULL: nothing, or nothing that is known. */
struct pair *job_agreed_target(const struct batch *batch, const struct job *job, enum field field);
/* When the document, as it is now, was first seen: ms by Airtable's clock. */
int64_t job_first_seen_ms(const struct batch *batch, const struct job *job);
/* Where the cell shows two links of which the newer one is meant (sync-rules 20), as it shows them; else NULL. */
const struct cell *job_both_links(const struct job *job, enum field field);
/* The cell as the row shows it, with both links where 'airtable' has the one that is meant. */
const struct cell *job_shown(const struct job *job, enum field field);
/* The cell shows something else than what was sent; a problem until one of both changes (sync-rules 18). */
void job_report_difference(struct job *job, enum field field, const struct cell *sent,
			   const struct cell *shown);
/* A column that flows. */
bool job_has_column(const struct batch *batch, const struct job *job, enum field field);
struct cell_equivalence job_equivalence(const struct batch *batch, const struct job *job, enum field field);
/* What both last agreed on, as the document showed it; for a place that the row did not get, since its document was outside of the scope, what
 * the row shows: it has yet to get it. */
const struct cell *job_agreed_couch(const struct job *job, enum field field);
/* Whether the document, as it is now, shows another value than what is agreed on now: exactly, since a document's number only changes when
 * somebody changes it. */
bool job_couch_moved(const struct batch *batch, const struct job *job, enum field field);
/* Two links, of which the newer one is meant whoever asks (sync-rules 20). */
bool job_shows_two(const struct job *job, enum field field);
