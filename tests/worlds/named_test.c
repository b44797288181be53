/* Scenarios with a name, one for each way in which a sync loses something: in both orders of their events, with a crash at
 * every outside effect, then resumed. A further pass changes nothing. */
#include "tests/worlds/world.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EFFECTS_MOST 400 /* of one play; more means that it has no end */
#define CRASH_STEP                                                                                           \
	13      /* where events come at every point: crashes at every so many, from another one each time */
#define SHOWN 3 /* failures of one scenario that are told */

/* ---- what happens ---- */

struct play {
	struct world *world;
	unsigned meanwhile_at; /* the effect of the passes at which it happens; 0: not meanwhile */
	void (*meanwhile)(struct world *world);
	bool happened;
};

static struct world_row *row_of(struct world *world)
{
	return world_row_of(world, TABLE_ITEMS, "i1");
}

static void phone_sets(struct world *world, const char *key, const char *value, int64_t behind_ms)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, "i1");
	struct json_object *present = world_body(document);

	if (!present)
		return;
	struct json_object *body = json_copy(present);
	json_put_text(document_data(body), key, value);
	json_put(body, "updated_at", json_object_new_int64(world_base_now_ms(world) - behind_ms));
	world_phone_puts(world, TABLE_ITEMS, "i1", body);
}

static void person_sets(struct world *world, enum field field, const char *value)
{
	struct world_row *row = row_of(world);

	if (row)
		world_person_types(world, row, field, value ? json_object_new_string(value) : NULL);
}

static void phone_notes(struct world *world)
{
	phone_sets(world, "notes", "from the phone", 0);
}

static void person_notes(struct world *world)
{
	person_sets(world, FIELD_NOTES, "from the grid");
}

static void person_models(struct world *world)
{
	person_sets(world, FIELD_MODEL_NAME, "from the grid");
}

static void person_puts_back(struct world *world)
{
	person_sets(world, FIELD_NOTES, "first");
}

static void nothing(struct world *world)
{
	(void)world;
}

static void phone_notes_stale(struct world *world)
{
	world->armed[FAULT_AIRTABLE_STALE]++;
	phone_notes(world);
}

static void phone_notes_unanswered(struct world *world)
{
	world->armed[FAULT_AIRTABLE_UNANSWERED]++;
	phone_notes(world);
}

static void phone_notes_late(struct world *world)
{
	world->armed[FAULT_AIRTABLE_LATE]++;
	phone_notes(world);
}

static struct json_object *new_item(struct world *world, const char *name)
{
	struct json_object *body = json_object_new_object(), *data = json_object_new_object();

	json_put_text(data, "name", name);
	json_put_text(data, "collection_id", "c0");
	json_put_text(data, "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_put_text(body, "type", "item");
	json_put(body, "data", data);
	json_put(body, "created_at", json_object_new_int64(world_base_now_ms(world)));
	json_put(body, "updated_at", json_object_new_int64(world_base_now_ms(world)));
	return body;
}

static void phone_puts_contents(struct world *world)
{
	struct json_object *box = new_item(world, "a box"), *thing = new_item(world, "a thing");

	json_put_text(document_data(box), "container_id", "i3"); /* a circle: one link must come later */
	json_put_text(document_data(thing), "container_id", "i2");
	world_phone_puts(world, TABLE_ITEMS, "i2", box);
	world_phone_puts(world, TABLE_ITEMS, "i3", thing);
}

static void forget_rows(struct world *world)
{
	world->config.on_row_deleted = ROW_DELETED_FORGET;
}

static void person_deletes(struct world *world)
{
	if (row_of(world))
		world_person_deletes(world, row_of(world));
}

static void person_cuts_and_pastes(struct world *world)
{
	struct world_row *row = row_of(world);

	if (!row)
		return;
	struct world_row *pasted = world_person_duplicates(world, row, true);
	pasted->copied = false;
	world_person_deletes(world, row);
}

static void phone_deletes(struct world *world)
{
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, "i1"));
}

