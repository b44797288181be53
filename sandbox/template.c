#include "sandbox/template.h"
#include "base/json.h"
#include "sandbox/cells.h"
#include "sandbox/schema.h"
#include <assert.h>
#include <string.h>

#define CHECK "{\"icon\":\"check\",\"color\":\"greenBright\"}"
#define CROSS "{\"icon\":\"xCheckbox\",\"color\":\"redBright\"}"
#define WHOLE "{\"precision\":0}"
#define TIME                                                                                                 \
	"{\"dateFormat\":{\"name\":\"iso\",\"format\":\"YYYY-MM-DD\"},"                                      \
	"\"timeFormat\":{\"name\":\"24hour\",\"format\":\"HH:mm\"},\"timeZone\":\"client\"}"
#define MODIFIED                                                                                             \
	"{\"isValid\":true,\"referencedFieldIds\":[],\"result\":{\"type\":\"dateTime\",\"options\":" TIME "}}"

struct column {
	const char *name, *type, *options; /* options as JSON, or NULL */
	const char *description;
};

static const struct column items[] = {
	{"Name", "singleLineText", NULL, NULL},
	{"Collection", "multipleRecordLinks", "{\"prefersSingleRecordLink\":true}", NULL},
	{"Type", "singleSelect",
	 "{\"choices\":[{\"name\":\"Item\"},{\"name\":\"Container\"},{\"name\":\"Generic Container\"},"
	 "{\"name\":\"Item with Parts\"},{\"name\":\"Consumable\"}]}",
	 NULL},
	{"Container", "multipleRecordLinks", "{\"prefersSingleRecordLink\":true}", NULL},
	{"Can Contain Items", "checkbox", CHECK, NULL},
	{"Ref. No.", "singleLineText", NULL, NULL},
	{"Serial", "number", WHOLE, NULL},
	{"Individual Asset Ref.", "singleLineText", NULL, NULL},
	{"Manually Set Individual Asset Ref.", "checkbox", CHECK, NULL},
	{"Notes", "multilineText", NULL, NULL},
	{"Model Name", "singleLineText", NULL, NULL},
	{"PPC", "singleSelect",
	 "{\"choices\":[{\"name\":\"USD\"},{\"name\":\"EUR\"},{\"name\":\"TWD\"},{\"name\":\"JPY\"},"
	 "{\"name\":\"GBP\"}]}",
	 NULL},
	{"Purchase Price", "number", "{\"precision\":2}", NULL},
	{"Purchased From", "singleLineText", NULL, NULL},
	{"Purchase Date", "dateTime", TIME, NULL},
	{"Expiry Date", "dateTime", TIME, NULL},
	{"Expire Soon Prior Days", "number", WHOLE, NULL},
	{"Stock Quantity", "number", WHOLE, NULL},
	{"Stock Quantity Unit", "singleLineText", NULL, NULL},
	{"Min Stock Level", "number", WHOLE, NULL},
	{"Will Not Restock", "checkbox", CHECK, NULL},
	{"Icon Name", "singleLineText", NULL, NULL},
	{"Icon Color", "singleLineText", NULL, NULL},
	{"Images", "multipleAttachments", "{\"isReversed\":false}", NULL},
	{"Remove All Images", "checkbox", CROSS, NULL},
	{"Use First Image as Icon", "checkbox", CHECK, NULL},
	{"RFID EPC Hex", "singleLineText", NULL, NULL},
	{"Manually Set RFID EPC Hex", "checkbox", CHECK, NULL},
	{"Delete", "checkbox", CROSS, NULL},
	{"Created At", "dateTime", TIME, NULL},
	{"Updated At", "dateTime", TIME, NULL},
	{"Modified At", "lastModifiedTime", MODIFIED, NULL},
	{"ID", "singleLineText", NULL, NULL},
	{"Synchronization Error Message", "multilineText", NULL, NULL},
	{"#", "autoNumber", NULL, NULL},
	{"Record ID", "formula",
	 "{\"formula\":\"RECORD_ID()\",\"isValid\":true,\"referencedFieldIds\":[],"
	 "\"result\":{\"type\":\"singleLineText\"}}",
	 NULL},
	{"Container Record ID", "multipleLookupValues",
	 "{\"isValid\":true,\"result\":{\"type\":\"singleLineText\"}}", NULL},
};

static const struct column collections[] = {
	{"Name", "singleLineText", NULL, NULL},
	{"Ref. No.", "singleLineText", NULL, "Collection Reference Number"},
	{"Delete", "checkbox", CROSS, NULL},
	{"Modified At", "lastModifiedTime", MODIFIED, NULL},
	{"ID", "singleLineText", NULL, NULL},
	{"Synchronization Error Message", "multilineText", NULL, NULL},
	{"#", "autoNumber", NULL, NULL},
	{"Items", "multipleRecordLinks", "{\"prefersSingleRecordLink\":false}", NULL},
};

static void add_columns(struct sandbox_table *table, const struct column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		scoped(json_object) model = json_new_object();
		struct json_object *options = NULL;
		struct sandbox_field *field = NULL;
		bool made = !columns[i].options ||
			    json_read(columns[i].options, strlen(columns[i].options), &options, NULL, NULL);
		json_put_text(model, "name", columns[i].name);
		json_put_text(model, "type", columns[i].type);
		json_put_text(model, "description", columns[i].description);
		if (options)
			json_put(model, "options", options);
		made = made && sandbox_make_field(table, model, false, &field, NULL);
		assert(made);
		(void)made;
	}
}

struct sandbox_base *sandbox_add_template(struct sandbox_store *store, const char *base_id)
{
	struct sandbox_base *base = sandbox_add_base(store, base_id, "Inventory");
	struct sandbox_table *item_table = sandbox_add_table(base, NULL, "Items");
	struct sandbox_table *collection_table = sandbox_add_table(base, NULL, "Collections");

	add_columns(item_table, items, countof(items));
	add_columns(collection_table, collections, countof(collections));
	struct sandbox_field *collection = sandbox_find_field(item_table, "Collection");
	struct sandbox_field *container = sandbox_find_field(item_table, "Container");
	struct sandbox_field *inverse = sandbox_find_field(collection_table, "Items");
	collection->linked = collection_table;
	collection->inverse = inverse;
	inverse->linked = item_table;
	inverse->inverse = collection;
	container->linked = item_table;
	struct sandbox_field *lookup = sandbox_find_field(item_table, "Container Record ID");
	json_put_text(lookup->options, "recordLinkFieldId", container->id);
	json_put_text(lookup->options, "fieldIdInLinkedTable",
		      sandbox_find_field(item_table, "Record ID")->id);
	return base;
}
