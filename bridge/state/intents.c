#include "bridge/state/intents.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void intent_begin(struct intent *intent, enum intent_kind kind, int64_t at_ms, const char *document)
{
	assert(kind != INTENT_NONE);
	intent_end(intent);
	intent->kind = kind;
	intent->at_ms = at_ms;
	snprintf(intent->document, sizeof intent->document, "%s", document ? document : "");
}

void intent_write(struct intent *intent, enum field field, const struct cell *before,
		  const struct cell *after)
{
	struct intent_field *one = &intent->fields[field];

	intent_leave_out(intent, field);
	one->written = true;
	if (before)
		one->before = cell_copy(before);
	one->after = cell_copy(after);
}

void intent_leave_out(struct intent *intent, enum field field)
{
	struct intent_field *one = &intent->fields[field];

	cell_done(&one->before);
	cell_done(&one->after);
	one->written = false;
}

void intent_end(struct intent *intent)
{
	if (!intent_is_open(intent))
		return;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		intent_leave_out(intent, (enum field)field);
	json_object_close(&intent->history);
	json_object_close(&intent->cascade);
	*intent = (struct intent){0};
}

bool intent_is_open(const struct intent *intent)
{
	return intent->kind != INTENT_NONE;
}

bool intents_are_open(const struct intents *intents)
{
	return intent_is_open(&intents->row) || intent_is_open(&intents->document);
}

/* ---- what was replaced ---- */

static void drop_first_replaced(struct intents *intents)
{
	cell_done(&intents->replaced[0].cell);
	intents->replaced_count--;
	memmove(intents->replaced, intents->replaced + 1,
		intents->replaced_count * sizeof *intents->replaced);
}

void intents_replace(struct intents *intents, enum field field, const struct cell *cell, int64_t at_ms)
{
	if (intents->replaced_count == INTENTS_REPLACED_MOST)
		drop_first_replaced(intents);
	intents->replaced =
		own_resize(intents->replaced, intents->replaced_count + 1, sizeof *intents->replaced);
	intents->replaced[intents->replaced_count++] =
		(struct replaced){.field = field, .at_ms = at_ms, .cell = cell_copy(cell)};
}

void intents_drop_replaced(struct intents *intents, int64_t until_ms)
{
	while (intents->replaced_count && intents->replaced[0].at_ms <= until_ms)
		drop_first_replaced(intents);
	if (intents->replaced_count)
		return;
	free(intents->replaced);
	intents->replaced = NULL;
}

/* ---- the invariants ---- */

/* Most entries have nothing under way, and each is looked at several times: so this is one pass without a branch. */
static bool has_fields(const struct intent *intent)
{
	unsigned any = 0;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct intent_field *one = &intent->fields[field];
		any |= (unsigned)one->written | (unsigned)one->before.kind | (unsigned)one->after.kind;
	}
	return any != 0;
}

static bool holds_nothing(const struct intent *intent)
{
	return intent->at_ms == 0 && !intent->epoch[0] && !intent->document[0] && !intent->history &&
	       !intent->cascade && !has_fields(intent);
}

static bool has_before(const struct intent *intent)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (intent->fields[field].before.kind != CELL_EMPTY)
			return true;
	return false;
}

static bool writes_any(const struct intent *intent)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (intent->fields[field].written)
			return true;
	return false;
}

static const char *intent_flaw(const struct intent *intent)
{
	if (!intent_is_open(intent))
		return holds_nothing(intent) ? NULL : "nothing is under way, and something is noted of it";
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct intent_field *one = &intent->fields[field];
		if (!one->written && (one->before.kind != CELL_EMPTY || one->after.kind != CELL_EMPTY))
			return "a field is not written, and has a value";
	}
	return NULL;
}

static const char *row_flaw(const struct intent *row)
{
	if (!intent_is_open(row))
		return NULL;
	if (row->at_ms <= 0)
		return "a write of the row has no time";
	if (row->history || row->cascade)
		return "a write of the row has a history or a cascade";
	if (row->kind == INTENT_CREATE && has_before(row))
		return "a new row showed something before";
	if (row->kind == INTENT_DELETE && writes_any(row))
		return "the deletion of the row writes a field";
	return NULL;
}

static const char *document_flaw(const struct intent *document)
{
	if (document->epoch[0])
		return "a save of the document names a process";
	return has_before(document) ? "a save of the document names what was there before" : NULL;
}

const char *intents_flaw(const struct intents *intents)
{
	const char *flaw = intent_flaw(&intents->row);

	if (!flaw)
		flaw = intent_flaw(&intents->document);
	if (!flaw)
		flaw = row_flaw(&intents->row);
	if (!flaw)
		flaw = document_flaw(&intents->document);
	if (!flaw && intents->replaced_count > INTENTS_REPLACED_MOST)
		flaw = "too many values are remembered as replaced";
	return flaw;
}

void intents_done(struct intents *intents)
{
	intent_end(&intents->row);
	intent_end(&intents->document);
	intents_drop_replaced(intents, INT64_MAX);
}
