#define _GNU_SOURCE
#include "base/log_ring.h"
#include "base/text.h"
#include <pthread.h>
#include <string.h>

static pthread_mutex_t ring_lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static char ring[LOG_RING_LINES][LOG_RING_BYTES];
static size_t added;

void log_ring_add(const char *line, size_t length)
{
	if (length && line[length - 1] == '\n')
		length--;
	length = text_utf8_prefix(line, length, LOG_RING_BYTES - 1);
	pthread_mutex_lock(&ring_lock);
	char *place = ring[added++ % LOG_RING_LINES];
	memcpy(place, line, length);
	place[length] = '\0';
	pthread_mutex_unlock(&ring_lock);
}

size_t log_ring_copy(const char *words, char (*lines_out)[LOG_RING_BYTES], size_t most)
{
	size_t count = 0;

	pthread_mutex_lock(&ring_lock);
	size_t there = added < LOG_RING_LINES ? added : LOG_RING_LINES;
	for (size_t i = 0; i < there && count < most; i++) {
		const char *line = ring[(added - 1 - i) % LOG_RING_LINES];
		if (!words || strcasestr(line, words))
			memcpy(lines_out[count++], line, LOG_RING_BYTES);
	}
	pthread_mutex_unlock(&ring_lock);
	return count;
}
