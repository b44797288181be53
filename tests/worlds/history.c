#include "tests/worlds/history.h"

#include "base/clock.h"
#include "tests/worlds/transcript.h"

#include <stdio.h>
#include <string.h>

#define EVENTS_MOST    24
#define EFFECTS_REACH  60 /* of a pass: things happen at one of its first so many */
#define ITEMS_AT_FIRST 3
#define ECHO_SLACK     3 /* writes a person's act may cause beyond one each way, with what follows from it */

struct play {
	struct world *world;
	const struct history *history;
	bool done[HISTORY_LIMIT];
	size_t next;    /* events before it have begun; those among them with an effect wait for it */
	unsigned acts;  /* of people */
	unsigned flaws; /* faults, crashes, steps of clocks */
	unsigned new_documents;
	unsigned items;
};

/* ---- choosing ---- */

static struct world_document *choose_document(struct play *play, unsigned number)
{
	struct world *world = play->world;

	return world->document_count ? &world->documents[number % world->document_count] : NULL;
}

static struct world_row *choose_row(struct play *play, unsigned number, bool there)
{
	struct world *world = play->world;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[(number + i) % world->row_count];
		if (row->now.there == there)
			return row;
	}
	return NULL;
}

static const enum field item_fields[] = {FIELD_NAME,  FIELD_NOTES,         FIELD_SERIAL,
					 FIELD_PRICE, FIELD_PURCHASE_DATE, FIELD_MODEL_NAME};

static enum field choose_field(enum table table, unsigned number)
{
	return table == TABLE_COLLECTIONS ? FIELD_NAME : item_fields[number % countof(item_fields)];
}

static struct json_object *unique_cell(struct world *world, enum field field)
{
	char words[CLOCK_ISO_SIZE];
	int64_t number = ++world->last_unique;

	switch (field) {
	case FIELD_SERIAL:
		return json_object_new_int64(1000 + number);
	case FIELD_PRICE:
		return json_number((double)number + 0.25);
	case FIELD_PURCHASE_DATE:
		clock_iso(1700000000000 + number * 60000, words);
		break;
	default:
		snprintf(words, sizeof words, "v%lld", (long long)number);
	}
	return json_object_new_string(words);
}

static struct json_object *unique_value(struct world *world, enum field field)
{
	int64_t number = ++world->last_unique;
	char words[24];

	switch (field) {
	case FIELD_SERIAL:
		return json_object_new_int64(1000 + number);
	case FIELD_PRICE:
		return json_object_new_int64(1000 * number + 250);
	case FIELD_PURCHASE_DATE:
		return json_object_new_int64(1700000000000 + number * 60000);
	default:
		snprintf(words, sizeof words, "v%lld", (long long)number);
		return json_object_new_string(words);
	}
}

/* ---- phones ---- */

/* Phones' clocks differ, and what was edited a while ago may arrive now. */
static int64_t phone_time(const struct world *world, unsigned number)
{
	static const int64_t behind_ms[] = {0, 0, 0, 500, 3000, 40000, 600000, -20000};

	return world_base_now_ms(world) - behind_ms[number % countof(behind_ms)];
}

static struct json_object *new_body(struct world *world, enum table table, const char *collection_id)
{
	struct json_object *body = json_object_new_object(), *data = json_object_new_object();

