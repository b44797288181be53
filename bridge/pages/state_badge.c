#include "bridge/pages/state_badge.h"

#include "web/html.h"

static const struct {
	const char *colour;
	bool is_ready;
} states[STATUS_STATES] = {
	[STATUS_STARTING] = {"busy", false},  [STATUS_CATCHING_UP] = {"busy", true},
	[STATUS_IN_SYNC] = {"good", true},    [STATUS_RETRYING] = {"bad", false},
	[STATUS_ATTENTION] = {"bad", false},  [STATUS_PAUSED] = {"still", true},
	[STATUS_ELSEWHERE] = {"still", true},
};

void state_badge_add(struct text *text, enum status_state state)
{
	html_format(text, "<span class=\"state %s\">%s</span>", states[state].colour,
		    status_state_words(state));
}

bool state_is_ready(enum status_state state)
{
	return states[state].is_ready;
}
