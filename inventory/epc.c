/* GIAI-96. A tag is a header of 8 bits, a filter of 3, a partition of 3, and 82 bits which the partition divides
 * between company prefix and asset number. */
#include "inventory/epc.h"

#include "inventory/script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER          0x34
#define TAG_BITS        96
#define PARTITION_AT    82 /* bits behind it */
#define FILTER_AT       85
#define HEADER_AT       88
#define URI_START       "urn:epc:tag:giai-96:"
#define COMPANY_SHORT   6
#define COMPANY_LONG    12
#define COLLECTION_MOST 4
#define ITEM_MOST       6

__extension__ typedef unsigned __int128 tag_bits;

/* Bits of the asset number, by the length of the company prefix. */
static const int asset_bits[COMPANY_LONG + 1] = {
	[6] = 62, [7] = 58, [8] = 55, [9] = 52, [10] = 48, [11] = 45, [12] = 42,
};

static bool is_digits(const char *words)
{
	return *words && words[strspn(words, "0123456789")] == '\0';
}

/* Digits that a uint64_t holds. */
static bool read_number(const char *words, uint64_t *number_out)
{
	uint64_t number = 0;

	if (!is_digits(words))
		return false;
	for (; *words; words++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*words - '0'), &number))
			return false;
	*number_out = number;
	return true;
}

static bool is_company_prefix(const char *words)
{
	size_t length = strlen(words);

	return length >= COMPANY_SHORT && length <= COMPANY_LONG && is_digits(words);
}

uint64_t epc_last_asset(const char *company_prefix)
{
	return is_company_prefix(company_prefix) ? (UINT64_C(1) << asset_bits[strlen(company_prefix)]) - 1
						 : 0;
}

/* ---- how many digits there are ---- */

static uint64_t power_of_ten(int digits)
{
	uint64_t power = 1;

	while (digits-- > 0)
		power *= 10;
	return power;
}

int64_t epc_last_prefix(const char *company_prefix)
{
	uint64_t last = epc_last_asset(company_prefix);

	return last ? (int64_t)(last / power_of_ten(12)) - 1 : 0;
}

int64_t epc_last_roomy_prefix(const char *company_prefix)
{
	uint64_t last = epc_last_asset(company_prefix);

	for (int digits = 14; last && digits >= 12; digits--)
		if (last / power_of_ten(digits) > 0)
			return (int64_t)(last / power_of_ten(digits)) - 1;
	return 0;
}

/* Digits behind the asset prefix that never go past the highest number. */
static int free_digits(const char *company_prefix, const char *asset_prefix)
{
	char last[24], leading[24];
	size_t length = strlen(asset_prefix);

	if (!is_company_prefix(company_prefix))
		return 0;
	snprintf(last, sizeof last, "%" PRIu64, epc_last_asset(company_prefix));
	if (length >= strlen(last))
		return 0;
	snprintf(leading, sizeof leading, "%.*s", (int)length, last);
	bool below = script_number_of_text(asset_prefix) < script_number_of_text(leading);
	return (int)(strlen(last) - length) - (below ? 0 : 1);
}

static int within(int digits, int most)
{
	return digits < 0 ? 0 : digits > most ? most : digits;
}

int epc_collection_digits(const char *company_prefix, const char *asset_prefix)
{
	int digits = free_digits(company_prefix, asset_prefix);

	return digits == 13 ? 3 : within(digits - 8, COLLECTION_MOST);
}

int epc_item_digits(const char *company_prefix, const char *asset_prefix)
{
	return within(free_digits(company_prefix, asset_prefix) - EPC_SERIAL_DIGITS -
			      epc_collection_digits(company_prefix, asset_prefix),
		      ITEM_MOST);
}

/* ---- references ---- */

static bool check_prefixes(const char *company_prefix, const char *asset_prefix, struct error *error)
{
	uint64_t prefix = 0;

	if (!is_company_prefix(company_prefix))
		return error_set(error, ERROR_REFUSED, "the company prefix \"%s\" is not 6 to 12 digits",
				 company_prefix);
	if (!read_number(asset_prefix, &prefix) || prefix == 0)
		return error_set(error, ERROR_REFUSED,
				 "the asset reference prefix \"%s\" is no number above 0", asset_prefix);
	if (prefix > (uint64_t)epc_last_prefix(company_prefix))
		return error_set(error, ERROR_REFUSED,
				 "the asset reference prefix \"%s\" is too high: beside the company prefix "
				 "\"%s\" it is %" PRId64 " at the most",
				 asset_prefix, company_prefix, epc_last_prefix(company_prefix));
	return true;
}