	json_put(data, "name", unique_value(world, FIELD_NAME));
	if (table == TABLE_ITEMS)
		json_put_text(data, "collection_id", collection_id);
	else
		json_put_text(data, "collection_reference_number", "1");
	json_put_text(data, "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_put_text(body, "type", table == TABLE_ITEMS ? "item" : "collection");
	json_put(body, "data", data);
	json_put(body, "created_at", json_object_new_int64(world_base_now_ms(world)));
	json_put(body, "updated_at", json_object_new_int64(world_base_now_ms(world)));
	return body;
}

static void phone_makes(struct play *play, const struct event *event)
{
	char id[16];

	snprintf(id, sizeof id, "i%u", ++play->items);
	(void)event;
	play->acts++;
	play->new_documents++;
	world_phone_puts(play->world, TABLE_ITEMS, id, new_body(play->world, TABLE_ITEMS, "c0"));
}

static struct json_object *edited_body(struct play *play, const struct world_document *document,
				       const struct event *event)
{
	struct json_object *body = json_copy(world_body(document)), *data = document_data(body);
	enum field field = choose_field(document->table, event->b);
	const char *key = observer_key(field, document->table);

	/* Now and then a cell is emptied. */
	if (field != FIELD_NAME && event->c % 7 == 6)
		json_object_object_del(data, key);
	else
		json_put(data, key, unique_value(play->world, field));
	json_put(body, "updated_at", json_object_new_int64(phone_time(play->world, event->c)));
	return body;
}

static void phone_edits(struct play *play, const struct event *event)
{
	struct world_document *document = choose_document(play, event->a);

	if (!document || !world_body(document))
		return;
	play->acts++;
	world_phone_puts(play->world, document->table, document->id, edited_body(play, document, event));
}

/* A text that its column does not take: a problem of this cell alone. */
static void phone_is_refused(struct play *play, const struct event *event)
{
	struct world_document *document = choose_document(play, event->a);
	char words[40];

	if (!document || !world_body(document) || document->table != TABLE_ITEMS)
		return;
	struct json_object *body = edited_body(play, document, event);
	play->acts++;
	play->flaws++;
	snprintf(words, sizeof words, "refused %lld", (long long)++play->world->last_unique);
	json_put_text(document_data(body), event->b % 2 ? "notes" : "model_name", words);
	world_phone_puts(play->world, TABLE_ITEMS, document->id, body);
}

static void phone_conflicts(struct play *play, const struct event *event)
{
	struct world_document *document = choose_document(play, event->a);

	if (!document || !world_body(document))
		return;
	play->acts++;
	world_phone_conflicts(play->world, document, edited_body(play, document, event), event->c & 1);
}

/* A choice or a box: the values are few, so only that both sides end alike can be told. */
static void phone_chooses(struct play *play, const struct event *event)
{
	static const char *const words[] = {"container", "consumable", "item_with_parts"};
	struct world_document *document = choose_document(play, event->a);

	if (!document || !world_body(document) || document->table != TABLE_ITEMS)
		return;
	struct json_object *body = json_copy(world_body(document)), *data = document_data(body);
	play->acts++;
	if (event->b % 2)
		json_put_text(data, "item_type", words[event->c % countof(words)]);
	else
		json_put(data, "consumable_will_not_restock", json_object_new_boolean(event->c & 1));
	json_put(body, "updated_at", json_object_new_int64(phone_time(play->world, event->c)));
	world_phone_puts(play->world, document->table, document->id, body);
}

/* The app refuses what still holds contents; so does a person with sense. */
static bool holds_contents(const struct world *world, const char *record_id, const char *document_id)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there &&
		    (strcmp(world_linked(&world->rows[i], FIELD_CONTAINER), record_id) == 0 ||
		     strcmp(world_linked(&world->rows[i], FIELD_COLLECTION), record_id) == 0))
			return true;
	for (size_t i = 0; i < world->document_count; i++) {
		struct json_object *body = world_body(&world->documents[i]);
		struct json_object *data = body ? document_data(body) : NULL;
		if (data && (strcmp(json_text_or(data, "container_id", ""), document_id) == 0 ||
			     strcmp(json_text_or(data, "collection_id", ""), document_id) == 0))
			return true;
	}
	return false;
}

static bool document_is_held(struct world *world, const struct world_document *document)
{
	const struct world_row *row = world_row_of(world, document->table, document->id);

	return holds_contents(world, row ? row->id : "-", document->id);
}

