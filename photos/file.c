#define _GNU_SOURCE /* memory files and their seals */
#include "photos/file.h"

#include "base/descriptors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int photo_file_open(void)
{
	return memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

bool photo_file_seal(int file)
{
	return lseek(file, 0, SEEK_SET) == 0 &&
	       fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
}

int photo_file_of_bytes(const void *bytes, size_t length)
{
	int file = photo_file_open();

	if (file < 0 || (descriptor_write(file, bytes, length) && photo_file_seal(file)))
		return file;
	close(file);
	return -1;
}
