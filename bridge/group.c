/* The life of a group, and what its steps share. */
#include "bridge/work.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESTLESS_MOST 8 /* doublings of the pause of a pair that a pass would not stop looking at */

struct group *group_open(struct sync *sync, struct pair *const *pairs, size_t count)
{
	struct group *group = own_alloc(sizeof *group);

	group->sync = sync;
	group->count = count;
	group->pairings_before = sync->pairs.pairings;
	group->looks = own_alloc((count + 1) * sizeof *group->looks);
	for (size_t i = 0; i < count; i++) {
		group->looks[i].pair = pairs[i];
		group->looks[i].reasons = pairs[i]->looks;
		pairs[i]->looks = 0;
		pairs[i]->under_way = true;
	}
	sync->counts.looks += (int64_t)count;
	return group;
}

static void look_done(struct look *look)
{
	ledger_entry_done(&look->entry);
	side_record_done(&look->document);
	side_record_done(&look->row);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&look->couch[field]);
		cell_done(&look->airtable[field]);
		cell_done(&look->outgoing[field]);
	}
	for (size_t link = 0; link < countof(look->both_links); link++)
		cell_done(&look->both_links[link]);
	cell_done(&look->default_collection);
	text_done(&look->problem);
	datum_close(&look->given);
	datum_close(&look->wake);
	json_release(look->causes);
	json_release(look->grounds);
	json_release(look->new_document);
	json_release(look->awaits);
	json_release(look->histories);
	json_release(look->unrecorded);
	json_release(look->reused);
	json_release(look->row_body);
}

static void note_pass(const struct sync *sync, struct pair *pair)
{
	if (pair->pass == sync->pass)
		return;
	if (pair->looked <= SYNC_LOOKS_MOST)
		pair->restless = 0;
	pair->pass = sync->pass;
	pair->turns = pair->looked = 0;
}

bool sync_has_turns_left(struct sync *sync, struct pair *pair)
{
	note_pass(sync, pair);
	return ++pair->turns < SYNC_TURNS;
}

bool sync_may_look(struct sync *sync, struct pair *pair)
{
	note_pass(sync, pair);
	if (++pair->looked <= SYNC_LOOKS_MOST)
		return true;
	bool first = pair->looked == SYNC_LOOKS_MOST + 1;
	if (first && pair->restless < RESTLESS_MOST)
		pair->restless++;
	int64_t wait_ms = (int64_t)SYNC_RETRY_FIRST_MS << (pair->restless - 1);
	pairs_set_due(&sync->pairs, pair, DUE_AGAIN,
		      clock_steady_ms() + (wait_ms < SYNC_RETRY_CAP_MS ? wait_ms : SYNC_RETRY_CAP_MS));
	if (first)
		log_warn(&sync->log,
			 "%s was looked at %d times in a row, and still is not done: it is looked at again "
			 "later, at most hourly. Others go on",
			 pair->full_id, SYNC_LOOKS_MOST);
	return false;
}

static void queue_again(struct sync *sync, struct look *look, bool remembered)
{
	struct pair *pair = look->pair;
	bool finished = look->finished && remembered;

	/* What was found out is neither done nor remembered, and the checkpoint goes on all the same: what is known of both is older. */
	if (look->keep_ledger && pair->unstored)
		pair->in_step = false;

	pairs_set_unsettled(&sync->pairs, pair, !finished || (look->keep_ledger && !pair->unstored));
	if (!finished)
		pairs_look(&sync->pairs, pair, look->reasons ? (enum look_reason)look->reasons : LOOK_AGAIN);
	else if (look->again && sync_has_turns_left(sync, pair)) {
		pairs_look(&sync->pairs, pair, LOOK_AGAIN);
		if (look->partner)
			pairs_look(&sync->pairs, look->partner, LOOK_AGAIN);
	} else if (look->again || look->again_in_ms)
		pairs_set_due(&sync->pairs, pair, DUE_AGAIN,
			      clock_steady_ms() +
				      (look->again_in_ms ? look->again_in_ms : SYNC_RETRY_FIRST_MS));
}

void look_wait(struct look *look, int64_t wait_ms)
{
	int64_t in_ms = wait_ms > 1 ? wait_ms : 1;

	if (!look->again_in_ms || in_ms < look->again_in_ms)
		look->again_in_ms = in_ms;
}