static void phone_deletes(struct play *play, const struct event *event)
{
	struct world_document *document = choose_document(play, event->a);

	if (!document || !world_body(document) || document->table == TABLE_COLLECTIONS ||
	    document_is_held(play->world, document))
		return;
	play->acts++;
	world_phone_deletes(play->world, document);
}

static void phone_undeletes(struct play *play, const struct event *event)
{
	struct world_document *document = choose_document(play, event->a);

	if (!document || world_body(document) || !document->count || document->table != TABLE_ITEMS)
		return;
	play->acts++;
	play->new_documents++;
	world_phone_puts(play->world, TABLE_ITEMS, document->id, new_body(play->world, TABLE_ITEMS, "c0"));
}

static void phone_moves(struct play *play, const struct event *event)
{
	struct world_document *document = choose_document(play, event->a);
	struct world_document *into = choose_document(play, event->b);

	if (!document || !into || document == into || !world_body(document) || !world_body(into) ||
	    document->table != TABLE_ITEMS || into->table != TABLE_ITEMS)
		return;
	struct json_object *body = json_copy(world_body(document));
	play->acts++;
	if (event->c % 3)
		json_put_text(document_data(body), "container_id", into->id);
	else
		json_object_object_del(document_data(body), "container_id");
	json_put(body, "updated_at", json_object_new_int64(phone_time(play->world, event->c)));
	world_phone_puts(play->world, TABLE_ITEMS, document->id, body);
}

/* ---- people in the grid ---- */

static void person_types(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);

	if (!row)
		return;
	enum field field = choose_field(row->table, event->b);
	bool empties = field != FIELD_NAME && event->c % 7 == 6;
	play->acts++;
	world_person_types(play->world, row, field, empties ? NULL : unique_cell(play->world, field));
}

static void person_chooses(struct play *play, const struct event *event)
{
	static const char *const choices[] = {"Item", "Container", "Consumable", "Item with Parts"};
	struct world_row *row = choose_row(play, event->a, true);

	if (!row || row->table != TABLE_ITEMS)
		return;
	play->acts++;
	if (event->b % 2)
		world_person_types(play->world, row, FIELD_TYPE,
				   json_object_new_string(choices[event->c % countof(choices)]));
	else
		world_person_types(play->world, row, FIELD_WILL_NOT_RESTOCK,
				   json_object_new_boolean(event->c & 1));
}

/* Our own words in the row: set back, whatever was put there. */
static void person_scribbles(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);

	if (!row || row->table != TABLE_ITEMS)
		return;
	play->acts++;
	if (event->b % 2)
		world_person_types(play->world, row, FIELD_ERROR, json_object_new_string("my own words"));
	else
		world_person_types(play->world, row, FIELD_CREATED_AT,
				   json_object_new_string("2020-01-01T00:00:00.000Z"));
}

static const char *any_collection_row(struct world *world)
{
	const struct world_row *row = world_row_of(world, TABLE_COLLECTIONS, "c0");

	return row ? row->id : NULL;
}

static void person_adds(struct play *play, const struct event *event)
{
	struct world *world = play->world;
	bool collection = event->a % 6 == 0;

	if (!collection && !any_collection_row(world))
		return;
	struct world_row *row = world_person_adds(world, collection ? TABLE_COLLECTIONS : TABLE_ITEMS);
	play->acts++;
	play->new_documents++;
	world_person_types(world, row, FIELD_NAME, unique_cell(world, FIELD_NAME));
	if (collection)
		world_person_types(world, row, FIELD_REFERENCE_NUMBER, json_object_new_string("7"));
	else
		world_person_types(world, row, FIELD_COLLECTION, world_link(any_collection_row(world)));
	if (!collection && event->b % 2)
		world_person_types(world, row, FIELD_NOTES, unique_cell(world, FIELD_NOTES));
}