static void person_restores(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (!world->rows[i].now.there &&
		    strcmp(world_cell_text(&world->rows[i], FIELD_ID), "i1") == 0) {
			world_person_restores(world, &world->rows[i]);
			return;
		}
}

static void person_adds(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	world_person_types(world, row, FIELD_NAME, json_object_new_string("made in the grid"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

static void phone_makes(struct world *world)
{
	world_phone_puts(world, TABLE_ITEMS, "i2", new_item(world, "made on a phone"));
}

/* A row with the ID of a document whose row is about to be made: of the app, or pasted. */
static void row_appears(struct world *world)
{
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c0");

	row->copied = world_row_of(world, TABLE_ITEMS, "i2") != NULL;
	world_person_types(world, row, FIELD_ID, json_object_new_string("i2"));
	world_person_types(world, row, FIELD_NAME, json_object_new_string("typed beside"));
	world_person_types(world, row, FIELD_COLLECTION, world_link(collection->id));
}

/* Ten new documents; two rows already claim one of them. */
static void phone_makes_ten(struct world *world)
{
	for (int i = 2; i < 12; i++) {
		char id[8], name[24];
		snprintf(id, sizeof id, "i%d", i);
		snprintf(name, sizeof name, "one of ten, %d", i);
		world_phone_puts(world, TABLE_ITEMS, id, new_item(world, name));
	}
}

static void twins_appear(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		struct world_row *row = world_person_adds(world, TABLE_ITEMS);
		world_person_types(world, row, FIELD_ID, json_object_new_string("i5"));
		row->copied = true;
	}
}

/* ---- how it must end ---- */

static void has_no_row(struct world *world)
{
	if (row_of(world))
		world_broken(world, "the forgotten row was made again");
	if (!world_body(world_document(world, TABLE_ITEMS, "i1")))
		world_broken(world, "the document of the forgotten row is gone");
}

static void is_there(struct world *world)
{
	if (!world_body(world_document(world, TABLE_ITEMS, "i1")) || !row_of(world))
		world_broken(world, "item i1 is not on both sides");
}

static size_t live_documents(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->document_count; i++)
		count += world->documents[i].table == TABLE_ITEMS && world_body(&world->documents[i]) != NULL;
	return count;
}

static void are_two(struct world *world)
{
	if (live_documents(world) != 2)
		world_broken(world, "%zu items where there are two", live_documents(world));
	is_there(world);
}

static void nine_have_rows(struct world *world)
{
	for (int i = 2; i < 12; i++) {
		char id[8];
		snprintf(id, sizeof id, "i%d", i);
		if (i != 5 && !world_row_of(world, TABLE_ITEMS, id))
			world_broken(world, "%s has no row, for another's twins", id);
	}
}

static void keep_their_containers(struct world *world)
{
	const char *const pairs[][2] = {{"i2", "i3"}, {"i3", "i2"}};

	for (size_t i = 0; i < countof(pairs); i++) {
		struct json_object *body = world_body(world_document(world, TABLE_ITEMS, pairs[i][0]));
		if (!body ||
		    strcmp(json_text_or(document_data(body), "container_id", ""), pairs[i][1]) != 0 ||
		    strcmp(json_text_or(document_data(body), "collection_id", ""), "c0") != 0)
			world_broken(world, "%s lost its place", pairs[i][0]);
	}
}

static void anything(struct world *world)
{
	(void)world;
}

/* ---- the table ---- */

enum order { AS_WRITTEN, OTHER_WAY_ROUND, MEANWHILE, ORDERS };

/* 'one' and 'other' happen one after the other, in both orders, or 'other' at every point of the passes that carry 'one'. */
static const struct scenario {
	const char *name;
	void (*before)(struct world *world); /* when both sides are in step */
	void (*one)(struct world *world);
	void (*other)(struct world *world);
	void (*after)(struct world *world);
	unsigned orders;     /* 1 << AS_WRITTEN | ... */
	bool passes_between; /* a pass runs between the two */
} scenarios[] = {
#define BOTH_ORDERS (1U << AS_WRITTEN | 1U << OTHER_WAY_ROUND)
#define ALL_ORDERS  (BOTH_ORDERS | 1U << MEANWHILE)
#define IN_ORDER    (1U << AS_WRITTEN | 1U << MEANWHILE)
	{"edit-between-read-and-write", nothing, phone_notes, person_notes, anything, ALL_ORDERS, false},
	{"lost-reply-then-put-back", nothing, phone_notes_unanswered, person_puts_back, anything, IN_ORDER,
	 true},
	{"patch-applied-after-timeout", nothing, phone_notes_late, person_models, anything, ALL_ORDERS, true},
	{"stale-read-after-write", nothing, phone_notes_stale, person_models, anything, ALL_ORDERS, true},
	{"other-cell-edited-during-write", nothing, phone_notes, person_models, anything, ALL_ORDERS, false},
	{"crash-before-link-pass", nothing, phone_puts_contents, phone_notes, keep_their_containers,
	 ALL_ORDERS, false},
	{"forget-stays-forgotten", forget_rows, person_deletes, nothing, has_no_row, IN_ORDER, true},
	{"trash-restore-after-delete", nothing, phone_deletes, person_restores, is_there, 1U << AS_WRITTEN,
	 true},
	{"cut-and-paste-row", nothing, person_cuts_and_pastes, phone_notes, is_there, BOTH_ORDERS, true},
	{"crash-between-document-and-id-cell", nothing, person_adds, phone_notes, are_two, ALL_ORDERS, false},
	{"upsert-meets-existing-row", nothing, phone_makes, row_appears, are_two, ALL_ORDERS, false},
	{"put-back-before-ledger-knows", nothing, person_notes, person_puts_back, anything, IN_ORDER, false},
	{"twin-in-batch-of-ten", nothing, phone_makes_ten, twins_appear, nine_have_rows, ALL_ORDERS, false},
};

static const char *const order_names[] = {
	[AS_WRITTEN] = "in this order",
	[OTHER_WAY_ROUND] = "the other way round",
	[MEANWHILE] = "at every point of the sync",
};

/* ---- playing ---- */

static void set_scene(struct world *world, const struct scenario *scenario)
{
	struct json_object *collection = new_item(world, "a collection"), *item = new_item(world, "an item");

	json_put_text(collection, "type", "collection");
	json_object_object_del(document_data(collection), "collection_id");
	json_put_text(document_data(collection), "collection_reference_number", "1");
	world_phone_puts(world, TABLE_COLLECTIONS, "c0", collection);
	json_put_text(document_data(item), "notes", "first");
	world_phone_puts(world, TABLE_ITEMS, "i1", item);
	if (!world_first_sync(world))
		world_broken(world, "the scene cannot be set: %s", world->last_error.text);
	scenario->before(world);
	world->row_writes = world->document_writes = 0;
}

static void at_effect(void *context, unsigned effect)
{
	struct play *play = context;

	if (play->happened || !play->meanwhile_at || effect < play->meanwhile_at)
		return;
	play->happened = true;
	play->meanwhile(play->world);
}

/* A few passes, of which the crash may end one; then they go on. */
static void some_passes(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		if (!world_pass(world, true, i == 2) && world->dead)
			world_restart(world);
		world_advance(world, 61000);
	}
}

