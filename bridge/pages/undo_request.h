/* A request to undo something: what it asks for, what there is of it, and what was or would be done. */
#pragma once
#include "bridge/admin/exchange.h"
#include "bridge/pages/asked_database.h"
#include "bridge/review/undo.h"

struct undo_request {
	struct asked_database asked;
	struct undo_wish wish; /* its words are the request's */
	struct undo_found found;
	struct undo_outcome outcome;
	int status;         /* 200: it was done; else the error says why not */
	struct error error; /* of a failure on the way: the outcome says how far it came */
};
/* 'words': the end of the address, or the form. */
void undo_request_run(const struct pages *pages, const struct web_form *words, bool dry_run,
		      struct undo_request *undo_out);
void undo_request_done(struct undo_request *undo);
