/* Files that people attached to an item's row and that are no pictures of the item yet: the member "imports" of what is kept of its
 * pictures, [{attachment, image, lost, failures, next_try, problem}].
 *
 *     awaited: Airtable has no file yet ──> ordered
 *     ordered ──> (forgotten as soon as the item has the picture)
 *        │ ├──> lost: once, the row is read anew for another URL ──> ordered
 *        │ └──> failed: a problem, tried again at next_try
 *        └────> refused: a problem, for as long as the row shows this attachment
 *
 * One that the row does not show any more is forgotten, so there are never more than a row can have. */
#pragma once
#include "base/json.h"

#include <stddef.h>
#include <stdint.h>

struct ledger_import {
	char *attachment_id; /* owned */
	char *image_id;      /* owned; the picture that it is to become, or a copy of; "" not known yet */
	bool lost;           /* nothing was there under its URL, and the row was read anew */
	int failures;        /* in a row; of one that is awaited: looks */
	int64_t next_try_ms; /* Airtable's clock: it is not ordered before; 0: at once, or, with a problem, never */
	char *problem;       /* owned; a sentence; or NULL */
};
struct ledger_imports {
	size_t count;
	struct ledger_import *list; /* owned */
};

#define IMPORT_PROBLEM_MOST 400 /* bytes that are kept of a problem */

void ledger_imports_done(struct ledger_imports *imports);
struct ledger_imports ledger_imports_copy(const struct ledger_imports *imports);
/* NULL: it is not among them. */
struct ledger_import *ledger_imports_find(const struct ledger_imports *imports, const char *attachment_id);
/* At the end; as it was, or NULL: a new one. */
struct ledger_import *ledger_imports_add(struct ledger_imports *imports, const char *attachment_id,
					 const struct ledger_import *as);
void ledger_import_set_image(struct ledger_import *import, const char *image_id);
/* 'words' NULL: there is none any more. */
void ledger_import_set_problem(struct ledger_import *import, const char *words);

/* Whether it waits to be ordered, or for what comes of that: a process that has just started orders it anew. */
bool ledger_import_is_open(const struct ledger_import *import);
#define IMPORT_LOOK_MS 60000   /* whether anything has come of what was ordered, if nobody has told */
#define IMPORT_HELD_MS 3600000 /* the next look where nothing could be decided */
/* In how many ms the row is to be read again for the sake of one of them; -1: there is no need. 'in_vain': just now nothing could be
 * decided of them, so that they are held. */
int64_t ledger_imports_due_ms(const struct ledger_imports *imports, int64_t now_ms, bool in_vain);

/* NULL: there are none. */
struct json_object *ledger_imports_to_json(const struct ledger_imports *imports);
/* 'json' NULL: none. What cannot be read of it counts as lost. */
void ledger_imports_from_json(struct json_object *json, struct ledger_imports *imports_out);
