/* How an integration stands, in a word with its colour. */
#pragma once
#include "base/text.h"
#include "bridge/report/figures.h"

void state_badge_add(struct text *text, enum status_state state);
/* Whether a health check may call this ready: it works, or is meant not to. */
bool state_is_ready(enum status_state state);