/* The effects that the passes had. */
static unsigned play_through(const struct scenario *scenario, enum order order, unsigned meanwhile_at,
			     unsigned crash_at, bool verbose, char broken_out[400])
{
	struct world *world = world_open(1);
	struct play play = {.world = world, .meanwhile_at = meanwhile_at, .meanwhile = scenario->other};

	log_set_level(verbose ? LOG_DEBUG : LOG_ERROR);
	set_scene(world, scenario);
	world->verbose = verbose;
	world->effects = 0;
	world->crash_at = crash_at;
	world->at_effect = at_effect;
	world->context = &play;
	(order == OTHER_WAY_ROUND ? scenario->other : scenario->one)(world);
	if (scenario->passes_between)
		some_passes(world);
	if (order != MEANWHILE)
		(order == OTHER_WAY_ROUND ? scenario->one : scenario->other)(world);
	some_passes(world);
	unsigned effects = world->effects;
	if (order == MEANWHILE && !play.happened)
		scenario->other(world);
	if (!world_quiet(world))
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
	observer_check(world);
	scenario->after(world);
	unsigned writes = world->row_writes - world->word_writes + world->document_writes;
	world_restart(world);
	if (!world_pass(world, true, true) ||
	    world->row_writes - world->word_writes + world->document_writes != writes)
		world_broken(world, "a second run changes something");
	snprintf(broken_out, 400, "%s", world->violation);
	world_close(&world);
	log_set_level(LOG_INFO);
	return effects;
}

