#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { EXIT_NO_DESCRIPTORS = 71, STANDARD_COUNT = 3 };

static bool is_closed(int descriptor)
{
	return fcntl(descriptor, F_GETFD) < 0 && errno == EBADF;
}

void descriptors_prepare(void)
{
	for (int descriptor = 0; descriptor < STANDARD_COUNT; descriptor++)
		/* The lowest free number is given out, which is this one. */
		if (is_closed(descriptor) && open("/dev/null", O_RDWR) != descriptor)
			_exit(EXIT_NO_DESCRIPTORS);
}

bool descriptor_write(int descriptor, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t written = write(descriptor, at, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}
