/* Reads: any JSON as a document of the state database: an entry of the ledger, bound columns, a lease, a checkpoint. Holds:
 * what is taken is written as JSON that can be stored, and that is read and written again as the same. */
#include "bridge/columns/columns_change.h"
#include "bridge/columns/columns_json.h"
#include "bridge/lease/lease_document.h"
#include "bridge/state/checkpoint.h"
#include "bridge/state/ledger_json.h"
#include "tests/fuzz/fuzz.h"

static struct columns columns[TABLE_COUNT];

static void prepare(void)
{
	if (columns[0].table_id)
		return;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		columns[table].table_id = own_format("tbl%zu", table);
		for (size_t field = 0; field < FIELD_COUNT; field++)
			if (field_in_table((enum field)field, (enum table)table))
				columns[table].of[field].id = own_format("f%zu", field);
	}
}

static void try_entry(struct json_object *json)
{
	struct ledger ledger;
	struct ledger_entry entry, again;
	struct error error = {0};

	ledger_init(&ledger, (struct store){0}, "one", "appX", columns);
	if (ledger_entry_from_json(&ledger, json, &entry, &error)) {
		scoped(json_object) written = ledger_entry_to_json(&ledger, &entry);
		must_survive_writing(written);
		must(ledger_entry_from_json(&ledger, written, &again, &error));
		scoped(json_object) written_again = ledger_entry_to_json(&ledger, &again);
		must(json_equal(written, written_again));
		ledger_entry_done(&again);
		ledger_entry_done(&entry);
	} else {
		must(error.kind == ERROR_REFUSED && text_is_utf8(error.text, strlen(error.text)));
	}
	ledger_done(&ledger);
}

static void try_columns(struct json_object *json)
{
	struct columns bound, again;

	if (!columns_from_json(json, &bound, NULL))
		return;
	scoped(json_object) written = columns_to_json(&bound);
	must_survive_writing(written);
	must(columns_from_json(written, &again, NULL));
	must(columns_equal(&bound, &again));
	columns_done(&bound);
	columns_done(&again);
}

static void try_lease(struct json_object *json)
{
	struct lease_document document, again;

	lease_document_read(json, &document);
	scoped(json_object) written = lease_document_write(&document, "one");
	must_survive_writing(written);
	lease_document_read(written, &again);
	scoped(json_object) written_again = lease_document_write(&again, "one");
	must(json_equal(written, written_again));
	scoped_text words = lease_document_message(&document);
	must(text_is_utf8(words, strlen(words)));
	must(lease_document_ends_ms(&document) > 0);
}

static void try_checkpoint(struct json_object *json)
{
	(void)checkpoint_couch(json);
	(void)checkpoint_rows(json);
	must(checkpoint_listed_ms(json) >= 0);
	enum checkpoint_finding finding = checkpoint_judge(json, json);
	must(finding == CHECKPOINT_NONE || finding == CHECKPOINT_KNOWN);
	(void)checkpoint_judge(NULL, json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(json_object) json = NULL;

	prepare();
	if (!json_read((const char *)bytes, length, &json, NULL, NULL))
		return 0;
	try_entry(json);
	try_columns(json);
	try_lease(json);
	try_checkpoint(json);
	return 0;
}
