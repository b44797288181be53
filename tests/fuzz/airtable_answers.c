/* Reads: Airtable's answers to every kind of request, any number of them, with any status. Holds: each call ends; what
 * failed has a sentence; a write is done, with the row that it was answered with, or has an error of its own. */
#include "airtable/answer.h"
#include "airtable/records.h"
#include "airtable/schema.h"
#include "tests/fuzz/fake_http.h"

#define TABLE "tblAAAAAAAAAAAAAA"
enum { WRITES = 12 };

static const char *const row_ids[] = {"recAAAAAAAAAAAAA0", "recAAAAAAAAAAAAA1", "recAAAAAAAAAAAAA2"};
static const char *const field_ids[] = {"fldA", "fldB"};

static void must_be_words(const struct error *error)
{
	must(error->kind != ERROR_NONE && error->text[0] && text_is_utf8(error->text, strlen(error->text)));
	must(text_is_utf8(error->code, strlen(error->code)));
	must(airtable_answer_said(error) != NULL);
}

static void read_schema(struct airtable_client *airtable)
{
	struct airtable_schema schema;
	struct error error = {0};

	if (!airtable_schema_read(airtable, &schema, &error)) {
		must_be_words(&error);
		return;
	}
	for (size_t i = 0; i < schema.table_count; i++) {
		must(airtable_schema_table(&schema, schema.tables[i].id));
		must(schema.tables[i].name && schema.tables[i].primary_field_id);
	}
	airtable_schema_done(&schema);
}

static void check_records(const struct airtable_records *records)
{
	for (size_t i = 0; i < records->count; i++) {
		must(records->list[i].id[0] && json_is(records->list[i].fields, json_type_object));
		must_survive_writing(records->list[i].fields);
	}
}

static bool visit(void *context, struct airtable_records *page, struct error *error)
{
	(void)context;
	(void)error;
	check_records(page);
	return true;
}

static void list_records(struct airtable_client *airtable)
{
	const struct airtable_list list = {
		.table_id = TABLE, .field_ids = field_ids, .field_count = countof(field_ids)};
	struct error error = {0};

	if (!airtable_records_list(airtable, &list, visit, NULL, NULL, &error))
		must_be_words(&error);
}

static void read_records(struct airtable_client *airtable)
{
	struct airtable_records records;
	struct error error = {0};

	if (!airtable_records_read(airtable, TABLE, field_ids, countof(field_ids), row_ids, countof(row_ids),
				   &records, &error)) {
		must_be_words(&error);
		return;
	}
	check_records(&records);
	airtable_records_done(&records);
}

static void check_write(enum airtable_write_kind kind, const struct airtable_write *write)
{
	if (write->kind != ERROR_NONE)
		must_be_words(&write->error);
	else if (kind != AIRTABLE_DELETE)
		must(write->answer.id[0] && json_is(write->answer.fields, json_type_object));
	must(!write->row_missing || write->kind == ERROR_REFUSED);
}

static void write_records(struct airtable_client *airtable, enum airtable_write_kind kind)
{
	struct airtable_write writes[WRITES] = {0};
	scoped(json_object) fields = json_new_object();
	char ids[WRITES][18];
	struct error error = {0};

	json_put_text(fields, "fldA", "a");
	for (size_t i = 0; i < WRITES; i++) {
		snprintf(ids[i], sizeof(ids[i]), "recAAAAAAAAAAAA%02zu", i % 100);
		writes[i].record_id = kind == AIRTABLE_UPSERT ? NULL : ids[i];
		writes[i].fields = kind == AIRTABLE_DELETE ? NULL : fields;
	}
	struct airtable_batch *batch =
		airtable_batch_start(airtable, TABLE, kind, "fldA", true, writes, WRITES);
	if (!airtable_batch_finish(&batch, &error))
		must_be_words(&error);
	for (size_t i = 0; i < WRITES; i++)
		check_write(kind, &writes[i]);
	airtable_writes_done(writes, WRITES);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct airtable_address address = {
		.endpoint = "http://a", .token = "patX", .base_id = "appAAAAAAAAAAAAAA"};
	struct http http;

	if (length == 0)
		return 0;
	fake_begin(&http, bytes + 1, length - 1);
	struct airtable_limiter *limiter = airtable_limiter_open(AIRTABLE_BASE_PER_SECOND);
	struct airtable_client *airtable = airtable_client_open(&http, &address, limiter, NULL);
	switch (bytes[0] % 6) {
	case 0:
		read_schema(airtable);
		break;
	case 1:
		list_records(airtable);
		break;
	case 2:
		read_records(airtable);
		break;
	case 3:
		write_records(airtable, AIRTABLE_UPSERT);
		break;
	case 4:
		write_records(airtable, AIRTABLE_UPDATE);
		break;
	default:
		write_records(airtable, AIRTABLE_DELETE);
	}
	airtable_client_close(&airtable);
	airtable_limiter_close(&limiter);
	must(!http.calls);
	return 0;
}
