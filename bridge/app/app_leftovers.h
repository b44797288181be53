/* What the app leaves behind when it deletes a document that was synced: an integration_deleted_data document, by which its own
 * sync deletes the row. It is removed once the row is settled, or the app would delete a row that lives (sync-rules 25). It
 * deletes nothing here, except where nothing else is remembered of the document (deleted_by_app.h). */
#pragma once
#include "bridge/memory/memory.h"

/* Removes those whose pairs are settled. The others stay for the next cycle. */
must_use bool app_leftovers_clear(struct sync *sync, struct error *error);
