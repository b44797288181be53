/* What the parts of a replay share. */
#pragma once
#include "tests/replay/names.h"
#include "tests/replay/replay.h"

#define REPLAY_BASE        "appWorld000000000"
#define REPLAY_INTEGRATION "w"

enum { AWAITED_MOST = 64 };

struct replay {
	struct stage *stage;
	const struct transcript *transcript;
	struct stage_couch couch;
	struct names names;
	struct injection injection;
	int64_t shift_ms;     /* servers' time against the transcript's */
	int64_t at_ms;        /* of the last act, as the transcript has it */
	bool frozen;          /* the sandbox's clock stands: what people do at one moment is of one moment */
	unsigned stale, late; /* armed and not yet over */
	int64_t version;      /* of the sandbox, after the last pass */
	struct awaited {
		char id[WORLD_ID + 16];
		char revision[80];
	} awaited[AWAITED_MOST]; /* documents that the feed has not shown yet */
	size_t awaited_count;
	int looks;
	struct text *words;

	size_t played; /* acts */
	/* Within a pass: acts that wait for their call. */
	size_t next, end;
	bool dies;
	struct error failure;
};

/* ---- feed.c: what phones wrote must be shown before a pass goes on ---- */

void feed_await(struct replay *replay, const char *full_id, const char *revision);
void feed_forget(struct replay *replay);
/* For the injection. */
void feed_shown(void *context, const struct endpoint_records *page);
bool feed_expects(void *context);

/* ---- hands.c: what phones and people do ---- */

must_use bool hands_do(struct replay *replay, const struct act *act, struct error *error);

/* ---- end.c ---- */

/* In the names of the servers; the caller puts. */
must_use bool end_read(struct replay *replay, struct json_object **end_out, struct error *error);
