/* Pictures that are there already are found by their digest. What is made of new ones is in the vectors. */
#include "base/json.h"
#include "inventory/pictures.h"
#include "tests/fakes/database.h"
#include "tests/unit/cases.h"

#include <string.h>

#define IMAGE(id, data)                                                                                      \
	"{\"_id\":\"zz20-image-" id "\",\"type\":\"image\",\"data\":" data                                   \
	",\"created_at\":1,\"updated_at\":1}"

static const struct digest_case {
	const char *sentence;
	const char *stored;      /* an array of documents */
	const char *digest, *id; /* NULL: none is found */
} digest_cases[] = {
	{"none in an empty database", "[]", "md5-a", NULL},
	{"the one that has it",
	 "[" IMAGE("one", "{\"image_1440_digest\":\"md5-a\"}") "," IMAGE(
		 "two", "{\"image_1440_digest\":\"md5-b\"}") "]",
	 "md5-b", "two"},
	{"another digest is another picture", "[" IMAGE("one", "{\"image_1440_digest\":\"md5-a\"}") "]",
	 "md5-A", NULL},
	{"of two the first",
	 "[" IMAGE("two", "{\"image_1440_digest\":\"md5-a\"}") "," IMAGE(
		 "one", "{\"image_1440_digest\":\"md5-a\"}") "]",
	 "md5-a", "one"},
	{"one that is not valid is not taken",
	 "[" IMAGE("one", "{\"image_1440_digest\":\"md5-a\",\"size\":\"large\"}") "," IMAGE(
		 "two", "{\"image_1440_digest\":\"md5-a\"}") "]",
	 "md5-a", "two"},
};

static void check_digest(void **state)
{
	const struct digest_case *row = *state;
	struct database database;
	scoped(json_object) stored = NULL;
	struct error error = {0};
	scoped_text found = NULL;

	database_init(&database);
	assert_true(json_read(row->stored, strlen(row->stored), &stored, NULL, NULL));
	for (size_t i = 0; i < json_length(stored); i++)
		assert_true(database_put(&database, json_at(stored, i)));
	const struct inventory_view view = database_view(&database);
	if (!pictures_find_digest(&view, row->digest, &found, &error))
		fail_msg("%s", error.text);
	database_done(&database);
	if (!found != !row->id || (found && strcmp(found, row->id) != 0))
		fail_msg("it finds %s", found ? found : "none");
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, digest_cases, check_digest);
	return cases_run("pictures", &cases);
}
