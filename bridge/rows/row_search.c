#include "bridge/rows/row_search.h"

#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/refusals.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/rows/blame.h"
#include "bridge/rows/row_draft.h"

#include <stdlib.h>

#define ROUNDS      60 /* of one group: more than any search needs */
#define FOUND_ALONE 3  /* cells refused one by one, and none taken: it is the row */

struct search {
	bool open;          /* something is still to be tried */
	bool answered;      /* what came back was not looked at yet */
	field_set pending;  /* neither taken nor refused; never the ID of a new row */
	field_set suspects; /* one of these is refused; none: nothing is known */
	field_set tried;    /* what was sent */
	unsigned found;     /* offenders that no word named */
	struct error why;   /* the last refusal */
	field_set nameless; /* those that no word named */
	bool any_taken, any_named, guessed;
	char *told;               /* owned; what the problem said before */
	struct json_object *body; /* owned; what was sent */
};

struct refusals {
	struct group *group;
	struct search *searches; /* owned; one a look */
	struct look *scout[TABLE_COUNT];
};

/* ---- searching ---- */

static size_t count_of(field_set fields)
{
	return (size_t)__builtin_popcountll(fields);
}

static enum field only_one(field_set fields)
{
	return (enum field)__builtin_ctzll(fields);
}

/* The first of them, or the last: each search comes from the other end than the one before. What the row says is tried last,
 * since until then it is not known what it is to say; the document's Updated At behind all that it stands for. */
static field_set half_of(field_set suspects, bool from_end)
{
	const field_set last = FIELD_BIT(FIELD_ERROR) | FIELD_BIT(FIELD_UPDATED_AT);
	field_set fields = suspects & ~(suspects & ~last ? last : FIELD_BIT(FIELD_ERROR)), half = 0;
	size_t wanted = (count_of(fields) + (fields != suspects)) / 2;

	for (size_t i = 0; wanted > 0 && i < FIELD_COUNT; i++) {
		size_t field = from_end ? FIELD_COUNT - 1 - i : i;
		if (!(fields & FIELD_BIT(field)))
			continue;
		half |= FIELD_BIT(field);
		wanted--;
	}
	return half;
}

static field_set written_fields(const struct look *look)
{
	field_set fields = 0;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->writes[field] && !(look->row_work == ROW_WORK_CREATE && field == FIELD_ID))
			fields |= FIELD_BIT(field);
	return fields;
}

/* The problem's words are pending again when they have changed. */
static void retell(struct group *group, struct look *look, struct search *search)
{
	if (look->dropped[FIELD_ERROR])
		return;
	look->writes[FIELD_ERROR] = false;
	look_fill_problem(group, look);
	search->pending &= ~FIELD_BIT(FIELD_ERROR);
	if (look->writes[FIELD_ERROR])
		search->pending |= FIELD_BIT(FIELD_ERROR);
}

static void drop(struct look *look, struct search *search, enum field field)
{
	look->dropped[field] = true;
	search->pending &= ~FIELD_BIT(field);
}

/* Another row of the table has just been given its words, or one was a short while ago. */
static bool others_say(const struct group *group, const struct look *look)
{
	const struct rights *rights = &group->sync->rights;
	enum table table = look->pair->table;

	for (size_t i = 0; i < group->count; i++) {
		const struct look *other = &group->looks[i];
		if (other != look && other->pair->table == table && other->row_write &&
		    other->row_write->result == ERROR_NONE && other->writes[FIELD_ERROR])
			return true;
	}
	return right_was_given(&rights->fields[table][FIELD_ERROR]);
}

/* Of a row with nothing but its words to write they are refused with the row, and no other row need be silent for that; of several
 * it is the column. */
