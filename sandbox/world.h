/* The sandbox as a whole: what it holds, its clock, its limits, its faults, what it counts. */
#pragma once
#include "base/text.h"
#include "sandbox/counts.h"
#include "sandbox/faults.h"
#include "sandbox/limits.h"
#include "sandbox/store.h"
#include "sandbox/target.h"

#define SANDBOX_BODY_LIMIT       ((size_t)1 << 20)
#define SANDBOX_TOKEN_LIMIT      32
#define SANDBOX_LATENCY_LIMIT_MS 600000

#define SANDBOX_FETCH_LIMIT       ((size_t)64 << 20) /* bytes of a file that is fetched */
#define SANDBOX_FETCH_LIMIT_MOST  ((size_t)1 << 30)
#define SANDBOX_FETCH_MS          30000 /* until a fetch is given up */
#define SANDBOX_FETCH_FAILURES    3     /* of a URL */
#define SANDBOX_FETCH_FAILURES_MS 600000

/* A token that is let in, and where. */
struct sandbox_token {
	char *token; /* owned */
	char *bases; /* owned; comma list of base ids, NULL: all */
};

struct sandbox_options {
	char *listen, *load_file, *save_file; /* owned */
	int port;
	bool save_always, allow_kill;
	bool published;     /* page and controls are for whoever calls it localhost, from whatever address */
	size_t token_count; /* 0: every token that starts with "pat" */
	struct sandbox_token tokens[SANDBOX_TOKEN_LIMIT];
	size_t body_limit;
	int64_t latency_ms;
	int64_t iterator_ms; /* how long a listing can be continued */
	double rate;         /* 0: no limit; 10: ten times as fast */
	bool fetch;          /* files that are given by their URL are fetched; else they stay as given */
	size_t fetch_limit;
	int64_t fetch_ms;
};

/* The latest fetches that failed. */
struct sandbox_failures {
	size_t next; /* counts up */
	uint64_t urls[64];
	int64_t at_ms[64]; /* of the sandbox's clock */
};

/* Real time plus what tests moved it by; or standing still. */
struct sandbox_clock {
	int64_t offset_ms;
	bool frozen;
	int64_t frozen_ms;
};
int64_t sandbox_clock_now(const struct sandbox_clock *clock);
void sandbox_clock_set(struct sandbox_clock *clock, int64_t now_ms);

struct sandbox {
	struct sandbox_store *store;  /* owned */
	struct sandbox_store *before; /* owned; what reads see during a stale read, kept for its listings */
	int64_t stale_until_us;
	int64_t stale_next_us; /* the next write makes reads stale for so long */
	struct sandbox_options options;
	struct sandbox_clock clock;
	struct sandbox_limits limits;
	struct sandbox_faults faults;
	struct sandbox_counts counts;
	uint64_t requests; /* to /v0, ever */
	uint64_t releases; /* how often held requests were let go */
	uint64_t fetch_count;
	struct sandbox_failures failures;
	char address[128]; /* as the last request called the sandbox, "http://127.0.0.1:8792"; "" before */
	uint64_t saved_version;
};

/* A rate's scale: 0, or 0.01 to 1000. */
bool sandbox_rate_fits(double rate);
void sandbox_init(struct sandbox *sandbox);
void sandbox_done(struct sandbox *sandbox);
/* Replaces what the sandbox holds. */
void sandbox_take_store(struct sandbox *sandbox, struct sandbox_store *store);
/* What is done from here on is done now, and shown with the sandbox's own address. */
void sandbox_set_now(struct sandbox *sandbox);
/* After a big JSON text was read or written: its memory goes back. */
void sandbox_trim(void);
/* Microseconds that only go forward: what limits, latency and counts are measured in. */
int64_t sandbox_steady_us(void);

struct sandbox_answer {
	int status;
	struct text body;
	const char *content_type; /* NULL: application/json; charset=utf-8 */
	int retry_after_s;        /* 0: no such header */
	char *file_type;          /* owned; the body is an attached file's, of this type; NULL: it is none */
};
void sandbox_answer_done(struct sandbox_answer *answer);
/* The error in its documented shape. */
void sandbox_answer_refusal(struct sandbox_answer *answer, const struct error *refusal);
void sandbox_answer_json(struct sandbox_answer *answer, struct json_object *json);
