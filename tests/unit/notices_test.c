/* Who is notified is told once of each, and not more than hourly. */
#include "bridge/daemon/notices.h"

#include "tests/unit/cases.h"

#define MINUTE_MS INT64_C(60000)

static const struct look {
	const char *about;
	int64_t minute;
	bool attention;
	enum notice notice;
} looks[] = {
	{"all is well", 0, false, NOTICE_NONE},
	{"it needs attention", 1, true, NOTICE_ATTENTION},
	{"and goes on to", 50, true, NOTICE_NONE},
	{"it has recovered", 55, false, NOTICE_RECOVERED},
	{"and stays so", 56, false, NOTICE_NONE},
	{"attention within the hour waits", 60, true, NOTICE_NONE},
	{"until the hour is over", 61, true, NOTICE_ATTENTION},
	{"a recovery within the hour of the last one waits as well", 70, false, NOTICE_NONE},
	{"what came back meanwhile was told already", 100, true, NOTICE_NONE},
	{"and recovers when the hour is over", 115, false, NOTICE_RECOVERED},
	{"what comes and goes within the hour is not told", 118, true, NOTICE_NONE},
	{"nor is its end", 119, false, NOTICE_NONE},
	{"hours later it is", 500, true, NOTICE_ATTENTION},
};

static void each_once_and_hourly(void **state)
{
	struct notices notices = {0};

	(void)state;
	for (size_t i = 0; i < countof(looks); i++) {
		enum notice notice = notices_next(&notices, looks[i].attention, looks[i].minute * MINUTE_MS);
		if (notice != looks[i].notice)
			fail_msg("%s: %d", looks[i].about, notice);
	}
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("each once, and hourly at most"), each_once_and_hourly, NULL);
	return cases_run("notices", &cases);
}
