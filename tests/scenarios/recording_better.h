/* Whether our end is as recorded, rightly better, or wrong. */
#pragma once
#include "tests/scenarios/recording_compare.h"
#include "tests/scenarios/recording_edits.h"

enum verdict { VERDICT_AS_RECORDED, VERDICT_BETTER, VERDICT_FAILED };

/* An end is better only if each of its differences is explained by an entry that concerns that document, and what the entry
 * promises instead holds. 'why_out': which entries and why, or the first difference that nothing explains, or
 * the promise that does not hold. */
enum verdict recording_judge(const struct recording *recording, const struct ends *ends,
			     struct text *why_out);

/* ---- the parts of it ---- */

struct judging {
	const struct recording *recording;
	const struct ends *ends;
	struct person_edits edits;
};

/* What may differ where an entry concerns the document. */
enum allowance {
	ALLOW_EDITED = 1,   /* fields that a person edited, what follows from them, updated_at, the history */
	ALLOW_PRESENCE = 2, /* its row is there, and the mark of the pairing; or it lives itself */
	ALLOW_FALSE = 4,    /* a flag that is false, where the recording has none */
	ALLOW_MESSAGE = 8,  /* no error message */
	ALLOW_REFERENCE = 16, /* no reference and tag, where the recording has stale ones */
	ALLOW_NOTE = 32,      /* the note that a deletion leaves (integration_deleted_data) is gone */
	ALLOW_TOLD = 64,      /* an error message, where the recording has none */
	ALLOW_BOX = 128,      /* a Delete box that is clear again */
	ALLOW_ALL = 256,
	ALLOW_ABSENCE = 512, /* no row, and no mark of one */
	ALLOW_REFUSED =
		1024, /* a cell that shows what a person typed there, and a message that says why it stays */
};

/* Properties: what makes an entry concern a document ("item-<id>", or the record id of a row without one). */
typedef bool property(const struct judging *judging, const char *subject);
property has_false_flag, edited_before_full_sync, edited_on_both_sides, edited_meanwhile,
	saved_by_a_fast_clock, edited_in_the_second_of_a_sync, deleted_and_saved_again, base_has_no_ids,
	placed_outside_the_scope, reference_is_cleared, stands_in_a_circle, another_is_bad,
	message_stays_after_its_cause, deleted_by_its_box, batch_is_restored,
	collection_beside_container_scope, row_stays_blank, modified_at_is_missing, server_fails,
	row_edited_after_deletion, is_bad_itself, box_meets_edit, row_is_removed, deleted_on_both_sides,
	deleted_beside_such, is_outside_the_scope, leaves_what_is_outside, row_of_its_place_is_removed,
	is_about_a_copy, refused_while_app_edits;

bool was_false(const struct judging *judging, const char *subject, const char *key);

/* Promises: what our end holds instead. False with what is not so. */
typedef bool promise(const struct judging *judging, const char *subject, struct text *why);
promise flags_stay, edits_survive, is_in_step, nothing_is_written, is_gone, row_is_blank,
	is_as_before_the_batch, is_left_alone, copy_is_told, refusal_is_told;

/* Lookups in our end. */
/* ---- for properties and promises ---- */

/* Adds "<subject>: <words>"; false, so that a promise can end with it. */
bool broken(struct text *why, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool edit_is_about(const struct person_edit *edit, const char *subject);
/* Whether an edit of the subject fits. */
bool edits_any(const struct judging *judging, const char *subject,
	       bool (*fits)(const struct judging *judging, const struct person_edit *edit));
/* No later one gave the same field a value, on either side. */
bool edit_is_latest(const struct judging *judging, const struct person_edit *edit);
bool edit_survives(const struct judging *judging, const struct person_edit *edit, struct text *why);
bool row_has_message(struct json_object *row);
struct json_object *integration_config_of(const struct judging *judging);
/* Whether the list of collections of its integration has this one. */
bool scope_lists(const struct judging *judging, const char *id);

struct json_object *our_document(const struct judging *judging, const char *subject);
struct json_object *our_row(const struct judging *judging, const char *subject, enum table *table_out);