struct tally {
	const struct scenario *scenario;
	enum order order;
	unsigned crashes, plays, failed;
};

static unsigned play(struct tally *tally, unsigned meanwhile_at, unsigned crash_at)
{
	char broken[400];
	unsigned effects = play_through(tally->scenario, tally->order, meanwhile_at, crash_at, false, broken);

	tally->plays++;
	tally->crashes += crash_at > 0;
	if (!broken[0])
		return effects;
	if (tally->failed++ < SHOWN)
		printf("# %s, %s, at %u, crash at %u: %s\n", tally->scenario->name, order_names[tally->order],
		       meanwhile_at, crash_at, broken);
	return effects;
}

/* Without a crash, then with one at every effect. */
static void play_with_crashes(struct tally *tally, unsigned meanwhile_at, unsigned step)
{
	unsigned effects = play(tally, meanwhile_at, 0);

	for (unsigned crash_at = 1 + meanwhile_at % step; crash_at <= effects && crash_at < EFFECTS_MOST;
	     crash_at += step)
		play(tally, meanwhile_at, crash_at);
}

static bool play_order(const struct scenario *scenario, enum order order, unsigned number)
{
	struct tally tally = {.scenario = scenario, .order = order};

	if (order == MEANWHILE) {
		unsigned effects = play(&tally, EFFECTS_MOST, 0);
		for (unsigned at = 1; at <= effects && at < EFFECTS_MOST; at++) {
			play_with_crashes(&tally, at, CRASH_STEP);
			play(&tally, at, at);
			play(&tally, at, at + 1);
		}
	} else {
		play_with_crashes(&tally, 0, 1);
	}
	printf("%s %u - %s, %s\n# %u plays, %u of them with a crash, %u failed\n",
	       tally.failed ? "not ok" : "ok", number, scenario->name, order_names[order], tally.plays,
	       tally.crashes, tally.failed);
	fflush(stdout);
	return tally.failed == 0;
}

/* named_test NAME ORDER AT CRASH: one play, told step by step. */
static int tell(char **arguments)
{
	char broken[400];

	for (size_t i = 0; i < countof(scenarios); i++)
		if (strcmp(scenarios[i].name, arguments[0]) == 0)
			play_through(&scenarios[i], (enum order)strtoul(arguments[1], NULL, 10),
				     (unsigned)strtoul(arguments[2], NULL, 10),
				     (unsigned)strtoul(arguments[3], NULL, 10), true, broken);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned number = 0;
	bool all_well = true;

	if (argc == 5)
		return tell(argv + 1);
	for (size_t i = 0; i < countof(scenarios); i++)
		for (enum order order = 0; order < ORDERS; order++)
			if (scenarios[i].orders & 1U << order)
				all_well = play_order(&scenarios[i], order, ++number) && all_well;
	printf("1..%u\n", number);
	return all_well ? 0 : 1;
}
