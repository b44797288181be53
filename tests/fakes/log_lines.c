#include "tests/fakes/log_lines.h"
#include "base/own.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

struct log_lines {
	FILE *file;
	int stderr_before;
};

struct log_lines *log_lines_keep(void)
{
	struct log_lines *lines = own_alloc(sizeof(*lines));

	lines->file = tmpfile();
	lines->stderr_before = dup(STDERR_FILENO);
	assert_non_null(lines->file);
	assert_true(lines->stderr_before >= 0);
	assert_true(dup2(fileno(lines->file), STDERR_FILENO) >= 0);
	return lines;
}

char *log_lines_take(struct log_lines **lines)
{
	struct log_lines *gone = take(*lines);
	struct text text = {0};
	char bytes[4096];
	size_t got;

	assert_true(dup2(gone->stderr_before, STDERR_FILENO) >= 0);
	close(gone->stderr_before);
	rewind(gone->file);
	while ((got = fread(bytes, 1, sizeof(bytes), gone->file)) > 0)
		text_add_bytes(&text, bytes, got);
	fclose(gone->file);
	free(gone);
	return text_take(&text);
}
