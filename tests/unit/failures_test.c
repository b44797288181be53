/* What is told of cycles that fail: not the same six times, and nothing that lasts in silence. */
#include "bridge/daemon/failures.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#define MINUTE_MS 60000

/* A cycle: "" goes well, else it fails so. told: whether a line is written; for one that goes well after how many failures. */
static const struct {
	const char *about;
	int64_t minute;
	const char *failure;
	int told;
	unsigned untold;
} cycles[] = {
	{"all is well", 0, "", 0, 0},
	{"a failure is told at once", 1, "503", 1, 0},
	{"not again while it lasts", 2, "503", 0, 0},
	{"another one is", 3, "timeout", 1, 0},
	{"and that it is over", 4, "", 3, 0},
	{"once", 5, "", 0, 0},
	{"the same one within the hour is not", 6, "503", 0, 0},
	{"nor that it is over", 7, "", 0, 0},
	{"again", 8, "503", 0, 0},
	{"", 9, "", 0, 0},
	{"after an hour it is, with how often it came", 62, "503", 1, 3},
	{"and that it is over", 63, "", 1, 0},
	{"it comes back", 64, "503", 0, 0},
	{"", 65, "503", 0, 0},
	{"", 66, "503", 0, 0},
	{"", 67, "503", 0, 0},
	{"and lasts: that is told", 68, "503", 1, 0},
	{"once", 69, "503", 0, 0},
	{"and that it is over", 70, "", 6, 0},
	{"one that lasts is told hourly", 200, "401", 1, 0},
	{"", 230, "401", 0, 0},
	{"", 260, "401", 1, 1},
	{"", 290, "401", 0, 0},
	{"", 320, "401", 1, 1},
};

static void as_told(void **state)
{
	struct failures failures = {0};

	(void)state;
	for (size_t i = 0; i < countof(cycles); i++) {
		unsigned untold = 0;
		int told = *cycles[i].failure ? failures_add(&failures, cycles[i].failure,
							     MINUTE_MS * cycles[i].minute, &untold)
					      : failures_end(&failures);
		if (told != cycles[i].told || untold != cycles[i].untold)
			fail_msg("minute %d: %d, %u", (int)cycles[i].minute, told, untold);
	}
	failures_done(&failures);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("failures are told once, hourly, and when they last"), as_told, NULL);
	return cases_run("failures", &cases);
}
