/* Which way pictures go: stories of links that work and fail. */
#include "bridge/images/images_way.h"

#include "base/clock.h"
#include "tests/unit/cases.h"

#include <stdlib.h>

#define MINUTE_MS INT64_C(60000)

/* What happens, a letter each: f a link fails, w one works, m 30 minutes pass; then whether pictures are uploaded. */
struct story {
	const char *sentence, *happens;
	bool signs, uploads;
};

static const struct story stories[] = {
	{"links are tried", "", true, false},
	{"two failures are not enough", "ff", true, false},
	{"the third in a row is", "fff", true, true},
	{"a link that works begins the count anew", "ffwff", true, false},
	{"also after many failures", "ffffmmmwff", true, false},
	{"half an hour later it is still so", "fffm", true, true},
	{"an hour later links are tried again", "fffmm", true, false},
	{"then one failure is enough", "fffmmf", true, true},
	{"for an hour from then", "fffmmfm", true, true},
	{"and no longer", "fffmmfmm", true, false},
	{"nobody signs links", "", false, true},
	{"and nothing changes that", "wmm", false, true},
};

static int64_t steady_ms(void *context)
{
	return *(const int64_t *)context;
}

static void check_story(void **state)
{
	const struct story *story = *state;
	static const struct picture_signer signer;
	int64_t now_ms = 1000;
	struct clock_source source = {.steady_ms = steady_ms, .context = &now_ms};
	struct sync *sync = own_alloc(sizeof *sync);

	log_set_level(LOG_NOTHING);
	clock_replace(&source);
	sync->signer = story->signs ? &signer : NULL;
	for (const char *at = story->happens; *at; at++) {
		if (*at == 'f')
			images_note_link_failed(sync);
		else if (*at == 'w')
			images_note_link_worked(sync);
		else
			now_ms += 30 * MINUTE_MS;
	}
	bool uploads = images_go_by_upload(sync);
	clock_replace(NULL);
	free(sync);
	assert_int_equal(uploads, story->uploads);
}

static void check_pauses(void **state)
{
	(void)state;
	assert_int_equal(images_pause_ms(1), 5 * MINUTE_MS);
	assert_int_equal(images_pause_ms(2), 10 * MINUTE_MS);
	assert_int_equal(images_pause_ms(4), 40 * MINUTE_MS);
	assert_int_equal(images_pause_ms(5), 60 * MINUTE_MS);
	assert_int_equal(images_pause_ms(1000), 60 * MINUTE_MS);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, check_story);
	cases_add(&cases, own_copy("pauses double up to an hour"), check_pauses, NULL);
	return cases_run("which way pictures go", &cases);
}
