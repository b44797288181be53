#include "bridge/job/job_problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void look_write_words_only(struct look *look)
{
	look->row_work = ROW_WORK_UPDATE;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		look->decisions[field].action = ACTION_WAIT;
}

void look_wait(struct look *look, int64_t wait_ms)
{
	int64_t in_ms = wait_ms > 1 ? wait_ms : 1;

	if (!look->again_in_ms || in_ms < look->again_in_ms)
		look->again_in_ms = in_ms;
}

/* What a server says may have its own full stop. */
static void end_with_one_stop(char *words)
{
	size_t length = strlen(words);
	bool two = length > 2 && strcmp(words + length - 2, "..") == 0;

	if (two && words[length - 3] != '.')
		words[length - 1] = '\0';
}

void look_problem(struct look *look, const char *format, ...)
{
	va_list arguments;
	char words[ERROR_TEXT_SIZE * 2];

	va_start(arguments, format);
	vsnprintf(words, sizeof words, format, arguments);
	va_end(arguments);
	end_with_one_stop(words);
	if (look->problem.length)
		text_add(&look->problem, " ");
	text_add(&look->problem, words);
}

static const char *name_of(const struct look *look)
{
	const struct cell *couch = &look->couch[FIELD_NAME], *row = &look->airtable[FIELD_NAME];

	return couch->kind == CELL_TEXT ? couch->text : row->kind == CELL_TEXT ? row->text : "";
}

void look_log_problem(struct group *group, const struct look *look, const char *words)
{
	const char *name = name_of(look);

	group->sync->counts.problems++;
	log_warn(&group->sync->log, "%s%s%s%s: %s", look->pair->full_id, *name ? " (" : "", name,
		 *name ? ")" : "", words);
}
