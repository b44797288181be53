/* Makes the app's two pictures of a file that somebody attached, in a child process with no rights and narrow limits.
 *
 *     int file: what photo_fetch_take() gave, or photo_file_of_bytes();
 *     struct photo_decoding *decoding = photo_decode_start(file, &order);
 *     ... the thread goes on; order.over(order.context) is called, and may be http_wake() ...
 *     if (photo_decode_is_over(decoding)) {
 *             const struct photo *photo = photo_decode_photo(decoding);
 *             ... photo->outcome, photo->words, photo->large, photo->thumbnail ...
 *             photo_decode_close(&decoding);
 *     }
 *
 * Each decoding has a thread, which waits for its child, and at most the child's answer in memory (FRAME_MOST; some 300 KB for a
 * photo). How many run at a time is the caller's to say: a child needs up to CONFINE_MEMORY_MOST. Nothing here can fail but by an
 * outcome of that one photo. */
#pragma once
#include "photos/file.h"
#include "photos/photo.h"

struct photo_decoding;

struct photo_order {
	const char *name; /* of the file, for sentences; NULL: it has none. Copied */
	void (*over)(
		void *context); /* called once when it is over, mostly in another thread; must not close it; or NULL */
	void *context;
	const char *
		program; /* what is started; NULL: this program itself, whose main() calls photo_child_run() */
	int most_ms;     /* real time until the child is killed; 0: DECODE_SECONDS */
};

/* Starts the child, which reads the file from its beginning to its end. 'file' is borrowed until it is over. */
struct photo_decoding *photo_decode_start(int file, const struct photo_order *order);
bool photo_decode_is_over(struct photo_decoding *decoding);
/* Blocks until it is over, at most most_ms and what killing takes. For one thread. */
void photo_decode_wait(struct photo_decoding *decoding);
/* Only when it is over; borrowed until the close. The bytes may be taken out of it. */
struct photo *photo_decode_photo(struct photo_decoding *decoding);
/* From any thread: kills the child; it is over soon, with PHOTO_STOPPED if it was not before. */
void photo_decode_stop(struct photo_decoding *decoding);
/* Stops it if need be, and waits for it. */
void photo_decode_close(struct photo_decoding **decoding);
