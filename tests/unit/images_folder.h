/* The folder of a picture cache in a test. */
#pragma once
#include "base/own.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

/* Removes its files whose names end so; "" for all. */
static inline void images_folder_empty(const char *path, const char *ending)
{
	DIR *folder = opendir(path);

	/* cppcheck-suppress readdirCalled; the stream is this function's own */
	for (const struct dirent *file; folder && (file = readdir(folder));) {
		size_t length = strlen(file->d_name), tail = strlen(ending);
		scoped_text name = own_format("%s/%s", path, file->d_name);
		if (file->d_name[0] != '.' && length >= tail &&
		    strcmp(file->d_name + length - tail, ending) == 0)
			unlink(name);
	}
	if (folder)
		closedir(folder);
}