void group_close(struct group **group)
{
	if (!*group)
		return;
	struct group *gone = take(*group);
	struct error ignored;
	if (gone->ticket &&
	    !gone->sync->rows.ops->write_finish(gone->sync->rows.self, &gone->ticket, &ignored))
		log_debug(&gone->sync->log, "a group was given up: %s", ignored.text);
	for (size_t i = 0; i < gone->count; i++) {
		struct look *look = &gone->looks[i];
		look->pair->under_way = false;
		queue_again(gone->sync, look, gone->remembered);
		look_done(look);
	}
	side_writes_done(gone->writes, gone->write_count);
	free(gone->writes);
	free(gone->looks);
	free(gone);
}

/* What a server says may have its own full stop. */
static void end_with_one_stop(char *words)
{
	size_t length = strlen(words);
	bool two = length > 2 && strcmp(words + length - 2, "..") == 0;

	if (two && words[length - 3] != '.')
		words[length - 1] = '\0';
}

void look_problem(struct look *look, const char *format, ...)
{
	va_list arguments;
	char words[ERROR_TEXT_SIZE * 2];

	va_start(arguments, format);
	vsnprintf(words, sizeof words, format, arguments);
	va_end(arguments);
	end_with_one_stop(words);
	if (look->problem.length)
		text_add(&look->problem, " ");
	text_add(&look->problem, words);
}

void look_tell_difference(struct look *look, enum field field, const struct cell *sent,
			  const struct cell *shown)
{
	char sent_words[64], shown_words[64];

	cell_show(sent, sent_words, sizeof sent_words);
	cell_show(shown, shown_words, sizeof shown_words);
	look_problem(look, "%s: Airtable shows %s for %s.", field_rule(field)->name, shown_words, sent_words);
}

struct cell *look_both_links(struct look *look, enum field field)
{
	if (field != FIELD_COLLECTION && field != FIELD_CONTAINER)
		return NULL;
	return &look->both_links[field == FIELD_CONTAINER];
}

const struct cell *look_shown(struct look *look, enum field field)
{
	const struct cell *both = look_both_links(look, field);

	return both && both->kind != CELL_EMPTY ? both : &look->airtable[field];
}

bool look_has_column(const struct group *group, const struct look *look, enum field field)
{
	const struct column *column = &group->sync->columns[look->pair->table].of[field];

	return column->id && !column->stopped;
}

struct cell_equivalence look_equivalence(const struct group *group, const struct look *look, enum field field)
{
	return columns_equivalence(&group->sync->columns[look->pair->table], field);
}

const struct cell *look_agreed_couch(const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];
	const struct cell_equivalence exact = {0};
	bool place = field == FIELD_COLLECTION || field == FIELD_CONTAINER;

	if (place && !agreed->shown_differently && !agreed->held &&
	    !cell_equal(&agreed->couch, &agreed->airtable, &exact))
		return &agreed->airtable;
	return &agreed->couch;
}

bool look_couch_moved(const struct group *group, const struct look *look, enum field field)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	equivalence.tolerance = 0;
	return !cell_equal(look_agreed_couch(look, field), &look->couch[field], &equivalence);
}

/* Whether seen_ms is of the document as it is now. 'handled' tells that, but it is 0 while something is open, such as the deletion of a row
 * that may not be deleted: a tombstone is then known by its revision. */
static bool is_seen_before(const struct look *look)
{
	const struct ledger_entry *entry = &look->entry;
	bool same_tombstone = look->document.presence == SIDE_TOMBSTONE && look->document.revision &&
			      strcmp(entry->document, look->document.revision) == 0;

	return entry->seen_ms && (entry->handled == look->pair->leaves || same_tombstone);
}

int64_t look_first_seen_ms(const struct group *group, const struct look *look)
{
	int64_t now_ms = group->sync->rows.ops->now_ms(group->sync->rows.self);
	int64_t ago_ms = look->pair->seen_at_ms ? clock_steady_ms() - look->pair->seen_at_ms : 0;

	return is_seen_before(look) ? look->entry.seen_ms : now_ms - ago_ms;
}