static void person_moves(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);
	struct world_row *into = choose_row(play, event->b, true);

	if (!row || !into || row == into || row->table != TABLE_ITEMS || into->table != TABLE_ITEMS)
		return;
	play->acts++;
	world_person_types(play->world, row, FIELD_CONTAINER, world_link(event->c % 3 ? into->id : NULL));
}

static bool row_is_held(struct world *world, const struct world_row *row)
{
	const char *id = world_cell_text(row, FIELD_ID);

	return holds_contents(world, row->id, *id ? id : "-");
}

static void person_ticks_delete(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);

	if (!row || row->table == TABLE_COLLECTIONS)
		return;
	play->acts++;
	world_person_types(play->world, row, FIELD_DELETE, json_object_new_boolean(true));
}

static void person_deletes(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);

	if (!row || row->table == TABLE_COLLECTIONS || row_is_held(play->world, row))
		return;
	play->acts++;
	world_person_deletes(play->world, row);
}

/* Airtable itself empties the links that point there. */
static void person_deletes_place(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);

	if (!row)
		return;
	play->acts++;
	world_person_deletes(play->world, row);
}

static void person_restores(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, false);

	/* Beside a row that took its place it would be a copy (sync-rules 13). */
	if (!row || world_row_of(play->world, row->table, world_cell_text(row, FIELD_ID)))
		return;
	play->acts++;
	play->new_documents++;
	world_person_restores(play->world, row);
}

static void person_duplicates(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a, true);

	if (!row)
		return;
	play->acts++;
	world_person_duplicates(play->world, row, event->b & 1);
}

/* ---- the bridge, faults, clocks ---- */

static void pass(struct play *play, const struct event *event);

static void crash(struct play *play, const struct event *event)
{
	play->flaws++;
	play->world->crash_at = 1 + event->a % EFFECTS_REACH;
	pass(play, event);
	world_note(play->world, "the bridge is started anew");
	world_restart(play->world);
}

static void restart(struct play *play, const struct event *event)
{
	(void)event;
	world_note(play->world, "the bridge is started anew");
	world_restart(play->world);
}

static void fault(struct play *play, const struct event *event)
{
	play->flaws++;
	world_arm(play->world, event->a % FAULT_COUNT);
}

static void wait(struct play *play, const struct event *event)
{
	static const int64_t ms[] = {100, 1000, 2500, 6000, 20000, 31000, 61000, 70000};

	world_note(play->world, "%lld ms pass", (long long)ms[event->a % countof(ms)]);
	world_advance(play->world, ms[event->a % countof(ms)]);
}

static void step_clock(struct play *play, const struct event *event)
{
	static const int64_t ms[] = {-3600000, -60000, -2000, 2000, 60000, 3600000};

	play->flaws++;
	world_note(play->world, "this machine's clock is set by %lld ms",
		   (long long)ms[event->a % countof(ms)]);
	transcript_spoil(play->world, "a clock step");
	play->world->wall_ahead_ms += ms[event->a % countof(ms)];
}

static const struct event_kind {
	const char *name;
	void (*run)(struct play *play, const struct event *event);
	unsigned weight;
	enum history_rule rule;
	bool in_passes; /* it may happen within a pass */
} kinds[] = {
	{"pass", pass, 24, RULE_ALWAYS, false},
	{"crash", crash, 6, RULE_ALWAYS, false},
	{"restart", restart, 2, RULE_ALWAYS, false},
	{"fault", fault, 8, RULE_ALWAYS, true},
	{"wait", wait, 10, RULE_ALWAYS, false},
	{"clock step", step_clock, 1, RULE_ALWAYS, true},
	{"phone makes", phone_makes, 2, RULE_ALWAYS, true},
	{"phone edits", phone_edits, 14, RULE_ALWAYS, true},
	{"phone is refused", phone_is_refused, 2, RULE_ALWAYS, true},
	{"phone chooses", phone_chooses, 3, RULE_ALWAYS, true},
	{"phone moves", phone_moves, 3, RULE_ALWAYS, true},
	{"phone deletes", phone_deletes, 2, RULE_ALWAYS, true},
	{"phone undeletes", phone_undeletes, 1, RULE_10, true},
	{"phone conflicts", phone_conflicts, 3, RULE_8, true},
	{"person types", person_types, 16, RULE_ALWAYS, true},
	{"person chooses", person_chooses, 3, RULE_ALWAYS, true},
	{"person scribbles", person_scribbles, 1, RULE_ALWAYS, true},
	{"person adds", person_adds, 4, RULE_ALWAYS, true},
	{"person moves", person_moves, 3, RULE_20, true},
	{"person ticks Delete", person_ticks_delete, 2, RULE_ALWAYS, true},
	{"person deletes row", person_deletes, 2, RULE_ALWAYS, true},
	{"person deletes place", person_deletes_place, 2, RULE_1, true},
	{"person restores row", person_restores, 2, RULE_ALWAYS, true},
	{"person duplicates row", person_duplicates, 2, RULE_13, true},
};

