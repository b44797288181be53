#include "airtable/request.h"
#include "airtable/answer.h"
#include "airtable/flight.h"
#include "base/clock.h"
#include "base/log.h"

enum {
	BACKOFF_FIRST_MS = 500,
	BACKOFF_CAP_MS = 30000,
	PATIENCE_MS = 45000, /* a server that asks for more is left to the caller's own schedule */
	LOOK_UP_MS = 250,    /* while waiting: the clock may have been moved */
};

/* Waits without standing still: whatever else is in the air goes on. */
static void pause_ms(struct http *http, int64_t wait_ms)
{
	int64_t end_ms = clock_steady_ms() + wait_ms;
	for (int64_t left_ms = wait_ms; left_ms > 0 && !http_stopped(http);
	     left_ms = end_ms - clock_steady_ms())
		http_run(http, left_ms < LOOK_UP_MS ? left_ms : LOOK_UP_MS);
}

static const struct log log_of_client = {"Airtable"};

/* False: that was the last try. */
static bool wait_for_next_try(struct http *http, bool read, int attempt, const struct error *error)
{
	bool rate = airtable_answer_is_rate(error);
	bool may_repeat = rate || (read && error->kind == ERROR_RETRY);
	if (!may_repeat || attempt + 1 >= AIRTABLE_READ_TRIES || error->retry_after_ms > PATIENCE_MS)
		return false;
	/* After a 429 the penalty is waited out at the gate. */
	int64_t wait_ms = rate ? 0 : random_backoff_ms(attempt, BACKOFF_FIRST_MS, BACKOFF_CAP_MS);
	if (wait_ms < error->retry_after_ms)
		wait_ms = error->retry_after_ms;
	log_debug(&log_of_client, "asked again in %lld ms, after try %d of %d: %s", (long long)wait_ms,
		  attempt + 1, AIRTABLE_READ_TRIES, error->text);
	pause_ms(http, wait_ms);
	return true;
}

bool airtable_request(struct airtable_client *airtable, const struct airtable_call *call,
		      struct json_object **answer_out, int64_t *date_ms_out, struct error *error)
{
	struct error why;
	for (int attempt = 0;; attempt++) {
		struct airtable_flight *flight = airtable_flight_start(airtable, call);
		if (airtable_flight_land(&flight, answer_out, date_ms_out, &why))
			return true;
		if (!wait_for_next_try(airtable_client_http(airtable), call->read, attempt, &why))
			break;
	}
	if (error)
		*error = why;
	return false;
}
