/* What a pair under work shows on either side, and what both last agreed on. No decisions here: plan.h has them. */
#pragma once
#include "bridge/job/batch.h"

extern const enum field look_link_fields[2]; /* Collection, Container */
/* The pair that the link pointed to when both sides last agreed; NULL: nothing, or nothing that is known. */
struct pair *look_agreed_target(const struct group *group, const struct look *look, enum field field);
/* When the document, as it is now, was first seen: ms by Airtable's clock. */
int64_t look_first_seen_ms(const struct group *group, const struct look *look);
/* Where the cell shows two links of which the newer one is meant (sync-rules 20), as it shows them; else NULL. */
struct cell *look_both_links(struct look *look, enum field field);
/* The cell as the row shows it, with both links where 'airtable' has the one that is meant. */
const struct cell *look_shown(struct look *look, enum field field);
/* The cell shows something else than what was sent; a problem until one of both changes (sync-rules 18). */
void look_tell_difference(struct look *look, enum field field, const struct cell *sent,
			  const struct cell *shown);
/* A column that flows. */
bool look_has_column(const struct group *group, const struct look *look, enum field field);
struct cell_equivalence look_equivalence(const struct group *group, const struct look *look,
					 enum field field);
/* What both last agreed on, as the document showed it; for a place that the row did not get, since its document was outside of the scope, what
 * the row shows: it has yet to get it. */
const struct cell *look_agreed_couch(const struct look *look, enum field field);
/* Whether the document shows another value than when both last agreed: exactly, since a document's number only changes when
 * somebody changes it. */
bool look_couch_moved(const struct group *group, const struct look *look, enum field field);
