/* Attached files: what the sandbox knows of each, how the API shows it, and its addresses.
 *
 *     given ──fetched──> stored            uploaded files begin here
 *       └──────────────> broken            the object stays, its address answers an error
 *
 * A file is given by its URL and fetched later. Once stored it is shown with size and type, a picture also with its size in
 * pixels and with thumbnails. Its addresses lead to the sandbox, differ each time and are good for two hours of the sandbox's
 * clock. A file that left its cell stays until its last address expires. Not thread-safe, like the store that it is part of. */
#pragma once
#include "base/json.h"
#include "sandbox/ids.h"
#include <stdint.h>

#define SANDBOX_FILE_URL_MS     7200000 /* that an address is good for */
#define SANDBOX_THUMBNAIL_SMALL 36      /* pixels of height at most */
#define SANDBOX_THUMBNAIL_LARGE 512
#define SANDBOX_FILE_SEAL_KEY   16

enum sandbox_file_state { FILE_GIVEN, FILE_STORED, FILE_BROKEN };

struct sandbox_file {
	int users; /* cells, fetches and the list */
	enum sandbox_file_state state;
	bool listed;         /* the list has it: whether it is to be fetched was decided then */
	bool unnamed;        /* neither the write nor the URL had a name */
	char *id, *filename; /* owned */
	char *url;           /* owned; as it was given; NULL: it was uploaded */
	/* stored */
	char *type, *bytes; /* owned */
	size_t size;
	uint32_t width, height; /* 0: no picture */
	/* broken */
	int status;            /* what its address answers */
	int64_t good_until_ms; /* the address that lasts longest; 0: none was given out */
};

/* How a file is shown that is not fetched yet. */
enum sandbox_unfetched {
	UNFETCHED_WHOLE,      /* {"id","url","filename"}, the URL as it was given */
	UNFETCHED_WITHOUT_ID, /* {"url","filename"} */
	UNFETCHED_ABSENT,     /* not at all */
};
const char *sandbox_unfetched_name(enum sandbox_unfetched unfetched);
bool sandbox_unfetched_of_name(const char *name, enum sandbox_unfetched *unfetched_out);

/* All files of a store. Starts as {0}. */
struct sandbox_files {
	size_t count, capacity;
	struct sandbox_file **list; /* owned */
	const char *address; /* borrowed; of this sandbox: "http://127.0.0.1:8792"; NULL: paths alone */
	enum sandbox_unfetched unfetched;
	uint64_t addresses; /* given out so far */
	bool has_key;
	unsigned char key[SANDBOX_FILE_SEAL_KEY];
};
void sandbox_files_done(struct sandbox_files *files);
/* The list keeps it as well. */
void sandbox_files_add(struct sandbox_files *files, struct sandbox_file *file);
struct sandbox_file *sandbox_files_find(const struct sandbox_files *files, const char *id); /* or NULL */
/* Forgets those that nobody else has and whose addresses have expired. */
void sandbox_files_sweep(struct sandbox_files *files, int64_t now_ms);

/* Shows its files as the other one does, with addresses that lead there as well. */
void sandbox_files_resemble(struct sandbox_files *files, const struct sandbox_files *other);

/* Given by its URL. 'filename' NULL: the last part of the URL's path, or "a". */
struct sandbox_file *sandbox_file_open(const char *id, const char *url, const char *filename);
struct sandbox_file *sandbox_file_share(struct sandbox_file *file);
void sandbox_file_close(struct sandbox_file **file);
/* Its bytes are there; takes them. 'type' may have parameters; NULL, "" or application/octet-stream: as the bytes tell. A file
 * without any name gets the type's ending. */
void sandbox_file_store(struct sandbox_file *file, char *bytes, size_t size, const char *type);

/* As the API shows it; NULL: not at all, yet. */
struct json_object *sandbox_file_show(struct sandbox_files *files, struct sandbox_file *file, int64_t now_ms);
/* The file behind an address, its path split: /v3/u/<expiry>/<number>/<id>/<size>/<seal>/<name>. 404 and NULL: nobody gave
 * that out, or the file is gone; 410: it has expired; a broken file's own status; 200: stored. */
int sandbox_files_look_up(const struct sandbox_files *files, char *const *segments, size_t count,
			  int64_t now_ms, const struct sandbox_file **file_out);
