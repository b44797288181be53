#include "bridge/state/retry.h"

#include "base/clock.h"
#include "bridge/limits.h"

int64_t retry_pause_ms(unsigned failures)
{
	int64_t wait_ms = random_backoff_ms((int)failures, SYNC_RETRY_FIRST_MS, SYNC_RETRY_CAP_MS);

	return wait_ms < SYNC_RETRY_FIRST_MS / 2 ? SYNC_RETRY_FIRST_MS / 2 : wait_ms;
}

bool retry_is_due(const struct retry *retry)
{
	return retry->failures == 0 || clock_steady_ms() >= retry->next_ms;
}

void retry_failed(struct retry *retry, const struct log *log, const char *what, const struct error *why,
		  const char *consequence)
{
	if (retry->failures == 0)
		log_warn(log, "%s could not be written: %s. %s Retrying, at most hourly", what, why->text,
			 consequence);
	retry->next_ms = clock_steady_ms() + retry_pause_ms(retry->failures++);
}

void retry_worked(struct retry *retry, const struct log *log, const char *what)
{
	if (retry->failures)
		log_info(log, "%s is written again", what);
	*retry = (struct retry){0};
}
