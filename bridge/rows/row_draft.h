/* Row writes: which cells are to be written, the note of them, and what their answer means for the agreement (sync-rules 6, 7, 18). */
#pragma once
#include "bridge/job/batch.h"

/* The row's body, of a look that has only words for it. */
void look_fill_words(struct group *group, struct look *look);
/* Fills row_body, writes and outgoing; false when there is nothing to write. */
must_use bool look_fill_update(struct group *group, struct look *look);
must_use bool look_fill_create(struct group *group, struct look *look);
/* Says so when the document's link names what is not in the database. */
void look_tell_dead_link(struct group *group, struct look *look, enum field field);
/* Adds what stood in unmapped columns when the row was deleted (sync-rules 11), by the base's schema; takes it out again. */
void look_refill(struct group *group, struct look *look, struct json_object *tables);
void look_drop_refill(struct group *group, struct look *look);
/* The problem's words into the row's body, where the cell does not show them; takes back one cell. */
void look_fill_problem(struct group *group, struct look *look);
void look_unfill(struct group *group, struct look *look, enum field field);
/* The note of what is about to be sent. */
void look_note_sent(struct group *group, struct look *look);
/* What the answer to a row write says. */
void look_take_answer(struct group *group, struct look *look);
/* The box of a row that came back was seen unticked: a tick that it shows from now on is meant. */
void look_forget_obeyed_tick(const struct group *group, struct look *look);