static bool are_words_refused(struct group *group, const struct look *look, const struct search *search)
{
	struct rights *rights = &group->sync->rights;
	enum table table = look->pair->table;

	if (others_say(group, look) || rights->silent[table] == look->pair)
		return false;
	rights->silent[table] = look->pair;
	log_warn(&group->sync->log,
		 "%s: its row does not say what is wrong, since Airtable refuses its error cell (%s): it is "
		 "told "
		 "in this log alone",
		 look->pair->full_id, search->why.text);
	return ++rights->fields[table][FIELD_ERROR].rows >= FOUND_ALONE;
}

static bool is_of_column(struct group *group, const struct look *look, const struct search *search,
			 enum field field, bool named)
{
	return named || search->any_taken || (field == FIELD_ERROR && are_words_refused(group, look, search));
}

static void found(struct group *group, struct look *look, struct search *search, enum field field, bool named)
{
	bool forbidden = refusal_is_forbidden(&search->why);

	look->retry = true;
	if (forbidden)
		look_tell_column(group, look, field);
	else if (field != FIELD_ERROR)
		look_problem(look, "%s: %s.", field_rule(field)->name, search->why.text);
	if (forbidden && is_of_column(group, look, search, field, named))
		group_refuse_column(group, look, field, &search->why);
	else if (forbidden && field != FIELD_ERROR)
		search->nameless |= FIELD_BIT(field);
	if (!named) {
		group->sync->rights.suspect[look->pair->table] = field;
		group->sync->rights.suspects[look->pair->table] = true;
	}
	drop(look, search, field);
	/* A row with the document's Updated At has all that the document has (sync-rules 5): this one has not. */
	if (field_rule(field)->direction == DIRECTION_BOTH)
		drop(look, search, FIELD_UPDATED_AT);
	search->suspects = 0;
	search->guessed = false;
	search->found += !named;
	search->any_named = search->any_named || named;
	retell(group, look, search);
}

/* Nothing of the row is taken: what was said of its cells is not what it is about. Where it is not for want of a right the row is
 * written once more, to say so itself (sync-rules 21). */
static void give_up(struct group *group, struct look *look, struct search *search)
{
	search->open = false;
	text_clear(&look->problem);
	text_add(&look->problem, search->told ? search->told : "");
	if (refusal_is_forbidden(&search->why) || look->row_work != ROW_WORK_UPDATE || look->words_alone)
		return;
	look->words_alone = true;
	look_take_refusal(group, look);
	search->pending = search->suspects = 0;
	look->dropped[FIELD_ERROR] = false;
	retell(group, look, search);
	search->open = search->pending != 0;
}

static bool is_about_cells(const struct look *look)
{
	const struct side_write *write = look->row_write;

	return look->row_work != ROW_WORK_DELETE && !write->row_missing && !write->of_table;
}

static void begin(struct group *group, struct look *look, struct search *search)
{
	search->open = is_about_cells(look) && !look_may_not_be_written(group, look);
	search->pending = search->tried = written_fields(look);
	free(search->told);
	search->told = own_copy(text_or_empty(&look->problem));
}

/* So far nothing says that the refusals are about single cells. */
static bool is_of_row(const struct search *search)
{
	return !search->any_taken && !search->any_named;
}

static void take_refused(struct group *group, struct look *look, struct search *search)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];
	enum field named = blame_field(&look->row_write->error, columns, search->tried, look->row_body);

	search->why = look->row_write->error;
	look_doubt_columns(group, look);
	if (named == FIELD_COUNT && look->refills) {
		look_drop_refill(group, look);
		return;
	}
	if (!is_about_cells(look) || look->words_alone)
		search->open = false;
	else if (named != FIELD_COUNT)
		found(group, look, search, named, true);
	else if (count_of(search->tried) == 1)
		found(group, look, search, only_one(search->tried), false);
	else
		search->suspects = search->tried;
	bool nothing = search->tried == 0; /* a new row with nothing but its ID */
	bool hopeless = search->found >= FOUND_ALONE && is_of_row(search) && search->suspects &&
			search->suspects == search->pending;
	if (search->open && (nothing || hopeless))
		give_up(group, look, search);
}

