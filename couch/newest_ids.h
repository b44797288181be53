/* The last ids of a range, in one request, however many stand before them. */
#pragma once
#include "couch/client.h"

/* An array of ids from the last one down, 'most' at the most, that the caller frees. 'first' may be one of them, 'behind' is not. *more_out:
 * there are others before. The range is one of ids by their bytes, as _all_docs has them. */
must_use bool couch_newest_ids(struct couch_client *couch, const char *first, const char *behind, size_t most,
			       struct json_object **ids_out, bool *more_out, struct error *error);
