#include "bridge/pages/undo_request.h"

#include "base/http.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define UNDO_MS 120000 /* it writes: it may take longer than a page that is only looked at (patience.h) */

static const struct log no_place;

static const char *word(const struct web_form *words, const char *name)
{
	const char *value = web_form_value(words, name);

	return value && *value ? value : NULL;
}

static bool refuse(struct undo_request *undo, int status, const char *sentence)
{
	undo->status = status;
	return error_set(&undo->error, ERROR_REFUSED, "%s", sentence);
}

static bool read_wish(struct undo_request *undo, const struct web_form *words)
{
	const char *batch = word(words, "batch"), *all = word(words, "all");

	undo->wish.entry = word(words, "entry");
	undo->wish.field = word(words, "field");
	undo->wish.created_by = word(words, "by");
	undo->wish.batch = batch ? strtoll(batch, NULL, 10) : 0;
	undo->wish.agreed.all = all && strcmp(all, "1") == 0;
	if (!!undo->wish.entry == (undo->wish.batch > 0))
		return refuse(undo, 400, "Either a change or a batch has to be named.");
	if (undo->wish.field && !undo->wish.entry)
		return refuse(undo, 400, "A field is one of a change, not of a batch.");
	return true;
}

/* What is refused is so whatever CouchDB does. */
static int status_of(const struct error *error)
{
	return error->kind == ERROR_REFUSED || error->kind == ERROR_FATAL ? 422 : 502;
}

static void tell(const struct undo_request *undo)
{
	log_info(&no_place, "database %s: %zu documents are undone on the admin page", undo->asked.name,
		 undo->outcome.undone);
}

static bool run(struct undo_request *undo)
{
	if (!undo->asked.couch)
		return refuse(undo, 404, "No integration has a database of that name.");
	bool good = undo_find(undo->asked.couch, &undo->wish, &undo->found, &undo->error);
	if (good && undo->found.entries == 0)
		return refuse(undo, 404, "There is no such change.");
	good = good && undo_run(undo->asked.couch, &undo->wish, &undo->found, &undo->outcome, &undo->error);
	if (!undo->wish.dry_run && undo->outcome.undone)
		tell(undo);
	undo->status = good ? 200 : status_of(&undo->error);
	return good;
}

void undo_request_run(const struct pages *pages, const struct web_form *words, bool dry_run,
		      struct undo_request *undo_out)
{
	*undo_out = (struct undo_request){.wish = {.dry_run = dry_run}};
	asked_database_open(pages, words, &undo_out->asked);
	if (!dry_run)
		http_set_time_left(pages->http, UNDO_MS);
	if (read_wish(undo_out, words))
		(void)run(undo_out);
}

void undo_request_done(struct undo_request *undo)
{
	undo_outcome_done(&undo->outcome);
	undo_found_done(&undo->found);
	asked_database_close(&undo->asked);
	*undo = (struct undo_request){0};
}
