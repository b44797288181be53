#include "photos/child.h"

#include "base/descriptors.h"
#include "photos/confine.h"
#include "photos/frame.h"
#include "photos/render.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_ANSWERED = 0, EXIT_UNANSWERED = 1 };

bool photo_child_is_asked(int count, char *const *words)
{
	return count == 2 && strcmp(words[1], PHOTO_CHILD_COMMAND) == 0;
}

static void refuse(struct photo *photo, char *detail, const char *words)
{
	photo->outcome = PHOTO_NO_DECODER;
	memccpy(detail, words, '\0', PHOTO_DETAIL_SIZE - 1);
}

static void decode(size_t length, struct photo *photo, char *detail)
{
	struct vips_functions vips;
	const char *words = "";

	if (!confine_process()) {
		refuse(photo, detail, "the kernel refuses its limits");
		return;
	}
	void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	if (bytes == MAP_FAILED)
		refuse(photo, detail, "its file cannot be read");
	else if (!vips_load(&vips, &words))
		refuse(photo, detail, words);
	else if (!confine_calls())
		refuse(photo, detail, "the kernel has no seccomp filters");
	else
		render_photo(&vips, bytes, length, photo, detail);
}

/* Without the handlers that libraries have left for the end: some of them want what is forbidden by now. */
void photo_child_run(void)
{
	struct stat file;
	struct photo photo = {0};
	char detail[PHOTO_DETAIL_SIZE] = "";
	struct text frame = {.ceiling = FRAME_MOST};

	if (fstat(STDIN_FILENO, &file) != 0 || !S_ISREG(file.st_mode))
		return;
	if (file.st_size == 0)
		photo.outcome = PHOTO_NOT_A_PICTURE;
	else if ((size_t)file.st_size > PHOTO_FILE_MOST)
		photo.outcome = PHOTO_FILE_TOO_LARGE;
	else
		decode((size_t)file.st_size, &photo, detail);
	frame_write(&frame, &photo, detail);
	bool written = descriptor_write(STDOUT_FILENO, frame.bytes, frame.length);
	_exit(written ? EXIT_ANSWERED : EXIT_UNANSWERED);
}
