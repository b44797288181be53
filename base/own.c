/* Memory that is there, or the end of the process. */
#include "base/own.h"
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_NO_MEMORY = 70,
	LARGE_BYTES = 128 << 10, /* mapped apart */
	SPARE_BYTES = 4 << 20,   /* that the heap keeps at its end */
};

/* Spare room at the heap's end is kept: else each page of a long list that is read and freed gives it back to the system, and the
 * next one asks for it again. A start with 40,000 pairs took 41,000 page faults, and takes 14,000.
 *
 * glibc maps large buffers apart at first, but from the first large buffer that is freed it learns to keep all of that size in its heap,
 * where whatever else is allocated meanwhile cuts up the room they leave. A heap with 30 MB in use grew to 240 MB. A size
 * that was set is not learned. */
void own_prepare(void)
{
	/* Called at the start of main, before there are threads. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); /* NOLINT(concurrency-mt-unsafe) */
	mallopt(M_TOP_PAD, SPARE_BYTES);        /* NOLINT(concurrency-mt-unsafe) */
}

/* Nothing here may allocate, and buffers of stdio may be half-written: straight out. */
_Noreturn void own_out_of_memory(void)
{
	static const char words[] = "level=error msg=\"out of memory, ending\"\n";
	ssize_t written = write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)written;
	_exit(EXIT_NO_MEMORY);
}

void *own_alloc(size_t size)
{
	/* glibc's calloc() passes by the small pieces that were just freed. Of large ones it knows which are new, and zero. */
	if (size < LARGE_BYTES)
		return memset(own_resize(NULL, size, 1), 0, size);
	void *memory = calloc(1, size);
	if (!memory)
		own_out_of_memory();
	return memory;
}

void *own_resize(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		own_out_of_memory();
	void *memory = realloc(old, total > 0 ? total : 1);
	if (!memory)
		own_out_of_memory();
	return memory;
}

char *own_copy(const char *text)
{
	return text ? own_copy_bytes(text, strlen(text)) : NULL;
}

char *own_copy_bytes(const char *bytes, size_t length)
{
	if (length == SIZE_MAX)
		own_out_of_memory();
	char *copy = own_resize(NULL, length + 1, 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *own_format(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *words = own_format_list(format, arguments);
	va_end(arguments);
	return words;
}

char *own_format_list(const char *format, va_list arguments)
{
	char few[256]; /* most are short, and are formatted once */
	va_list again;

	va_copy(again, arguments);
	int length = vsnprintf(few, sizeof few, format, arguments);
	if (length < 0) /* more than INT_MAX bytes */
		own_out_of_memory();
	char *words = own_resize(NULL, (size_t)length + 1, 1);
	if ((size_t)length < sizeof few)
		memcpy(words, few, (size_t)length + 1);
	else
		vsnprintf(words, (size_t)length + 1, format, again);
	va_end(again);
	return words;
}

void own_free_text(char **text)
{
	free(*text);
	*text = NULL;
}
