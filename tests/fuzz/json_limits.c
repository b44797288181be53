/* Reads: the same as json.c, with limits of depth and memory so low that short texts reach them. */
#include "base/json.h"

#undef JSON_DEPTH_LIMIT
#define JSON_DEPTH_LIMIT 9
#undef JSON_UNIT_MEMORY
#define JSON_UNIT_MEMORY ((size_t)3000)
#include "base/json_read.c"
#include "tests/fuzz/json_properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	try_json((const char *)bytes, length, false);
	return 0;
}