bool epc_reference(const struct epc_parts *parts, char **reference_out, struct error *error)
{
	const char *company = parts->company_prefix, *prefix = parts->asset_prefix;
	char serial[SCRIPT_NUMBER_SIZE];

	if (!check_prefixes(company, prefix, error))
		return false;
	size_t collection = (size_t)epc_collection_digits(company, prefix);
	size_t item = (size_t)epc_item_digits(company, prefix);
	script_number(parts->serial, serial);
	if (!is_digits(parts->collection) || strlen(parts->collection) != collection)
		return error_set(error, ERROR_REFUSED,
				 "the collection's number \"%s\" does not have %zu digits", parts->collection,
				 collection);
	if (!is_digits(parts->item) || strlen(parts->item) > item)
		return error_set(error, ERROR_REFUSED, "\"%s\" is not 1 to %zu digits", parts->item, item);
	if (!(parts->serial >= 0 && parts->serial <= EPC_SERIAL_LAST))
		return error_set(error, ERROR_REFUSED, "the serial %s is not between 0 and %d", serial,
				 EPC_SERIAL_LAST);
	int zeros = EPC_SERIAL_DIGITS - (int)strlen(serial);
	*reference_out = own_format("%s.%s.%.*s%s", parts->collection, parts->item, zeros > 0 ? zeros : 0,
				    "0000", serial);
	return true;
}

static size_t count_dots(const char *words)
{
	size_t count = 0;

	for (; *words; words++)
		count += *words == '.';
	return count;
}

/* A tag holds a number, which has no zero in front. */
static bool check_asset_prefix(const char *asset_prefix, struct error *error)
{
	return (is_digits(asset_prefix) && asset_prefix[0] != '0') ||
	       error_set(error, ERROR_REFUSED,
			 "the asset reference prefix \"%s\" is not digits without a leading zero",
			 asset_prefix);
}

bool epc_uri(const char *company_prefix, const char *asset_prefix, const char *reference, char **uri_out,
	     struct error *error)
{
	const char *dot = strchr(reference, '.'), *second = dot ? strchr(dot + 1, '.') : NULL;
	size_t dots = count_dots(reference);

	if (!check_asset_prefix(asset_prefix, error))
		return false;
	if (dots == 0) {
		*uri_out = own_format(URI_START "0.%s.%s%s", company_prefix, asset_prefix, reference);
		return true;
	}
	if (dots != 2)
		return error_set(error, ERROR_REFUSED,
				 "\"%s\" is neither three numbers with dots between nor one", reference);
	int item = (int)(second - dot) - 1, zeros = epc_item_digits(company_prefix, asset_prefix) - item;
	*uri_out = own_format(URI_START "0.%s.%s%.*s%.*s%.*s%s", company_prefix, asset_prefix,
			      (int)(dot - reference), reference, zeros > 0 ? zeros : 0, "000000", item,
			      dot + 1, second + 1);
	return true;
}

/* ---- tags ---- */

struct tag {
	unsigned filter;
	size_t company_digits;
	uint64_t company, asset;
};

/* "<filter>.<company prefix>.<asset number>", each as it is written again. */
static bool read_uri(const char *uri, struct tag *tag_out)
{
	char company[COMPANY_LONG + 1], asset[32];
	const char *at = uri + strlen(URI_START), *dot;

	if (strncmp(uri, URI_START, strlen(URI_START)) != 0 || at[0] < '0' || at[0] > '7' || at[1] != '.')
		return false;
	tag_out->filter = (unsigned)(at[0] - '0');
	at += 2;
	dot = strchr(at, '.');
	if (!dot || dot - at > COMPANY_LONG || strlen(dot + 1) >= sizeof asset)
		return false;
	snprintf(company, sizeof company, "%.*s", (int)(dot - at), at);
	snprintf(asset, sizeof asset, "%s", dot + 1);
	tag_out->company_digits = strlen(company);
	return is_company_prefix(company) && read_number(company, &tag_out->company) &&
	       read_number(asset, &tag_out->asset) && (asset[0] != '0' || asset[1] == '\0') &&
	       tag_out->asset <= epc_last_asset(company);
}

