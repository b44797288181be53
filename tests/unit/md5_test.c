/* The digests that RFC 1321 gives for its own words, and lengths around a block's end. */
#include "base/md5.h"
#include "tests/unit/cases.h"

#include <string.h>

static const struct md5_case {
	const char *sentence, *words, *digest;
} md5_cases[] = {
	{"nothing", "", "md5-1B2M2Y8AsgTpgAmY7PhCfg=="},
	{"a", "a", "md5-DMF1ucDxtqgxw5niaXcmYQ=="},
	{"a message", "message digest", "md5-+WtpfXy3k41SWi8xqvFh0A=="},
	{"80 digits, more than a block",
	 "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	 "md5-V+30oivjyVWsSdouIQe2eg=="},
	{"55 bytes: the length has just room", "1234567890123456789012345678901234567890123456789012345",
	 "md5-yczxaJFKG8/DIp8ZSOZ9oA=="},
	{"56 bytes: it has not", "12345678901234567890123456789012345678901234567890123456",
	 "md5-SfGTrc4XhJDjTRs6TsAGTA=="},
	{"a whole block", "1234567890123456789012345678901234567890123456789012345678901234",
	 "md5-62xBecCnyCzCgoweYzjhZQ=="},
};

static void check_digest(void **state)
{
	const struct md5_case *row = *state;
	char words[MD5_TEXT_SIZE];

	md5_text(row->words, strlen(row->words), words);
	assert_string_equal(words, row->digest);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, md5_cases, check_digest);
	return cases_run("md5", &cases);
}