/* Rules that the bridge keeps so far. */
static bool is_kept(enum history_rule rule)
{
	return rule == RULE_ALWAYS || rule == RULE_10 || rule == RULE_20;
}

/* ---- playing ---- */

static void begin(struct play *play, size_t place)
{
	play->done[place] = true;
	kinds[play->history->events[place].kind].run(play, &play->history->events[place]);
}

static void at_effect(void *context, unsigned effect)
{
	struct play *play = context;

	for (size_t i = 0; i < play->next; i++)
		if (!play->done[i] && play->history->events[i].at <= effect)
			begin(play, i);
}

static void pass(struct play *play, const struct event *event)
{
	struct world *world = play->world;
	bool list = event->b % 8 == 7;

	world->effects = 0;
	world->at_effect = at_effect;
	world->context = play;
	world_pass(world, event->b % 4 != 3, list);
	world->at_effect = NULL;
	/* What was to happen in it happens after it, when it was too short. */
	at_effect(play, EFFECTS_REACH);
	if (world->dead && !world->crash_at)
		world_restart(world);
}

/* An edit made once causes at most one write on the other side, and one write-back of what follows from it. */
static void check_echo(struct play *play, unsigned before)
{
	const struct world *world = play->world;
	unsigned writes = world->row_writes + world->document_writes - before;
	unsigned most = ECHO_SLACK * play->acts + 4 * play->new_documents;

	if (play->flaws == 0 && writes > most)
		world_broken(play->world, "%u acts of people led to %u writes", play->acts, writes);
}

static void prepare(struct play *play)
{
	struct world *world = play->world;

	world_phone_puts(world, TABLE_COLLECTIONS, "c0", new_body(world, TABLE_COLLECTIONS, NULL));
	for (unsigned i = world_chance(world, ITEMS_AT_FIRST) + 1; i; i--)
		phone_makes(play, NULL);
	play->acts = play->new_documents = 0;
	if (world_chance(world, 3) == 0)
		world->config.on_row_deleted =
			world_chance(world, 2) ? ROW_DELETED_FORGET : ROW_DELETED_DELETE;
	if (world_chance(world, 4) && !world_first_sync(world))
		world_broken(world, "the first sync does not come to an end");
	else if (world->row_count == 0)
		play->new_documents = play->items + 1;
	world->effects = 0;
}

static void judge(struct play *play, unsigned before)
{
	struct world *world = play->world;

	for (size_t i = 0; i < play->history->count; i++)
		if (!play->done[i] && kinds[play->history->events[i].kind].run != pass)
			begin(play, i);
	if (!world_quiet(world)) {
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
		return;
	}
	check_echo(play, before);
	observer_check(world);
	/* Words about what is past may go when it is looked at anew. */
	unsigned writes = world->row_writes - world->word_writes + world->document_writes;
	world_note(world, "the bridge is started anew, and nothing is left to do");
	world_restart(world);
	for (int i = 0; i < 2; i++)
		if (!world_pass(world, true, true))
			world_broken(world, "a pass in a quiet world failed: %s", world->last_error.text);
	if (world->row_writes - world->word_writes + world->document_writes != writes)
		world_broken(world, "a further pass writes");
}