/* What the row shows now is what the next part is decided on. */
static void read_answer(struct group *group, struct look *look)
{
	struct sync *sync = group->sync;
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false;

	side_record_done(&look->row);
	look->row = look->row_write->answer;
	look->row_write->answer = (struct side_record){0};
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&look->airtable[field]);
	mapping_from_row(look->pair->table, &sync->columns[look->pair->table], look->row.body, &links,
			 look->airtable, &unknown_choice);
}

/* Others of its columns were found before anything was taken. */
static void believe_nameless(struct group *group, struct look *look, struct search *search)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (search->nameless & FIELD_BIT(field))
			group_refuse_column(group, look, (enum field)field, &search->why);
	search->nameless = 0;
}

static void take_part(struct group *group, struct look *look, struct search *search)
{
	bool was_again = look->again;

	search->pending &= ~search->tried;
	search->suspects &= ~search->tried;
	search->any_taken = true;
	believe_nameless(group, look, search);
	if (count_of(search->suspects) == 1)
		found(group, look, search, only_one(search->suspects), false);
	if (search->pending == 0 || look->row_work == ROW_WORK_CREATE) {
		look->again = look->again || search->pending != 0;
		search->open = false; /* its answer is taken as any other */
		return;
	}
	look->again = false;
	look_note_taken(group, look);
	look_take_answer(group, look);
	read_answer(group, look);
	search->open = !look->again; /* somebody edits the row right now: it is planned anew */
	look->again = look->again || was_again;
	if (!search->open)
		look->row_write = NULL;
	else
		retell(group, look, search);
}

static void take_answer(struct group *group, struct look *look, struct search *search)
{
	switch (look->row_write->result) {
	case ERROR_REFUSED:
		if (!search->open)
			begin(group, look, search);
		if (search->open)
			take_refused(group, look, search);
		break;
	case ERROR_NONE:
		if (search->open)
			take_part(group, look, search);
		break;
	default:
		search->open = false; /* in doubt, or it never left */
	}
}

/* ---- what is tried next ---- */

static bool is_scout(struct refusals *refusals, struct look *look)
{
	struct look **scout = &refusals->scout[look->pair->table];
	const struct search *search = *scout ? &refusals->searches[*scout - refusals->group->looks] : NULL;

	if (!search || !search->open)
		*scout = look;
	return *scout == look;
}

/* False: it waits for what another row finds. */
static bool choose(struct refusals *refusals, struct look *look, struct search *search)
{
	const struct rights *rights = &refusals->group->sync->rights;
	enum table table = look->pair->table;
	field_set guess = rights->suspects[table] ? FIELD_BIT(rights->suspect[table]) & search->suspects : 0;
	field_set others = search->suspects & ~guess & ~FIELD_BIT(FIELD_ERROR) & ~FIELD_BIT(FIELD_UPDATED_AT);

	if (!search->suspects) {
		search->tried = search->pending;
	} else if (guess && others && !search->guessed) {
		search->guessed = true;
		search->tried = others;
	} else if (look->row_work == ROW_WORK_CREATE) {
		search->tried = 0;
	} else if (is_scout(refusals, look)) {
		search->tried = half_of(search->suspects, search->found % 2 == 1);
	} else {
		return false;
	}
	return true;
}

static void cut_body(struct group *group, struct look *look, struct search *search)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];

	json_release(search->body);
	search->body = json_new_object();
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *value = NULL;
		bool key = look->row_work == ROW_WORK_CREATE && field == FIELD_ID;
		look->writes[field] = key || (search->tried & FIELD_BIT(field));
		if (look->writes[field] && json_find(look->row_body, columns->of[field].id, &value))
			json_put(search->body, columns->of[field].id, json_share(value));
	}
	if (!look->refills || search->tried != search->pending)
		return;
	json_each (look->row_body, column, other)
		if (columns_field_by_id(columns, column) == FIELD_COUNT)
			json_put(search->body, column, json_share(other));
}

