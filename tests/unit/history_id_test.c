/* What _ids of history documents say. */
#include "inventory/history_id.h"

#include "tests/unit/cases.h"

#include <string.h>

struct id_case {
	const char *sentence; /* the _id */
	const char *created_by;
	int64_t batch;
	enum document_type type;
	const char *data_id; /* NULL: it is none of a history document */
	int64_t timestamp_ms;
};

static const struct id_case id_cases[] = {
	{"zzd-history-user-1-111-item-i1-edit-1700000180137-7919", "user-1", 111, DOCUMENT_ITEM, "i1",
	 1700000180137},
	{"zzd-history-integration-d3a0f1c2-5b64-4000-9c1d-206080704010-1700000000000-item-a-b-sync-"
	 "1700000000001-0001",
	 "integration-d3a0f1c2-5b64-4000-9c1d-206080704010", 1700000000000, DOCUMENT_ITEM, "a-b",
	 1700000000001},
	{"zzd-history-history_restore-undefined-item-i1-undefined-1700000300137-3757", "history_restore", 0,
	 DOCUMENT_ITEM, "i1", 1700000300137},
	{"zzd-history-undefined-undefined-collection-c-undefined-5-0000", "undefined", 0, DOCUMENT_COLLECTION,
	 "c", 5},
	{"zzd-history-u-5-item_image-i-p-sync-7-0000", "u", 5, DOCUMENT_ITEM_IMAGE, "i-p", 7},
	{"zzd-history-u-5-item-6-item-x-sync-7-0000", "u", 5, DOCUMENT_ITEM, "6-item-x", 7},
	{"zzd-history-u-5-item-i", "u", 5, DOCUMENT_ITEM, "", 0},
	{"zzd-history-u-5-future-i-sync-7-0000", NULL, 0, DOCUMENT_OTHER, NULL, 0},
	{"zzd-history-", NULL, 0, DOCUMENT_OTHER, NULL, 0},
	{"zzd-history-99999999999999999999-item-", NULL, 0, DOCUMENT_OTHER, NULL, 0},
	{"item-5-item-x", NULL, 0, DOCUMENT_OTHER, NULL, 0},
};

static void check_id(void **state)
{
	const struct id_case *row = *state;
	struct history_id id;

	assert_int_equal(history_id_read(row->sentence, &id), row->data_id != NULL);
	if (!row->data_id)
		return;
	assert_int_equal(id.created_by_length, strlen(row->created_by));
	assert_memory_equal(id.created_by, row->created_by, id.created_by_length);
	assert_int_equal(id.batch, row->batch);
	assert_int_equal(id.data_type, row->type);
	assert_int_equal(id.timestamp_ms, row->timestamp_ms);
	if (*row->data_id) {
		assert_true(history_id_is_of(&id, row->type, row->data_id));
		assert_false(history_id_is_of(&id, row->type, "another"));
		assert_false(history_id_is_of(&id, DOCUMENT_CONFIG, row->data_id));
	}
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, id_cases, check_id);
	return cases_run("history_id", &cases);
}
