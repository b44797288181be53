#include "bridge/job/job_problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void job_write_error_cell(struct job *job)
{
	job->row_write.work = ROW_WORK_UPDATE;
	if (job->row_write.mode == ROW_WRITE_CELLS)
		job->row_write.mode = ROW_WRITE_ERROR_CELL;
}

/* What a server says may have its own full stop. */
static void end_with_one_stop(char *words)
{
	size_t length = strlen(words);
	bool two = length > 2 && strcmp(words + length - 2, "..") == 0;

	if (two && words[length - 3] != '.')
		words[length - 1] = '\0';
}

void job_problem(struct job *job, const char *format, ...)
{
	va_list arguments;
	char words[ERROR_TEXT_SIZE * 2];

	va_start(arguments, format);
	vsnprintf(words, sizeof words, format, arguments);
	va_end(arguments);
	end_with_one_stop(words);
	if (job->problem.length)
		text_add(&job->problem, " ");
	text_add(&job->problem, words);
}
