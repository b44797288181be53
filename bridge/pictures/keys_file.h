/* The file that holds the keys of links to pictures. It is replaced as a whole, so that whoever reads it meanwhile finds the old one or
 * the new one; comments in it are not kept. Owner and permissions stay; a new file can be read by its owner alone. */
#pragma once
#include "public-images/keys.h"

struct keys_file;

/* Others who want to change it wait until the close. A file that is not there is one without keys. ERROR_FATAL: it or its folder cannot
 * be read, or what is in it is no keys. */
must_use bool keys_file_open(const char *path, struct keys_file **file_out, struct error *error);
void keys_file_close(struct keys_file **file);
struct image_keys *keys_file_keys(struct keys_file *file);
/* ERROR_FATAL: nothing was changed. */
must_use bool keys_file_write(struct keys_file *file, struct error *error);
