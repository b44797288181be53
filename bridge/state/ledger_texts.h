/* Long texts of a stored entry, once each. While an edit of a note is under way the entry would hold it in what was agreed on, in what
 * is sent, in what was taken and in the history that goes with it: four times a text that may have 100,000 letters, and more
 * than a server takes in one document.
 *
 * A text that stands in the JSON more than once is moved to "texts", an array, and {"$text": its place} stands for it. */
#pragma once
#include "base/json.h"

/* False when nothing was to be moved. The JSON must not be shared. */
bool ledger_pack_texts(struct json_object *json);
/* With its texts where they belong: the same JSON where none was moved, else a copy. The caller releases it. */
struct json_object *ledger_unpack_texts(struct json_object *json);
