#include "bridge/pictures/keys_file.h"

#include "base/descriptors.h"
#include "base/own.h"
#include "base/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct keys_file {
	char *path;      /* owned; without links in it */
	char *folder;    /* owned */
	int folder_file; /* locked */
	bool is_there;
	struct stat status; /* when it is there */
	struct image_keys keys;
};

static bool fail(struct error *error, const char *path, const char *what)
{
	return error_set(error, ERROR_FATAL, "%s cannot be %s: %s", path, what, strerror(errno));
}

/* ---- reading ---- */

/* A link to the file stays a link. */
static char *without_links(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : own_copy(path);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash          ? own_copy(".")
	       : slash == path ? own_copy("/")
			       : own_copy_bytes(path, (size_t)(slash - path));
}

static bool lock_folder(struct keys_file *file, struct error *error)
{
	file->folder_file = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->folder_file < 0)
		return fail(error, file->folder, "opened");
	return flock(file->folder_file, LOCK_EX) == 0 || fail(error, file->folder, "locked");
}

static bool read_keys(struct keys_file *file, struct error *error)
{
	scoped_text words = NULL;

	file->is_there = stat(file->path, &file->status) == 0;
	if (!file->is_there)
		return errno == ENOENT || fail(error, file->path, "read");
	if (S_ISREG(file->status.st_mode) && file->status.st_size == 0)
		return true;
	return settings_value_read(file->path, &words, error) &&
	       (image_keys_read(words, &file->keys, error) || error_wrap(error, "%s", file->path));
}

bool keys_file_open(const char *path, struct keys_file **file_out, struct error *error)
{
	struct keys_file *file = own_alloc(sizeof *file);

	file->path = without_links(path);
	file->folder = folder_of(file->path);
	if (!lock_folder(file, error) || !read_keys(file, error)) {
		keys_file_close(&file);
		return false;
	}
	*file_out = file;
	return true;
}

void keys_file_close(struct keys_file **file)
{
	struct keys_file *gone = take(*file);

	if (!gone)
		return;
	if (gone->folder_file >= 0)
		close(gone->folder_file);
	image_keys_done(&gone->keys);
	free(gone->path);
	free(gone->folder);
	free(gone);
}

struct image_keys *keys_file_keys(struct keys_file *file)
{
	return &file->keys;
}

/* ---- writing ---- */

static bool keep_owner(const struct keys_file *file, int descriptor)
{
	const struct stat *was = &file->status;

	if (!file->is_there)
		return true; /* mkstemp() lets nobody else read it */
	return fchown(descriptor, was->st_uid, was->st_gid) == 0 &&
	       fchmod(descriptor, was->st_mode & 07777) == 0;
}

static bool fill(const struct keys_file *file, int descriptor)
{
	char *lines = image_keys_write(&file->keys);
	bool written = keep_owner(file, descriptor) && descriptor_write(descriptor, lines, strlen(lines)) &&
		       fsync(descriptor) == 0;

	explicit_bzero(lines, strlen(lines));
	free(lines);
	return written;
}

bool keys_file_write(struct keys_file *file, struct error *error)
{
	scoped_text beside = own_format("%s.XXXXXX", file->path);
	int descriptor = mkstemp(beside);

	if (descriptor < 0)
		return fail(error, file->path, "written");
	bool filled = fill(file, descriptor);
	int why = errno;
	close(descriptor);
	if (!filled || rename(beside, file->path) != 0) {
		errno = filled ? errno : why;
		(void)fail(error, file->path, "written");
		unlink(beside);
		return false;
	}
	(void)fsync(file->folder_file); /* a crash loses the change at worst, and not the file */
	return true;
}
