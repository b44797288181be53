/* What a pass asks of CouchDB: documents that the feed has just shown are not fetched, where that is as good. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/unit/cases.h"
#include "tests/worlds/named.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ITEMS 12 /* one batch */
#define UNDER_WAY                                                                                            \
	10 /* points of a pass between the note of a save and the entry that settles it and its row */

static const char *id_of(int item)
{
	static char id[16];

	snprintf(id, sizeof id, "i%d", 100 + item);
	return id;
}

static int begin(void **state)
{
	struct world *world = world_open(1);

	log_set_level(LOG_ERROR);
	named_set_scene(world);
	for (int i = 0; i < ITEMS; i++)
		world_phone_puts(world, TABLE_ITEMS, id_of(i), named_new_item(world, id_of(i)));
	assert_true(world_quiet(world));
	*state = world;
	return 0;
}

static int end(void **state)
{
	struct world *world = *state;

	assert_true(world_quiet(world));
	assert_string_equal(world->violation, "");
	world_close(&world);
	return 0;
}

/* ---- what happens to each of them before the pass ---- */

static void change(struct world *world, int item, const char *key, const char *value)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, id_of(item));
	struct json_object *body = json_copy(world_body(document));

	json_put_text(document_data(body), key, value);
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	world_phone_puts(world, TABLE_ITEMS, id_of(item), body);
}

static void edit(struct world *world, int item)
{
	change(world, item, "notes", "from the phone");
}

static void leave(struct world *world, int item)
{
	change(world, item, "collection_id", "of another base");
}

static void delete (struct world *world, int item)
{
	world_phone_deletes(world, world_document(world, TABLE_ITEMS, id_of(item)));
}

static void part(struct world *world, int item)
{
	struct world_document *document = world_document(world, TABLE_ITEMS, id_of(item));
	struct json_object *body = json_copy(world_body(document));

	json_put_text(document_data(body), "notes", "from the plane");
	world_phone_conflicts(world, document, body, true);
}

/* The base takes longer for its news than what the feed has shown counts. */
static void edit_and_slow(struct world *world, int item)
{
	edit(world, item);
	if (item == 0)
		world_arm(world, FAULT_AIRTABLE_SLOW);
}

static const struct request_case {
	const char *sentence;
	void (*happens)(struct world *world, int item);
	unsigned read; /* documents */
} cases[] = {
	{"nothing is read where nothing has changed", NULL, 0},
	{"edited ones are not read again", edit, 0},
	{"edited ones are read again when they were heard of too long ago", edit_and_slow, ITEMS},
	{"what may lose its row is read again, and where it went to", leave, 2 * ITEMS},
	{"what was deleted is read again", delete, ITEMS},
	{"what is in conflict is read again, and once more when it is merged", part, 2 * ITEMS},
};

static void asks_for(void **state)
{
	const struct request_case *row = *state;
	void *opened = NULL;

	begin(&opened);
	struct world *world = opened;
	for (int i = 0; row->happens && i < ITEMS; i++)
		row->happens(world, i);
	world->documents_read = world->couch_reads = 0;
	assert_true(world_pass(world, true, false));
	printf("# %s: %u reads, %u documents\n", row->sentence, world->couch_reads, world->documents_read);
	assert_int_equal(world->documents_read, row->read);
	end(&opened);
}

/* Nobody has heard of its document. */
static void document_of_an_edited_row(void **state)
{
	void *opened = NULL;

	(void)state;
	begin(&opened);
	struct world *world = opened;
	named_person_sets(world, FIELD_NOTES, "from the grid");
	world->documents_read = 0;
	assert_true(world_pass(world, true, false));
	assert_int_equal(world->documents_read, 1);
	end(&opened);
}

/* The process dies at one point of a pass that takes a row's edit in, and the next one hears of the document. How many documents that
 * reads; UINT_MAX: the pass has fewer points. */
static unsigned read_after_crash(unsigned crash_at)
{
	void *opened = NULL;

	begin(&opened);
	struct world *world = opened;
	named_person_sets(world, FIELD_NOTES, "from the grid");
	world->effects = 0;
	world->crash_at = crash_at;
	world_pass(world, true, false);
	bool died = world->dead;
	world->crash_at = 0;
	if (died)
		world_restart(world);
	named_phone_sets(world, "model_name", "from the phone", 0);
	world->documents_read = 0;
	world_pass(world, true, false);
	unsigned read = died ? world->documents_read : UINT_MAX;
	end(&opened);
	return read;
}

/* While a write of ours may be under way the feed's document is not enough. */
static void document_of_a_save_in_doubt(void **state)
{
	unsigned points = 0, read;

	(void)state;
	for (unsigned point = 1; (read = read_after_crash(point)) != UINT_MAX; point++)
		points += read == 1;
	assert_int_equal(points, UNDER_WAY);
}

int main(void)
{
	struct cases list = {0};

	cases_add_table(&list, cases, asks_for);
	cases_add(&list, own_copy("the document of an edited row is read"), document_of_an_edited_row, NULL);
	cases_add(&list, own_copy("the document of a save in doubt is read"), document_of_a_save_in_doubt,
		  NULL);
	return cases_run("requests", &list);
}
