#include "bridge/pages/patience.h"

#include "base/http.h"
#include "bridge/pages/pages.h"

void patience_begins(void *context, int64_t waited_ms)
{
	const struct pages *pages = context;

	http_set_time_left(pages->http, waited_ms < PATIENCE_MS ? PATIENCE_MS - waited_ms : 0);
}

void patience_ends(void *context, struct admin_answer *answer)
{
	const struct pages *pages = context;

	if (answer->status != 502 || http_time_left_ms(pages->http) > 0)
		return;
	answer->status = 503;
	answer->retry_after_s = PATIENCE_AGAIN_S;
}
