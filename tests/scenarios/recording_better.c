#include "tests/scenarios/recording_better.h"

#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

/* By which an end may be better: what the app's own sync is known to get wrong (9.1 to 9.26), what it does otherwise when it
 * saves or syncs (4, 7), and our rules (docs/sync-rules.md). Those that are about more than one document stand last, so that
 * what is near explains first. */
static const struct better {
	const char *entry, *words;
	property *concerns;
	unsigned allows; /* enum allowance */
	promise *holds;
} betters[] = {
	{"9.9", "a base without an ID column is left alone, and so is the database", base_has_no_ids,
	 ALLOW_ALL, nothing_is_written},
	{"9.7", "flags that are false stay so", has_false_flag, ALLOW_FALSE, flags_stay},
	{"9.4", "an edit is not lost against a clock that is ahead", saved_by_a_fast_clock, ALLOW_EDITED,
	 edits_survive},
	{"9.5", "an edit in the second of a sync is seen", edited_in_the_second_of_a_sync, ALLOW_EDITED,
	 edits_survive},
	{"9.3", "an edit made during a sync survives", edited_meanwhile, ALLOW_EDITED, edits_survive},
	{"9.1", "an edit in Airtable survives a full sync", edited_before_full_sync, ALLOW_EDITED,
	 edits_survive},
	{"9.2", "edits of both sides are merged field by field", edited_on_both_sides, ALLOW_EDITED,
	 edits_survive},
	{"9.6", "what was deleted and brought back has its row", deleted_and_saved_again,
	 ALLOW_PRESENCE | ALLOW_EDITED | ALLOW_NOTE, is_in_step},
	{"9.10, rule 14", "what is put into a collection made in Airtable is in scope and keeps its row",
	 placed_outside_the_scope, ALLOW_PRESENCE, is_in_step},
	{"9.12", "a cleared reference is cleared in Airtable, too", reference_is_cleared, ALLOW_REFERENCE,
	 is_in_step},
	{"9.17, rule 25", "nothing is left of a deletion on both sides", deleted_on_both_sides, ALLOW_NOTE,
	 is_gone},
	{"9.17", "a row that is gone already stops no other", deleted_beside_such, ALLOW_NOTE | ALLOW_ABSENCE,
	 is_gone},
	{"9.15, rule 2", "a row that was deleted by hand is put back", row_is_removed,
	 ALLOW_PRESENCE | ALLOW_EDITED, is_in_step},
	{"rule 13", "a copy of a row is told so, and is no item before its ID is cleared", is_about_a_copy,
	 ALLOW_ALL, copy_is_told},
	{"9.10, rule 14", "what is outside of the scope gets no row, and nothing of it is left",
	 is_outside_the_scope, ALLOW_ABSENCE, is_left_alone},
	{"9.7, rule 20",
	 "a link to what is outside of the scope comes and goes without an edit of the document",
	 leaves_what_is_outside, ALLOW_EDITED, is_in_step},
	{"rule 1", "what Airtable empties as a row goes is no edit, so nothing of it is refused",
	 row_of_its_place_is_removed, ALLOW_MESSAGE, is_in_step},
	{"9.2, rule 21", "what is refused stays where it was typed, with the reason, whatever else is edited",
	 refused_while_app_edits, ALLOW_REFUSED | ALLOW_EDITED, refusal_is_told},
	{"9.20", "a message goes away with its cause", message_stays_after_its_cause, ALLOW_MESSAGE,
	 is_in_step},
	{"9.23, rule 25", "nothing is left of a deletion once the row is gone", deleted_by_its_box,
	 ALLOW_NOTE, is_gone},
	{"4", "a batch is reverted to what was before it, what it added included", batch_is_restored,
	 ALLOW_EDITED, is_as_before_the_batch},
	{"7.6", "a collection's row flows both ways in a scope of containers, too",
	 collection_beside_container_scope, ALLOW_EDITED, edits_survive},
	{"rule 10", "an edit of a row after its document's deletion is not lost", row_edited_after_deletion,
	 ALLOW_PRESENCE | ALLOW_EDITED | ALLOW_NOTE, is_in_step},
	{"rule 21", "a blank row is left alone until it holds something", row_stays_blank, ALLOW_MESSAGE,
	 row_is_blank},
	{"9.13", "containers in a circle get their rows", stands_in_a_circle, ALLOW_PRESENCE, is_in_step},
	{"rule 10", "an edit that who ticked the box could not have seen beats the delete", box_meets_edit,
	 ALLOW_PRESENCE | ALLOW_EDITED | ALLOW_TOLD | ALLOW_BOX | ALLOW_NOTE, edits_survive},
	{"9.16", "what is bad in a document is named in its row", is_bad_itself,
	 ALLOW_TOLD | ALLOW_PRESENCE | ALLOW_EDITED, is_in_step},
	{"9.16", "one bad document stops only itself", another_is_bad, ALLOW_PRESENCE | ALLOW_EDITED,
	 is_in_step},
	{"rule 22", "the Modified At column is not needed", modified_at_is_missing,
	 ALLOW_PRESENCE | ALLOW_EDITED, is_in_step},
	{"rule 6", "a server that fails for a while is only a pause", server_fails,
	 ALLOW_PRESENCE | ALLOW_EDITED, is_in_step},
};

