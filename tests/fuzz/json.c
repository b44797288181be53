/* Reads: any bytes as one JSON text, as they come from servers. Holds: what is taken is read back equal after it was
 * written; every flaw has a place and words; json-c's own reader takes whatever is taken without a flaw, as the same. */
#include "tests/fuzz/json_properties.h"

/* U+1D800 to U+1DFFF and the same of each plane behind it: json-c's reader takes one that is written as a pair of escapes for half of a
 * pair, and puts U+FFFD there. */
static bool has_what_json_c_spoils(struct json_object *json)
{
	scoped_text words = json_write(json);

	for (const unsigned char *at = (const unsigned char *)words; *at; at++)
		if (at[0] >= 0xF0 && (at[1] & 0x0F) == 0x0D && (at[2] & 0x20))
			return true;
	return false;
}

static void must_be_json_for_others(const char *bytes, size_t length)
{
	scoped(json_object) ours = NULL;
	scoped(json_object) theirs = NULL;

	if (!json_read(bytes, length, &ours, NULL, NULL))
		return;
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_LIMIT + 2);
	scoped_text ended = own_copy_bytes(bytes, length); /* a number has to see its end */
	theirs = json_tokener_parse_ex(tokener, ended, (int)length + 1);
	must(json_tokener_get_error(tokener) == json_tokener_success);
	must(json_equal(ours, theirs) || has_what_json_c_spoils(ours));
	json_tokener_free(tokener);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	try_json((const char *)bytes, length, true);
	must_be_json_for_others((const char *)bytes, length);
	return 0;
}
