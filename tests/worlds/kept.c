/* Histories as text:
 *
 *     # What it found.
 *     seed 4711
 *     phone edits: 12 3 7
 *     fault: 4 0 0 at 17
 */
#include "tests/worlds/events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void history_print(const struct history *history, const char *found)
{
	printf("# %s\nseed %" PRIu64 "\n", found, history->seed);
	for (size_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];
		printf("%s: %u %u %u", event_kinds[event->kind].name, event->a, event->b, event->c);
		if (event->at)
			printf(" at %u", event->at);
		printf("\n");
	}
}

/* ---- reading ---- */

/* Digits, and nothing but the space between two words before them. */
static bool eat_number(const char **at, uint64_t most, uint64_t *number_out)
{
	uint64_t number = 0;
	size_t count = strspn(*at, "0123456789");

	if (count == 0 || count > 19)
		return false;
	for (size_t i = 0; i < count; i++)
		number = number * 10 + (uint64_t)((*at)[i] - '0');
	*at += count;
	*number_out = number;
	return number <= most;
}

static bool eat(const char **at, const char *words)
{
	size_t length = strlen(words);

	if (strncmp(*at, words, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool eat_kind(const char **at, unsigned *kind_out)
{
	for (unsigned kind = 0; kind < event_kind_count; kind++) {
		const char *behind = *at;
		if (!eat(&behind, event_kinds[kind].name) || !eat(&behind, ": "))
			continue;
		*at = behind;
		*kind_out = kind;
		return true;
	}
	return false;
}

static bool parse_event(const char *line, struct event *event_out)
{
	uint64_t numbers[3], reach = 0;
	unsigned kind;

	if (!eat_kind(&line, &kind))
		return false;
	for (size_t i = 0; i < countof(numbers); i++)
		if ((i > 0 && !eat(&line, " ")) || !eat_number(&line, 999, &numbers[i]))
			return false;
	if (eat(&line, " at ") && (!eat_number(&line, HISTORY_REACH, &reach) || reach == 0))
		return false;
	*event_out = (struct event){kind, (unsigned)numbers[0], (unsigned)numbers[1], (unsigned)numbers[2],
				    (unsigned)reach};
	return !*line;
}

static bool parse_line(const char *line, struct history *history, bool *seeded)
{
	uint64_t seed;

	if (line[0] == '#')
		return true;
	if (!*seeded) {
		*seeded = eat(&line, "seed ") && eat_number(&line, UINT64_MAX, &seed) && !*line;
		history->seed = *seeded ? seed : 0;
		return *seeded;
	}
	return history->count < HISTORY_LIMIT && parse_event(line, &history->events[history->count++]);
}

bool history_parse(const char *text, struct history *history_out, struct error *error)
{
	struct history history = {0};
	bool seeded = false;
	unsigned number = 0;

	if (text[0] != '#')
		return error_set(error, ERROR_REFUSED, "line 1: it does not begin with what it found");
	while (*text) {
		const char *end = strchr(text, '\n');
		if (!end)
			return error_set(error, ERROR_REFUSED, "the last line has no end");
		scoped_text line = own_copy_bytes(text, (size_t)(end - text));
		number++;
		if (!parse_line(line, &history, &seeded))
			return error_set(error, ERROR_REFUSED, "line %u: \"%s\" is not understood", number,
					 line);
		text = end + 1;
	}
	if (!history.count)
		return error_set(error, ERROR_REFUSED, "nothing happens in it");
	*history_out = history;
	return true;
}