static void write_hex(const struct tag *tag, char hex_out[EPC_HEX_DIGITS + 1])
{
	tag_bits bits = (tag_bits)HEADER << HEADER_AT | (tag_bits)tag->filter << FILTER_AT |
			(tag_bits)(COMPANY_LONG - tag->company_digits) << PARTITION_AT |
			(tag_bits)tag->company << asset_bits[tag->company_digits] | tag->asset;

	snprintf(hex_out, EPC_HEX_DIGITS + 1, "%08" PRIX32 "%016" PRIX64, (uint32_t)(bits >> 64),
		 (uint64_t)bits);
}

bool epc_hex(const char *uri, char hex_out[EPC_HEX_DIGITS + 1], struct error *error)
{
	struct tag tag;

	if (!read_uri(uri, &tag))
		return error_set(
			error, ERROR_REFUSED,
			"\"%s\" cannot be written to a tag: a company prefix of 6 to 12 digits and a number "
			"without a leading zero that fits beside it are needed",
			uri);
	write_hex(&tag, hex_out);
	return true;
}

static unsigned nibble(char character)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
		strchr(digits, character >= 'A' && character <= 'F' ? character - 'A' + 'a' : character);

	return at ? (unsigned)(at - digits) : 15;
}

/* The first 96 bits. An odd number of digits lacks the first. */
static tag_bits read_hex(const char *hex)
{
	size_t length = strlen(hex), digits = length % 2 == 0 ? 0 : 1;
	tag_bits bits = 0;

	for (; *hex && digits < EPC_HEX_DIGITS; hex++, digits++)
		bits = bits << 4 | nibble(*hex);
	return digits == 0 ? 0 : bits << (4 * (EPC_HEX_DIGITS - digits));
}

bool epc_uri_of_hex(const char *hex, char **uri_out, struct error *error)
{
	tag_bits bits = read_hex(hex);
	unsigned filter = (unsigned)(bits >> FILTER_AT) & 7, partition = (unsigned)(bits >> PARTITION_AT) & 7;

	if (partition > COMPANY_LONG - COMPANY_SHORT)
		return error_set(error, ERROR_REFUSED, "\"%s\" is no tag: there is no partition %u", hex,
				 partition);
	int digits = COMPANY_LONG - (int)partition;
	tag_bits numbers = bits & (((tag_bits)1 << PARTITION_AT) - 1);
	uint64_t company = (uint64_t)(numbers >> asset_bits[digits]);
	uint64_t asset = (uint64_t)numbers & ((UINT64_C(1) << asset_bits[digits]) - 1);
	*uri_out = own_format(URI_START "%u.%0*" PRIu64 ".%" PRIu64, filter, digits, company, asset);
	return true;
}

/* ---- filters ---- */

/* The tag of the reference that has this digit in all places. */
static bool end_of_range(const char *company_prefix, const char *asset_prefix, char digit,
			 char hex_out[EPC_HEX_DIGITS + 1], struct error *error)
{
	int free = epc_collection_digits(company_prefix, asset_prefix) +
		   epc_item_digits(company_prefix, asset_prefix) + EPC_SERIAL_DIGITS;
	char digits[COLLECTION_MOST + ITEM_MOST + EPC_SERIAL_DIGITS + 1] = "";

	memset(digits, digit, (size_t)free);
	scoped_text uri = own_format(URI_START "0.%s.%s%s", company_prefix, asset_prefix, digits);
	return epc_hex(uri, hex_out, error);
}

bool epc_filter(const char *company_prefix, const char *asset_prefix, char hex_out[EPC_HEX_DIGITS + 1],
		struct error *error)
{
	char first[EPC_HEX_DIGITS + 1], last[EPC_HEX_DIGITS + 1];
	size_t same = 0;

	if (!check_prefixes(company_prefix, asset_prefix, error) ||
	    !end_of_range(company_prefix, asset_prefix, '0', first, error) ||
	    !end_of_range(company_prefix, asset_prefix, '9', last, error))
		return false;
	while (first[same] && first[same] == last[same])
		same++;
	snprintf(hex_out, EPC_HEX_DIGITS + 1, "%.*s", (int)same, first);
	return true;
}