/* Nothing is left. Where more than one cell was refused for want of a right, and none taken, it is the row; else it says already
 * why, or cannot. */
static void end(struct group *group, struct look *look, struct search *search)
{
	search->open = false;
	if (is_of_row(search) && count_of(search->nameless) > 1) {
		give_up(group, look, search);
		return;
	}
	ledger_entry_clear_sent(&look->entry);
	look->row_write = NULL;
}

/* 'any_ended_out': a search came to its end, so that who waited for it may be the next. */
static size_t choose_all(struct refusals *refusals, struct look **looks, bool *any_ended_out)
{
	struct group *group = refusals->group;
	size_t count = 0;

	*any_ended_out = false;
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		struct search *search = &refusals->searches[i];
		if (!search->open)
			continue;
		if (search->pending == 0 && look->row_work != ROW_WORK_CREATE) {
			end(group, look, search);
			*any_ended_out = true;
		} else if (choose(refusals, look, search)) {
			cut_body(group, look, search);
			look_note_sent(group, look);
			looks[count++] = look;
		}
	}
	return count;
}

/* The rows that something is tried of, noted anew: what is sent now is less. */
static size_t next_round(struct refusals *refusals, struct look **looks)
{
	struct group *group = refusals->group;
	bool any_ended = true;
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		struct search *search = &refusals->searches[i];
		if (!look->row_write || !search->answered)
			continue;
		search->answered = false;
		take_answer(group, look, search);
	}
	while (count == 0 && any_ended)
		count = choose_all(refusals, looks, &any_ended);
	return count;
}

/* Sync-rules 6.2: what is tried of a row that is there is decided on its last answer. */
static int64_t leave_by_ms(const struct look *look)
{
	return look->row_write->id ? look->row.read_at_ms + SYNC_FRESH_MS : look->row_write->leave_by_ms;
}

static bool write_round(struct refusals *refusals, struct look **looks, size_t count, struct error *error)
{
	struct group *group = refusals->group;
	struct side *rows = &group->sync->rows;
	struct side_write *writes = own_alloc((count + 1) * sizeof *writes);
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		struct look *look = looks[i];
		struct search *search = &refusals->searches[look - group->looks];
		search->answered = true;
		if (look->finished || look->note_refused) {
			search->open = false;
			look->row_write = NULL;
			continue;
		}
		looks[left] = look;
		look->pair->unsent_ms = 0;
		writes[left++] = (struct side_write){
			.kind = look->row_write->kind,
			.table = look->row_write->table,
			.id = look->row_write->id ? look->row.id : NULL,
			.body = search->body,
			.leave_by_ms = leave_by_ms(look),
		};
	}
	struct side_ticket *ticket = rows->ops->write_start(rows->self, writes, left);
	bool ok = rows->ops->write_finish(rows->self, &ticket, error);
	for (size_t i = 0; i < left; i++) {
		side_record_done(&looks[i]->row_write->answer);
		*looks[i]->row_write = writes[i];
		looks[i]->row_write->body = NULL;
	}
	free(writes);
	return ok;
}

bool group_write_without_refused(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	struct refusals refusals = {.group = group,
				    .searches = own_alloc((group->count + 1) * sizeof(struct search))};
	bool ok = true;

	group_note_refused_tables(group);
	for (size_t i = 0; i < group->count; i++)
		refusals.searches[i].answered = true;
	for (int round = 0; ok && round < ROUNDS; round++) {
		size_t count = next_round(&refusals, looks);
		if (count == 0)
			break;
		ok = group_write_notes(group, looks, count, error) &&
		     write_round(&refusals, looks, count, error);
	}
	for (size_t i = 0; i < group->count; i++) {
		json_release(refusals.searches[i].body);
		free(refusals.searches[i].told);
	}
	free(refusals.searches);
	free(looks);
	return ok;
}
