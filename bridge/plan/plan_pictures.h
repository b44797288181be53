/* What becomes of an item's pictures? Decides, never does: no network, no clock, no allocation.
 *
 * The unit of an edit is one picture: what is added on one side and what is removed on the other both hold. An attachment of the row
 * is one of our pictures when it has the attachment id that was agreed, else when its file name says so; all others are foreign.
 *
 *     document   row       agreed      then
 *     there      there     any         both have it; confirmed when Airtable has fetched it
 *     there      gone      no          it is sent
 *     there      gone      sent        Airtable is waited for; when its time is over it is sent anew
 *     there      gone      confirmed   removed in Airtable: it leaves the item; while the row may be an old picture of it, it is
 *                                      looked at again
 *     there      gone      left out    the row stays without it
 *     gone       there     sent, conf. removed in the app: it leaves the row
 *     gone       foreign   no          it is imported; once it is known which picture comes of it, it is linked
 *     gone       gone      any         it is forgotten
 *
 * An empty cell alone is no removal: it is filled again, once. The command Remove All Images is one. docs/pictures.md has the
 * reasons. */
#pragma once
#include "bridge/fields/field.h"
#include "bridge/fields/picture_state.h"

#include <stddef.h>

#define PICTURES_MOST                                                                                        \
	200 /* of an item, of its row and of what is agreed, each; with more nothing is decided */

struct picture_attachment {
	const char *id;       /* Airtable's; "" not shown yet */
	const char *stem;     /* what stands before the first dot of its file name */
	bool fetched;         /* Airtable has the file: its size is shown */
	const char *image_id; /* the picture that its import is to make of it, or has made; NULL: not known */
	bool expected; /* that is not known yet, and will be soon: what the row lacks may be this, and is not sent meanwhile */
};
struct picture_agreed {
	const char *image_id;
	const char *attachment_id; /* "": not seen yet */
	enum picture_state state;
};
struct pictures_views {
	size_t item_count, row_count, agreed_count;
	const char *const *item; /* image ids, in the document's order, each once */
	const struct picture_attachment *row;
	const struct picture_agreed *agreed; /* in the order that both had */
	bool fetch_is_over;  /* the time that Airtable may take for what was sent has passed */
	bool filled_lately;  /* the cell was filled again within a day */
	bool row_may_be_old; /* the row may still show what it did before our last write */
	bool remove_all;     /* Remove All Images is ticked */
	/* What that is about: image ids of the item, and attachment ids of the row; NULL: all of them. What has come since stays. */
	const char *const *removing;
	size_t removing_count;
	enum edit_order order; /* which side's pictures were edited last */
};

enum picture_action {
	PICTURE_KEEP,     /* both have it */
	PICTURE_SEND,     /* the row gets it, by a link */
	PICTURE_WAIT,     /* Airtable is fetching it */
	PICTURE_IMPORT,   /* the item gets it, now if it is known which picture it is */
	PICTURE_UNLINK,   /* the item loses it */
	PICTURE_TAKE_OUT, /* the row loses it */
	PICTURE_STAY_OUT, /* the row stays without it, and the item keeps it: left out from now on */
	PICTURE_FORGET,   /* nobody has it */
};
struct picture_decision {
	enum picture_action action;
	const char *reason;
	const char *image_id;      /* borrowed; NULL: foreign, and not known */
	const char *attachment_id; /* borrowed; NULL: the row has none */
	bool failed;               /* it was sent before, and Airtable did not take it */
};
struct pictures_plan {
	size_t count;
	/* First those that both are to have, in their order, then the others. */
	struct picture_decision list[3 * PICTURES_MOST];
	size_t kept;      /* so many of them stand at the beginning */
	bool write_row;   /* the cell is to be replaced */
	bool write_order; /* the item's order is another one than the document's */
	bool fills_again; /* the cell was emptied: to be noted */
	bool row_must_wait; /* something in the cell has no id yet, by which it could be kept, or may be what would be sent */
	const char *problem; /* a person should know; or NULL */
};
void plan_pictures(const struct pictures_views *views, struct pictures_plan *plan_out);
