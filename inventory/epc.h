/* Individual asset references and the GIAI-96 tags made from them, as the app computes them. Pure, exact to 96 bits.
 *
 * A reference is "<collection number>.<item number>.<serial, 4 digits>"; with the asset prefix in front it becomes
 * the asset number of "urn:epc:tag:giai-96:<filter>.<company prefix>.<asset number>", and that the 24 hex digits of a
 * tag. How many digits collection and item may have follows from what the company prefix leaves free. All failures
 * are ERROR_REFUSED with a sentence for people. */
#pragma once
#include "base/error.h"
#include "base/own.h"

#include <stdint.h>

#define EPC_HEX_DIGITS    24
#define EPC_SERIAL_DIGITS 4
#define EPC_SERIAL_LAST   9999

/* The highest asset number beside this company prefix; 0 unless it is 6 to 12 digits. */
uint64_t epc_last_asset(const char *company_prefix);
/* The highest asset prefix, and the highest that leaves references their full length; 0 as above. */
int64_t epc_last_prefix(const char *company_prefix);
int64_t epc_last_roomy_prefix(const char *company_prefix);
/* Digits of a collection's number (exactly) and of an item's (at most). */
int epc_collection_digits(const char *company_prefix, const char *asset_prefix);
int epc_item_digits(const char *company_prefix, const char *asset_prefix);

/* The individual asset reference; the caller frees. A fraction as serial is written as it is. */
struct epc_parts {
	const char *company_prefix, *asset_prefix, *collection, *item;
	double serial;
};
must_use bool epc_reference(const struct epc_parts *parts, char **reference_out, struct error *error);

/* The tag's URI of a reference with two dots, or of plain digits; the caller frees. The asset prefix must be digits
 * without a leading zero; other rules are those of epc_hex(). */
must_use bool epc_uri(const char *company_prefix, const char *asset_prefix, const char *reference,
		      char **uri_out, struct error *error);
/* What has other than the numbers that come back when it is read again is refused: a zero in front, a number
 * that is too high, further parts. */
must_use bool epc_hex(const char *uri, char hex_out[EPC_HEX_DIGITS + 1], struct error *error);
/* As the app reads any text: what is missing at the end is zeros, a character that is no hex digit is F, and the
 * header is not looked at. The caller frees. */
must_use bool epc_uri_of_hex(const char *hex, char **uri_out, struct error *error);

/* The hex digits with which all tags with this asset prefix begin. */
must_use bool epc_filter(const char *company_prefix, const char *asset_prefix,
			 char hex_out[EPC_HEX_DIGITS + 1], struct error *error);
