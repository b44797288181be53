/* Tags of asset numbers: what is written reads back, and what JavaScript makes of values. */
#include "inventory/epc.h"
#include "inventory/script.h"

#include "tests/unit/cases.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RANDOM_TAGS 1000000

static uint64_t state;

/* splitmix64 */
static uint64_t random_number(void)
{
	uint64_t mixed = state += UINT64_C(0x9E3779B97F4A7C15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
	return mixed ^ (mixed >> 31);
}

/* A prefix of 6 to 12 digits, and a number of any length beside it; often one of the two ends. */
static void random_uri(char uri_out[80])
{
	int digits = 6 + (int)(random_number() % 7);
	char company[16];
	uint64_t last;

	snprintf(company, sizeof company, "%012" PRIu64, random_number() % UINT64_C(1000000000000));
	company[digits] = '\0';
	last = epc_last_asset(company);
	uint64_t asset = random_number() % 16 == 0 ? last - random_number() % 2
						   : (random_number() & last) >> random_number() % 60;
	snprintf(uri_out, 80, "urn:epc:tag:giai-96:%u.%s.%" PRIu64, (unsigned)(random_number() % 8), company,
		 asset);
}

static void what_is_written_reads_back(void **unused)
{
	(void)unused;
	state = (uint64_t)time(NULL);
	print_message("seed %" PRIu64 "\n", state);
	for (int i = 0; i < RANDOM_TAGS; i++) {
		char uri[80], hex[EPC_HEX_DIGITS + 1];
		struct error error = {0};
		char *again = NULL;
		random_uri(uri);
		if (!epc_hex(uri, hex, &error) || !epc_uri_of_hex(hex, &again, &error))
			fail_msg("%s: %s", uri, error.text);
		assert_string_equal(again, uri);
		free(again);
	}
}

/* The last number of each length is written, the one behind it refused. */
static void numbers_end_where_their_bits_do(void **unused)
{
	(void)unused;
	for (int digits = 6; digits <= 12; digits++) {
		char uri[80], hex[EPC_HEX_DIGITS + 1], company[16];
		struct error error = {0};
		snprintf(company, sizeof company, "%0*d", digits, 42);
		snprintf(uri, sizeof uri, "urn:epc:tag:giai-96:0.%s.%" PRIu64, company,
			 epc_last_asset(company));
		assert_true(epc_hex(uri, hex, &error));
		snprintf(uri, sizeof uri, "urn:epc:tag:giai-96:0.%s.%" PRIu64, company,
			 epc_last_asset(company) + 1);
		assert_false(epc_hex(uri, hex, &error));
		assert_int_equal(error.kind, ERROR_REFUSED);
	}
}

/* ---- asset prefixes ---- */

static const struct asset_prefix {
	const char *sentence, *prefix;
	bool uri, reference; /* whether one is made with it */
} asset_prefixes[] = {
	{"digits", "100", true, true},
	{"one digit", "1", true, true},
	{"a zero alone", "0", false, false},
	{"zeros alone", "000", false, false},
	{"a zero in front: a reference, which no tag can hold", "01", false, true},
	{"nothing", "", false, false},
	{"letters", "abc", false, false},
	{"a letter behind digits", "1a", false, false},
	{"a sign", "+1", false, false},
	{"a minus", "-1", false, false},
	{"a space behind", "1 ", false, false},
	{"a fraction", "1.5", false, false},
	{"digits of another script", "\uff11", false, false},
	{"too high for the number of bits: the URI is made, and cannot be written", "288230", true, false},
	{"more digits than any number has", "99999999999999999999999", true, false},
};

static void prefixes_are_digits_without_a_zero_in_front(void **row)
{
	const struct asset_prefix *case_ = *row;
	const char *const references[] = {"0001.1.0000", "00010000010000", ""};
	const struct epc_parts parts = {"0000000", case_->prefix, "0001", "1", 0};
	struct error error = {0};
	char *words = NULL;

	for (size_t i = 0; i < countof(references); i++) {
		assert_int_equal(epc_uri("0000000", case_->prefix, references[i], &words, &error),
				 case_->uri);
		if (!case_->uri)
			assert_non_null(strstr(error.text, "asset reference prefix"));
		own_free_text(&words);
	}
	assert_int_equal(epc_reference(&parts, &words, &error), case_->reference);
	own_free_text(&words);
}

static const struct number {
	const char *sentence; /* as JavaScript writes it */
	double number;
} numbers[] = {
	{"0", -0.0},
	{"0", 0.0},
	{"-120", -120},
	{"9007199254740991", 9007199254740991.0},
	{"9007199254740992", 9007199254740992.0},
	{"-9007199254740994", -9007199254740994.0},
	{"1e+21", 1e21},
	{"999999999999999900000", 999999999999999900000.0},
	{"1e-7", 1e-7},
	{"0.000001", 1e-6},
	{"-5.55", -5.55},
	{"2009.9999999999998", 2.01 * 1000},
	{"1.7976931348623157e+308", 1.7976931348623157e308},
	{"5e-324", 5e-324},
	{"123456789012345680", 123456789012345678.0},
	{"NaN", NAN},
	{"-Infinity", -INFINITY},
};

static void numbers_as_javascript_writes_them(void **row)
{
	const struct number *number = *row;
	char words[SCRIPT_NUMBER_SIZE];

	script_number(number->number, words);
	assert_string_equal(words, number->sentence);
}

static const struct trimmed {
	const char *sentence, *before, *after;
} trimmed[] = {
	{"spaces, tabs and breaks", " \t\n a b \r\n", "a b"},
	{"no-break and ideographic spaces, byte order mark", "\u00A0\u3000\uFEFFName\u2003", "Name"},
	{"a zero-width space stays", "\u200Bx\u200B", "\u200Bx\u200B"},
	{"nothing but space", "  \n ", ""},
	{"nothing", "", ""},
	{"bytes that are no UTF-8 stay", " \xFF ", "\xFF"},
};

static void white_space_as_javascript_sees_it(void **row)
{
	const struct trimmed *text = *row;
	scoped_text after = script_trim(text->before);

	assert_string_equal(after, text->after);
}

static const struct written {
	const char *sentence, *json, *after;
} written[] = {
	{"indexes come first, by their numbers", "{\"b\":1,\"10\":2,\"2\":3,\"02\":4}",
	 "{\"2\":3,\"10\":2,\"b\":1,\"02\":4}"},
	{"numbers have one form", "[1.0,1e3,0.50,1E-7]", "[1,1000,0.5,1e-7]"},
	{"texts and words", "[\"a\\n\\\"b\",null,true]", "[\"a\\n\\\"b\",null,true]"},
};

static void json_as_javascript_writes_it(void **row)
{
	const struct written *value = *row;
	scoped(json_object) json = NULL;
	struct error error = {0};

	assert_true(json_read(value->json, strlen(value->json), &json, NULL, &error));
	scoped_text words = script_json(json);
	assert_string_equal(words, value->after);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("a million random tags read back as they were written"),
		  what_is_written_reads_back, NULL);
	cases_add(&cases, own_copy("the last number of each length is written, the next is refused"),
		  numbers_end_where_their_bits_do, NULL);
	cases_add_table(&cases, asset_prefixes, prefixes_are_digits_without_a_zero_in_front);
	cases_add_table(&cases, numbers, numbers_as_javascript_writes_them);
	cases_add_table(&cases, trimmed, white_space_as_javascript_sees_it);
	cases_add_table(&cases, written, json_as_javascript_writes_it);
	return cases_run("tags", &cases);
}