/* ---- differences ---- */

/* Which document it is about. The caller frees. */
static char *subject_of(const struct difference *difference, const struct judging *judging)
{
	static const char note[] = "integration_deleted_data-";
	struct json_object *rows = json_child(judging->recording->json, "final_records", json_type_object);
	enum table table = TABLE_ITEMS;

	if (difference->place == PLACE_DOCUMENT && strncmp(difference->id, note, sizeof note - 1) == 0) {
		scoped_text end = own_format("-%s", judging->recording->integration_id);
		const char *id = difference->id + sizeof note - 1;
		size_t length = strlen(id), tail = strlen(end);
		if (length > tail && strcmp(id + length - tail, end) == 0)
			return own_copy_bytes(id, length - tail);
	}
	if (difference->place != PLACE_ROW || !table_of_name(difference->table, &table))
		return own_copy(difference->id);
	struct json_object *lists[] = {json_child(judging->ends->rows, difference->table, json_type_array),
				       json_child(rows, difference->table, json_type_array)};
	for (size_t i = 0; i < countof(lists); i++)
		for (size_t j = 0; lists[i] && j < json_length(lists[i]); j++) {
			struct json_object *row = json_at(lists[i], j);
			if (strcmp(json_text_or(row, "id", ""), difference->id) == 0)
				return subject_of_row(table, difference->id,
						      json_child(row, "fields", json_type_object));
		}
	return own_copy(difference->id);
}

static enum field field_of(const struct difference *difference, enum table table)
{
	if (!difference->key || difference->top)
		return FIELD_COUNT;
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		if (field_in_table((enum field)field, table) &&
		    (difference->place == PLACE_ROW
			     ? strcmp(rule->name, difference->key) == 0
			     : rule->data_key[table] && strcmp(rule->data_key[table], difference->key) == 0))
			return (enum field)field;
	}
	return FIELD_COUNT;
}

/* What the app derives when it saves, besides the fields that a person edits. */
static bool is_derived(const char *key)
{
	static const char *const derived[] = {
		"individual_asset_reference", "epc_tag_uri",        "rfid_tag_epc_memory_bank_contents",
		"_show_in_collection",        "_can_contain_items", "_expire_soon_at",
		"Individual Asset Ref.",      "RFID EPC Hex",       "Can Contain Items"};

	for (size_t i = 0; i < countof(derived); i++)
		if (strcmp(derived[i], key) == 0)
			return true;
	return false;
}

static bool was_edited(const struct judging *judging, const char *subject, enum field field)
{
	for (size_t i = 0; i < judging->edits.count; i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		bool restored = edit->kind == EDIT_RESTORE;
		if (strcmp(edit->subject, subject) == 0 && (restored || edit->field == field))
			return true;
	}
	return false;
}

static bool is_edited(const struct judging *judging, const struct difference *difference, const char *subject)
{
	enum table table = strncmp(subject, "collection-", 11) == 0 ? TABLE_COLLECTIONS : TABLE_ITEMS;
	enum field field = field_of(difference, table);

	if (difference->place == PLACE_HISTORY)
		return true;
	if (!difference->key)
		return false;
	return (difference->top && strcmp(difference->key, "updated_at") == 0) ||
	       is_derived(difference->key) || (field != FIELD_COUNT && was_edited(judging, subject, field));
}

static bool is_presence(const struct difference *difference)
{
	if (difference->key)
		return difference->place == PLACE_DOCUMENT && strcmp(difference->key, "integrations") == 0;
	return difference->place != PLACE_HISTORY && !difference->theirs;
}

static bool is_stale_reference(const struct difference *difference)
{
	return difference->key && is_derived(difference->key) && value_is_empty(difference->ours);
}

static bool is_absence(const struct difference *difference)
{
	if (difference->key)
		return difference->place == PLACE_DOCUMENT && strcmp(difference->key, "integrations") == 0 &&
		       value_is_empty(difference->ours);
	return difference->place != PLACE_HISTORY && !difference->ours;
}

