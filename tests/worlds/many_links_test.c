/* However many pictures an item has, all of its links follow it: where it moves, and as it goes. Not among the named worlds, since each of
 * so many writes would be a place for a crash. */
#include "inventory/document.h"
#include "tests/unit/cases.h"
#include "tests/worlds/named.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_settings.h"

#include <string.h>

#define MANY 210 /* more than are kept in step */

static void some_passes(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		assert_true(world_pass(world, true, true));
		world_advance(world, 61000);
	}
}

/* There is a collection "c1", and all links of the item say that it is in "c0". */
static struct world *begin(void)
{
	static const char *const listed[] = {"c0", "c1"};
	struct world *world = world_open(1);

	log_set_level(LOG_NOTHING);
	named_set_scene(world);
	world_phone_lists(world, "collections", listed, countof(listed));
	struct json_object *collection = named_new_item(world, "another collection");
	json_put_text(collection, "type", "collection");
	json_remove(document_data(collection), "collection_id");
	json_put_text(document_data(collection), "collection_reference_number", "0002");
	world_phone_puts(world, TABLE_COLLECTIONS, "c1", collection);
	world_pictures_begin(world);
	world_restart(world);
	world_app_has_image(world, "p1");
	for (int i = 0; i < MANY; i++) {
		scoped_text id = own_format("item_image-i1-many%d", i);
		world_app_links_oddly(world, id, "i1", "p1", i);
	}
	some_passes(world);
	return world;
}

static size_t links_that_say(struct world *world, const char *collection_id)
{
	scoped(json_object) links = world_links_of(world, "i1");
	size_t count = 0;

	for (size_t i = 0; i < json_length(links); i++)
		count += strcmp(json_text_or(document_data(json_at(links, i)), "_item_collection_id", ""),
				collection_id) == 0;
	return count;
}

static void all_follow_as_it_moves(void **state)
{
	struct world *world = begin();
	const struct world_row *collection = world_row_of(world, TABLE_COLLECTIONS, "c1");

	(void)state;
	assert_int_equal(links_that_say(world, "c0"), MANY);
	world_person_types(world, named_row(world), FIELD_COLLECTION, world_link(collection->id));
	some_passes(world);
	assert_int_equal(links_that_say(world, "c1"), MANY);
	world_close(&world);
}

static void all_go_with_it(void **state)
{
	struct world *world = begin();

	(void)state;
	world_person_types(world, named_row(world), FIELD_DELETE, json_new_bool(true));
	some_passes(world);
	assert_null(world_body(world_document(world, TABLE_ITEMS, "i1")));
	scoped(json_object) links = world_links_of(world, "i1");
	assert_int_equal(json_length(links), 0);
	world_close(&world);
}

int main(void)
{
	static const struct CMUnitTest cases[] = {
		cmocka_unit_test(all_follow_as_it_moves),
		cmocka_unit_test(all_go_with_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("items of many pictures", cases, NULL, NULL);
}
