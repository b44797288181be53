#include "bridge/daemon/notices.h"

static bool may_be_sent(const struct notices *notices, enum notice notice, int64_t now_ms)
{
	return !notices->sent[notice].any || now_ms - notices->sent[notice].at_ms >= NOTICES_EACH_MS;
}

enum notice notices_next(struct notices *notices, bool needs_attention, int64_t now_ms)
{
	enum notice notice = needs_attention ? NOTICE_ATTENTION : NOTICE_RECOVERED;

	if (notices->told == needs_attention || !may_be_sent(notices, notice, now_ms))
		return NOTICE_NONE;
	notices->told = needs_attention;
	notices->sent[notice].any = true;
	notices->sent[notice].at_ms = now_ms;
	return notice;
}