/* The row goes on showing what a person typed there last. */
static bool is_refused_cell(const struct judging *judging, const struct difference *difference,
			    const char *subject)
{
	enum table table = strncmp(subject, "collection-", 11) == 0 ? TABLE_COLLECTIONS : TABLE_ITEMS;
	enum field field = field_of(difference, table);
	const struct person_edit *last = NULL;

	for (size_t i = 0; difference->place == PLACE_ROW && field != FIELD_COUNT && i < judging->edits.count;
	     i++) {
		const struct person_edit *edit = &judging->edits.list[i];
		if (edit_is_about(edit, subject) && edit->in_base && edit->kind == EDIT_VALUE &&
		    edit->field == field)
			last = edit;
	}
	return last && (value_equal(last->value, difference->ours) ||
			(value_is_empty(last->value) && value_is_empty(difference->ours)));
}

static bool is_kept_false(const struct judging *judging, const struct difference *difference,
			  const char *subject)
{
	return difference->place == PLACE_DOCUMENT && difference->key && !difference->theirs &&
	       json_is(difference->ours, json_type_boolean) && !json_bool_of(difference->ours) &&
	       was_false(judging, subject, difference->key);
}

static bool allows(const struct better *better, const struct judging *judging,
		   const struct difference *difference, const char *subject)
{
	static const char message[] = "Synchronization Error Message";
	bool note = strncmp(difference->id, "integration_deleted_data-", 25) == 0;
	unsigned allowed = better->allows;

	return (allowed & ALLOW_ALL) ||
	       ((allowed & ALLOW_EDITED) && is_edited(judging, difference, subject)) ||
	       ((allowed & ALLOW_PRESENCE) && !note && is_presence(difference)) ||
	       ((allowed & ALLOW_FALSE) && is_kept_false(judging, difference, subject)) ||
	       ((allowed & ALLOW_MESSAGE) && difference->key && strcmp(difference->key, message) == 0 &&
		value_is_empty(difference->ours)) ||
	       ((allowed & ALLOW_TOLD) && difference->key && strcmp(difference->key, message) == 0 &&
		value_is_empty(difference->theirs)) ||
	       ((allowed & ALLOW_BOX) && difference->key && strcmp(difference->key, "Delete") == 0 &&
		value_is_empty(difference->ours)) ||
	       ((allowed & ALLOW_ABSENCE) && !note && is_absence(difference)) ||
	       ((allowed & ALLOW_REFUSED) && is_refused_cell(judging, difference, subject)) ||
	       ((allowed & ALLOW_REFERENCE) && is_stale_reference(difference)) ||
	       ((allowed & ALLOW_NOTE) && note && !difference->ours);
}

/* ---- the verdict ---- */

static bool explain(const struct judging *judging, const struct difference *difference, bool *used,
		    struct text *why)
{
	scoped_text subject = subject_of(difference, judging);

	for (size_t i = 0; i < countof(betters); i++) {
		if (!betters[i].concerns(judging, subject) ||
		    !allows(&betters[i], judging, difference, subject))
			continue;
		struct text broken = {0};
		bool holds = betters[i].holds(judging, subject, &broken);
		if (!holds)
			text_format(why, "not as %s promises (%s): %s", betters[i].entry, betters[i].words,
				    text_or_empty(&broken));
		text_done(&broken);
		used[i] = true;
		return holds;
	}
	scoped_text words = difference_words(difference);
	text_add(why, words);
	return false;
}

static enum verdict judge(const struct judging *judging, struct text *why_out)
{
	struct differences differences = recording_compare(judging->recording, judging->ends);
	enum verdict verdict = differences.count ? VERDICT_BETTER : VERDICT_AS_RECORDED;
	bool used[countof(betters)] = {false};

	for (size_t i = 0; verdict == VERDICT_BETTER && i < differences.count; i++)
		if (!explain(judging, &differences.list[i], used, why_out))
			verdict = VERDICT_FAILED;
	for (size_t i = 0; verdict == VERDICT_BETTER && i < countof(betters); i++)
		if (used[i])
			text_format(why_out, "%s%s: %s", why_out->length ? "; " : "", betters[i].entry,
				    betters[i].words);
	differences_done(&differences);
	return verdict;
}

enum verdict recording_judge(const struct recording *recording, const struct ends *ends, struct text *why_out)
{
	struct judging judging = {recording, ends, recording_edits(recording)};
	enum verdict verdict = judge(&judging, why_out);

	person_edits_done(&judging.edits);
	return verdict;
}
