/* What both sides have agreed on about the pictures of an item: the member "pictures" of its ledger entry.
 *
 *     {list: [{image, attachment, state, failures, next_try, uploaded, gone}], sent, unanswered, refusals, refused_until, doubted, filled,
 *      handled, row, removing, links_at, imports, problem}
 *
 * What is about to be sent is noted before the request leaves, as sent: so after a crash or a lost answer nothing is sent again before the
 * time that Airtable may take has passed, and then the row tells what has arrived. Without this member pictures are known by the names of
 * their files. */
#pragma once
#include "base/json.h"
#include "bridge/fields/picture_state.h"
#include "bridge/state/ledger_imports.h"

#include <stddef.h>
#include <stdint.h>

#define PICTURES_OPEN 1 /* no hash of any links: an item that loses them all meanwhile is looked at as well */

struct ledger_picture {
	char *image_id;      /* owned */
	char *attachment_id; /* owned; "" not seen yet */
	enum picture_state state;
	int failures; /* how often in a row Airtable did not take it */
	int64_t next_try_ms; /* Airtable's clock: it is not sent again before; 0: nothing of it has failed since it was sent last */
	bool uploaded; /* while it is "sent": with its bytes, else by a link */
	int64_t gone_ms; /* Airtable's clock: a write of ours takes it out of the row, which may show it a while longer; 0: none */
};
struct ledger_pictures {
	size_t count;
	struct ledger_picture *list; /* owned; in the order that both have */
	int64_t sent_ms; /* Airtable's clock: by then our last write of the cell was applied, or never will be; 0: none */
	bool unanswered;          /* of that write nobody knows yet whether it was applied */
	int refusals;             /* how often in a row Airtable refused the cell */
	int64_t refused_until_ms; /* Airtable's clock: it is not written before; 0: it was not refused */
	bool doubted;      /* the row lacks something that it may only not show yet: it is read again */
	int64_t filled_ms; /* Airtable's clock: when the emptied cell was filled again; 0: never */
	uint64_t
		handled; /* hash of the item's links that were handled; 0: it had none; PICTURES_OPEN: they are looked at again */
	uint64_t row; /* hash of the cell that was, an empty one too; 0: none */
	/* owned array of image ids and attachment ids: what the tick of Remove All Images is about, while it is carried out; or NULL */
	struct json_object *removing;
	/* This machine's wall clock: when a change of the item's links began that is not known to be over, which its histories tell: so it is in
	 * the history once, however often it is tried; 0: none is under way */
	int64_t links_at_ms;
	struct ledger_imports imports; /* owned */
	char *problem;                 /* owned; what a person should know of them, or NULL */
};

void ledger_pictures_done(struct ledger_pictures *pictures);
struct ledger_pictures ledger_pictures_copy(const struct ledger_pictures *pictures);
/* NULL: it is not among them. */
struct ledger_picture *ledger_pictures_find(const struct ledger_pictures *pictures, const char *image_id);
/* At the end. */
struct ledger_picture *ledger_pictures_add(struct ledger_pictures *pictures, const char *image_id,
					   const char *attachment_id, enum picture_state state);

/* What was noted of the cell at 'noted_ms' never left. Airtable has its time anew for what may have been sent before. */
void ledger_pictures_never_left(struct ledger_pictures *pictures, int64_t noted_ms);

/* How long after our last write of the cell, by Airtable's clock. */
#define PICTURES_FETCH_MS                                                                                    \
	60000 /* Airtable may take to fetch what was sent; and the row may show what it did before */
enum pictures_look {
	PICTURES_UNSEEN, /* nobody has looked for their sake just now */
	PICTURES_LOOKED, /* somebody has: what is due and did not happen is held */
	PICTURES_IN_VAIN, /* somebody has, and nothing could be decided: what people attached is held as well */
};
/* In how many ms the row is to be read again for their sake, at 'now_ms' of Airtable's clock; -1: there is no need. */
int64_t ledger_pictures_due_ms(const struct ledger_pictures *pictures, int64_t now_ms,
			       enum pictures_look look);

/* NULL: there is nothing to be kept. */
struct json_object *ledger_pictures_to_json(const struct ledger_pictures *pictures);
/* 'json' NULL: nothing was kept. What cannot be read of it counts as lost. */
void ledger_pictures_from_json(struct json_object *json, struct ledger_pictures *pictures_out);
