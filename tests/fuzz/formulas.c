/* Reads: any bytes as a formula of filterByFormula. Holds: what is taken is printed, read again and printed in the same
 * words, and both give the same value for every row; a refusal is a sentence. */
#include "base/clock.h"
#include "sandbox/formula.h"
#include "tests/fuzz/fuzz.h"

#define NOW_MS 1795428000500

static const char *record_id(void *context)
{
	(void)context;
	return "recAAAAAAAAAAAAAA";
}

static int64_t created_ms(void *context)
{
	(void)context;
	return 1767261600000;
}

static int64_t modified_ms(void *context, const int *fields, size_t count)
{
	(void)fields;
	return context ? 1770091446789 + (int64_t)count : 0;
}

static int find_field(void *context, const char *name_or_id)
{
	(void)context;
	return name_or_id[0] >= 'a' && name_or_id[0] <= 'e' ? name_or_id[0] - 'a' : -1;
}

static struct formula_value cell(void *context, int field)
{
	static const struct formula_value cells[] = {
		{.kind = FORMULA_TEXT, .text = "O'Neil's Box \xF0\x9F\x98\x80"},
		{.kind = FORMULA_NUMBER, .number = 2.01},
		{.kind = FORMULA_TRUTH, .number = 1},
		{.kind = FORMULA_TIME, .time_ms = 1774996200000},
		{.kind = FORMULA_BLANK},
	};

	return context ? cells[field] : cells[4];
}

static bool same_value(struct formula_value a, const char *a_text, struct formula_value b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case FORMULA_TEXT:
		return strcmp(a_text, b.text) == 0;
	case FORMULA_NUMBER:
	case FORMULA_TRUTH:
		return a.number == b.number || (a.number != a.number && b.number != b.number);
	case FORMULA_TIME:
		return a.time_ms == b.time_ms;
	default:
		return true;
	}
}

static void must_agree(struct formula *a, struct formula *b, void *context)
{
	const struct formula_row row = {context, record_id, created_ms, modified_ms, cell};
	struct formula_value value = formula_evaluate(a, &row, NOW_MS);
	scoped_text words = value.kind == FORMULA_TEXT ? own_copy(value.text) : NULL;

	must(same_value(value, words, formula_evaluate(b, &row, NOW_MS)));
	must(formula_matches(a, &row, NOW_MS) == formula_matches(b, &row, NOW_MS));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped_text words = own_copy_bytes((const char *)bytes, length);
	struct formula *formula = NULL, *again = NULL;
	struct error error = {0};
	int anything = 0;

	if (!formula_parse(words, find_field, NULL, &formula, &error)) {
		must(error.kind == ERROR_REFUSED && error.code[0] &&
		     text_is_utf8(error.text, strlen(error.text)));
		return 0;
	}
	scoped_text printed = formula_print(formula);
	must(formula_parse(printed, find_field, NULL, &again, NULL));
	scoped_text printed_again = formula_print(again);
	must(strcmp(printed, printed_again) == 0);
	must_agree(formula, again, &anything);
	must_agree(formula, again, NULL);
	formula_close(&formula);
	formula_close(&again);
	return 0;
}
