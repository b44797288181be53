/* Values at random: what a cell shows, written into a document and shown again, is the same cell; and a document's value
 * that a row shows and gives back is the same value. MAPPING_TEST_SEED repeats a run. */
#include "base/clock.h"
#include "base/text.h"
#include "bridge/columns/columns_bind.h"
#include "bridge/mapping/mapping_from.h"
#include "inventory/document.h"
#include "tests/fakes/cell_into.h"
#include "tests/unit/cases.h"
#include "tests/unit/vectors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VALUES 10000

static uint64_t chance, first_chance;
static struct columns columns;

static uint32_t below(uint32_t end)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((chance >> 33) % end);
}

/* ---- values ---- */

/* Of every length in UTF-8, of several scripts and directions, joined, combining, white, and what JSON escapes. */
static const char *const pieces[] = {
	"a",      "Z",          "7",      " ",      "\t",      "\n",     "\"",
	"\\",     "/",          "=1+1",   "é",      "e\u0301", "ß",      "ﬁ",
	"Ω",      "Ж",          "א",      "ع",      "ไ",       "한",     "金",
	"槌",     "\u200b",     "\u00a0", "\u3000", "\ufeff",  "\u2028", "👩🏽‍🔧",
	"🇹🇼",     "\U0010fffd", "\x7f",   "\x01",   "<b>",     "%00",    "{{x}}",
	"\u202e",
};

static struct json_object *random_text(void)
{
	struct text words = {0};
	uint32_t length = below(20) == 0 ? 3000 : 1 + below(12);

	for (uint32_t i = 0; i < length; i++)
		text_add(&words, pieces[below(countof(pieces))]);
	struct json_object *value = json_new_text(words.bytes);
	text_done(&words);
	return value;
}

static struct json_object *random_price(void)
{
	static const uint32_t ends[] = {10, 1000, 100000, 2000000000};
	int64_t thousandths = below(ends[below(countof(ends))]);

	return json_number((double)(below(4) ? thousandths : -thousandths) / 1000);
}

static struct json_object *random_whole(void)
{
	return json_new_int(1 + below(below(2) ? 9999 : 2000000000));
}

/* From 1902 to 2106. */
static struct json_object *random_time(void)
{
	char iso[CLOCK_ISO_SIZE];

	clock_iso(((int64_t)below(2000000000) * 3 - 2147483648) * 1000 + below(1000), iso);
	return json_new_text(iso);
}

static struct json_object *random_truth(void)
{
	return json_new_bool(true);
}

static struct json_object *random_choice(void)
{
	static const char *const choices[] = {"Container", "Generic Container", "Item with Parts",
					      "Consumable"};

	return json_new_text(choices[below(countof(choices))]);
}

static const struct {
	enum field field;
	struct json_object *(*make)(void);
} kinds[] = {
	{FIELD_NOTES, random_text},          {FIELD_MODEL_NAME, random_text},
	{FIELD_PURCHASED_FROM, random_text}, {FIELD_PRICE, random_price},
	{FIELD_SERIAL, random_whole},        {FIELD_PURCHASE_DATE, random_time},
	{FIELD_EXPIRY_DATE, random_time},    {FIELD_FIRST_IMAGE_AS_ICON, random_truth},
	{FIELD_TYPE, random_choice},
};

/* ---- there and back ---- */

static const char *nobody(void *context, enum table table, const char *id)
{
	(void)context;
	(void)table;
	(void)id;
	return NULL;
}

static const struct mapping_links links = {.record_of = nobody, .document_of = nobody};

static void cells_done(struct cell *cells)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

static void read_row(enum field field, struct json_object *value, struct cell *cells)
{
	scoped(json_object) row = json_new_object();
	bool unknown_choice = false;

	json_put(row, columns.of[field].id, json_share(value));
	mapping_from_row(TABLE_ITEMS, &columns, row, &links, cells, &unknown_choice);
}

static void check_value(enum field field, struct json_object *value)
{
	struct cell in_row[FIELD_COUNT] = {0}, in_document[FIELD_COUNT] = {0}, back[FIELD_COUNT] = {0};
	scoped(json_object) body = document_new(DOCUMENT_ITEM, "i");
	scoped(json_object) again = NULL;
	scoped(json_object) shown = NULL;
	struct error error = {0};

	read_row(field, value, in_row);
	if (!cell_into(TABLE_ITEMS, field, &in_row[field], body, &error))
		fail_msg("%s: %s", field_rule(field)->name, error.text);
	/* As it comes back from a server. */
	scoped_text words = json_write(body);
	if (!json_read(words, strlen(words), &again, NULL, &error))
		fail_msg("%s", error.text);
	mapping_from_document(TABLE_ITEMS, "i", again, in_document);
	if (!cell_equal(&in_row[field], &in_document[field], NULL))
		fail_msg("%s: the document shows %s as something else (seed %" PRIu64 ")",
			 field_rule(field)->name, json_object_to_json_string(value), first_chance);
	if (!mapping_to_row(TABLE_ITEMS, &columns, field, &in_document[field], &links, &shown, &error))
		fail_msg("%s: %s", field_rule(field)->name, error.text);
	read_row(field, shown, back);
	/* A column of one line shows breaks as spaces, and that is the same to it. */
	const struct cell_equivalence equivalence = columns_equivalence(&columns, field);
	if (!cell_equal(&in_document[field], &back[field], &equivalence))
		fail_msg("%s: the row shows %s as %s (seed %" PRIu64 ")", field_rule(field)->name,
			 json_object_to_json_string(value), json_object_to_json_string(shown), first_chance);
	cells_done(in_row);
	cells_done(in_document);
	cells_done(back);
}

static void check_all(void **state)
{
	(void)state;
	for (int i = 0; i < VALUES; i++) {
		size_t kind = below(countof(kinds));
		scoped(json_object) value = kinds[kind].make();
		check_value(kinds[kind].field, value);
	}
}

static void bind_items(void)
{
	scoped(json_object) base = vectors_read("tests/vectors/base-schema.json");
	struct error error = {0};
	bool changed;

	for (size_t i = 0; i < json_length(base); i++) {
		struct json_object *schema = json_at(base, i);
		if (strcmp(json_text_or(schema, "name", ""), table_name(TABLE_ITEMS)) == 0 &&
		    !columns_bind(&columns, TABLE_ITEMS, schema, &changed, &error))
			printf("Bail out! %s\n", error.text);
	}
}

int main(void)
{
	const char *seed = getenv("MAPPING_TEST_SEED");
	struct cases cases = {0};

	first_chance = seed ? strtoull(seed, NULL, 10) : (uint64_t)clock_now_ms();
	chance = first_chance;
	printf("# seed %" PRIu64 "\n", first_chance);
	bind_items();
	cases_add(&cases, own_format("%d values there and back are the same", VALUES), check_all, NULL);
	int failed = cases_run("values at random", &cases);
	columns_done(&columns);
	return failed;
}
