/* What a request asks of the history, and what there is, for the page and for programs:
 *
 *     ?database=…                            the newest batches that Davenport made: its integrations' and undoings
 *     &side=others                           those of the app and of others instead
 *     &from=2026-11-01&to=2026-11-30         of these days, UTC; either may be missing
 *     &before=1796000000000                  older ones than that batch
 *     ?database=…&batch=…&by=…               the changes of one batch; by: whoever made it, "undefined" for nobody
 *     ?database=…&document=item-…            the newest changes of one document
 *     ?database=…&item=…                     items of that ID, or with these words in their name
 *
 * The batches cost a request for each integration of the database and one more, one batch two requests, however long the history is. The
 * changes of a document and items by their name are searched: that reads the _ids of the history, or the names of all items. */
#pragma once
#include "base/json.h"
#include "bridge/pages/asked_database.h"

/* {"batches": [{"batch", "at", "created_by", "integration", "entries", "cut"}], "more"}, {"entries": [history_message_entry()], "more"}, or
 * {"items": [{"document", "name"}], "more"}; the caller frees. NULL: CouchDB did not give it. */
struct json_object *history_request_read(const struct asked_database *asked, const struct web_form *words,
					 struct error *error);
/* A value that is there and not empty, or NULL. */
const char *history_request_word(const struct web_form *words, const char *name);