bool history_run(const struct history *history, bool verbose, char broken_out[400])
{
	struct play play = {.history = history, .world = world_open(history->seed)};
	struct world *world = play.world;

	world->verbose = verbose;
	log_set_level(verbose ? LOG_DEBUG : LOG_ERROR);
	prepare(&play);
	unsigned before = world->row_writes + world->document_writes;
	for (size_t i = 0; i < history->count && !world->violation[0]; i++) {
		play.next = i + 1;
		if (!play.done[i] && history->events[i].at == 0)
			begin(&play, i);
	}
	if (!world->violation[0])
		judge(&play, before);
	snprintf(broken_out, 400, "%s", world->violation);
	world_close(&world);
	log_set_level(LOG_INFO);
	return !broken_out[0];
}

/* ---- drawing ---- */

static unsigned weight_of(const struct event_kind *kind)
{
	return is_kept(kind->rule) ? kind->weight : 0;
}

void history_draw(uint64_t seed, struct history *history)
{
	uint64_t chance = seed ^ 0x5DEECE66DU;
	unsigned all = 0;

	*history = (struct history){.seed = seed, .count = 2 + chance_below(&chance, EVENTS_MOST - 1)};
	for (size_t i = 0; i < countof(kinds); i++)
		all += weight_of(&kinds[i]);
	for (size_t i = 0; i < history->count; i++) {
		unsigned left = chance_below(&chance, all), kind = 0;
		while (left >= weight_of(&kinds[kind]))
			left -= weight_of(&kinds[kind++]);
		bool within = kinds[kind].in_passes && chance_below(&chance, 3) == 0;
		history->events[i] = (struct event){
			.kind = kind,
			.a = chance_below(&chance, 1000),
			.b = chance_below(&chance, 1000),
			.c = chance_below(&chance, 1000),
			.at = within ? 1 + chance_below(&chance, EFFECTS_REACH) : 0,
		};
	}
}

void history_make_plain(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->count; i++) {
		struct event event = history->events[i];
		if (kinds[event.kind].run == crash || kinds[event.kind].run == fault ||
		    kinds[event.kind].run == step_clock || kinds[event.kind].run == phone_is_refused)
			continue;
		event.at = 0;
		history->events[kept++] = event;
	}
	history->count = kept;
}

/* ---- shrinking ---- */

static bool still_fails(const struct history *history)
{
	char ignored[400];

	return !history_run(history, false, ignored);
}

static bool without(struct history *history, size_t first, size_t count)
{
	struct history shorter = *history;

	memmove(&shorter.events[first], &shorter.events[first + count],
		(shorter.count - first - count) * sizeof shorter.events[0]);
	shorter.count -= count;
	if (!still_fails(&shorter))
		return false;
	*history = shorter;
	return true;
}

static bool simpler(struct history *history, size_t place)
{
	struct history other = *history;

	if (other.events[place].at == 0)
		return false;
	other.events[place].at = 0;
	if (!still_fails(&other))
		return false;
	*history = other;
	return true;
}

void history_shrink(struct history *history)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t size = history->count; size > 0; size /= 2)
			for (size_t first = 0; first + size <= history->count;)
				if (without(history, first, size))
					changed = true;
				else
					first += size;
		for (size_t i = 0; i < history->count; i++)
			changed = simpler(history, i) || changed;
	}
}

void history_print(const struct history *history)
{
	printf("# seed %llu, %zu events\n", (unsigned long long)history->seed, history->count);
	for (size_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];
		printf("#   {\"%s\", %u, %u, %u, %u}\n", kinds[event->kind].name, event->a, event->b,
		       event->c, event->at);
	}
}
