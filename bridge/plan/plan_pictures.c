/* Three steps: which picture each attachment is; what becomes of each picture; in which order those stand that stay. */
#include "bridge/plan/plan_pictures.h"

#include "base/own.h"

#include <string.h>

enum { NOWHERE = -1 };

struct planning {
	const struct pictures_views *views;
	struct pictures_plan *plan;
	size_t item_count, row_count, agreed_count;
	const char *image_of[PICTURES_MOST]; /* of each attachment; NULL: foreign */
	bool is_copy[PICTURES_MOST];         /* of an attachment before it, or of the one that was agreed */
};

/* ---- where a picture is ---- */

static int place_in_item(const struct planning *planning, const char *image_id)
{
	for (size_t i = 0; image_id && i < planning->item_count; i++)
		if (strcmp(planning->views->item[i], image_id) == 0)
			return (int)i;
	return NOWHERE;
}

static int place_in_agreed(const struct planning *planning, const char *image_id)
{
	for (size_t i = 0; image_id && i < planning->agreed_count; i++)
		if (strcmp(planning->views->agreed[i].image_id, image_id) == 0)
			return (int)i;
	return NOWHERE;
}

static int place_in_row(const struct planning *planning, const char *image_id)
{
	for (size_t i = 0; image_id && i < planning->row_count; i++)
		if (planning->image_of[i] && !planning->is_copy[i] &&
		    strcmp(planning->image_of[i], image_id) == 0)
			return (int)i;
	return NOWHERE;
}

/* ---- which picture an attachment is ---- */

static const char *image_by_id(const struct planning *planning, const char *attachment_id)
{
	for (size_t i = 0; *attachment_id && i < planning->agreed_count; i++)
		if (strcmp(planning->views->agreed[i].attachment_id, attachment_id) == 0)
			return planning->views->agreed[i].image_id;
	return NULL;
}

static const char *image_by_stem(const struct planning *planning, const char *stem)
{
	int place = place_in_item(planning, stem);

	if (place != NOWHERE)
		return planning->views->item[place];
	place = place_in_agreed(planning, stem);
	return place != NOWHERE ? planning->views->agreed[place].image_id : NULL;
}

/* Its import has told which picture it is: somebody has put it there anew. */
static bool is_new(const struct planning *planning, size_t place)
{
	const struct picture_attachment *one = &planning->views->row[place];

	return one->image_id && !image_by_id(planning, one->id);
}

/* Of a picture that Airtable could not fetch somebody has put the file there. */
static void prefer_fetched(struct planning *planning)
{
	const struct picture_attachment *row = planning->views->row;

	for (size_t i = 0; i < planning->row_count; i++) {
		int place = planning->is_copy[i] ? place_in_row(planning, planning->image_of[i]) : NOWHERE;
		if (place == NOWHERE || row[place].fetched || !row[i].fetched)
			continue;
		planning->is_copy[place] = true;
		planning->is_copy[i] = false;
	}
}

/* Those that are known by their ids go first: of two that are the same picture the one that was agreed is it. */
static void name_attachments(struct planning *planning)
{
	const struct picture_attachment *row = planning->views->row;

	for (size_t i = 0; i < planning->row_count; i++)
		planning->image_of[i] = image_by_id(planning, row[i].id);
	for (size_t i = 0; i < planning->row_count; i++) {
		if (planning->image_of[i])
			continue;
		const char *image = row[i].image_id ? row[i].image_id : image_by_stem(planning, row[i].stem);
		bool is_back = row[i].image_id && place_in_item(planning, image) == NOWHERE &&
			       place_in_agreed(planning, image) != NOWHERE;
		planning->is_copy[i] = image && !is_back && place_in_row(planning, image) != NOWHERE;
		planning->image_of[i] = image;
	}
	prefer_fetched(planning);
}

/* ---- what becomes of it ---- */

static void decide(struct planning *planning, enum picture_action action, const char *reason,
		   const char *image_id, int attachment)
{
	struct pictures_plan *plan = planning->plan;

	plan->list[plan->count++] = (struct picture_decision){
		.action = action,
		.reason = reason,
		.image_id = image_id,
		.attachment_id = attachment != NOWHERE ? planning->views->row[attachment].id : NULL};
}

static void fill_again(struct planning *planning, const char *image_id)
{
	decide(planning, PICTURE_SEND, "the cell was emptied, it is filled again once", image_id, NOWHERE);
	planning->plan->fills_again = true;
}

static bool stays_out(const struct planning *planning, const struct picture_agreed *agreed)
{
	bool emptied = agreed->state == PICTURE_CONFIRMED && planning->row_count == 0 &&
		       !planning->views->row_may_be_old;

	return agreed->state == PICTURE_LEFT_OUT || (emptied && planning->views->filled_lately);
}

static void stay_out(struct planning *planning, const char *image_id)
{
	decide(planning, PICTURE_STAY_OUT, "the cell was emptied twice", image_id, NOWHERE);
	planning->plan->problem =
		"its pictures were removed from the row twice, and are kept: to remove them for good "
		"tick Remove All Images";
}

static void send_again(struct planning *planning, const char *image_id, int attachment)
{
	decide(planning, PICTURE_SEND, "Airtable did not take it", image_id, attachment);
	planning->plan->list[planning->plan->count - 1].failed = true;
}

/* What the tick was about when it was first seen; both sides' ids are long and random, and never alike. */
static bool is_removed(const struct planning *planning, const char *id)
{
	const struct pictures_views *views = planning->views;
	bool found = views->remove_all && !views->removing;

	for (size_t i = 0; views->remove_all && id && i < views->removing_count; i++)
		found = found || strcmp(views->removing[i], id) == 0;
	return found;
}

/* The item has it, and the row does not. */
static void decide_missing(struct planning *planning, const char *image_id,
			   const struct picture_agreed *agreed)
{
	if (!agreed)
		decide(planning, PICTURE_SEND, "the row does not have it yet", image_id, NOWHERE);
	else if (stays_out(planning, agreed))
		stay_out(planning, image_id);
	else if (agreed->state == PICTURE_SENT && planning->views->fetch_is_over)
		send_again(planning, image_id, NOWHERE);
	else if (agreed->state == PICTURE_SENT)
		decide(planning, PICTURE_WAIT, "Airtable has not shown it yet", image_id, NOWHERE);
	else if (planning->views->row_may_be_old)
		decide(planning, PICTURE_WAIT, "the row may not show it yet", image_id, NOWHERE);
	else if (planning->row_count > 0)
		decide(planning, PICTURE_UNLINK, "it was removed in Airtable", image_id, NOWHERE);
	else
		fill_again(planning, image_id);
}

/* Both have it. */
static void decide_shared(struct planning *planning, const char *image_id, int place,
			  const struct picture_agreed *agreed)
{
	bool confirmed = agreed && agreed->state == PICTURE_CONFIRMED;

	if (confirmed || planning->views->row[place].fetched)
		decide(planning, PICTURE_KEEP, confirmed ? "both have it" : "Airtable has taken it", image_id,
		       place);
	else if (planning->views->fetch_is_over)
		send_again(planning, image_id, place);
	else
		decide(planning, PICTURE_WAIT, "Airtable is fetching it", image_id, place);
}

static void decide_item(struct planning *planning, const char *image_id)
{
	int agreed = place_in_agreed(planning, image_id), place = place_in_row(planning, image_id);
	const struct picture_agreed *base = agreed != NOWHERE ? &planning->views->agreed[agreed] : NULL;

	if (is_removed(planning, image_id))
		decide(planning, PICTURE_UNLINK, "Remove All Images was ticked", image_id, place);
	else if (place == NOWHERE)
		decide_missing(planning, image_id, base);
	else
		decide_shared(planning, image_id, place, base);
}

/* What stands in the row and is none of the item's. */
static void decide_row(struct planning *planning, size_t place)
{
	const char *image_id = planning->image_of[place];

	if (planning->is_copy[place])
		decide(planning, PICTURE_TAKE_OUT, "the row has it twice", image_id, (int)place);
	else if (image_id && place_in_item(planning, image_id) != NOWHERE)
		return; /* it is decided as the item's */
	else if (image_id && !is_new(planning, place))
		decide(planning, PICTURE_TAKE_OUT, "it was removed in the app", image_id, (int)place);
	else if (is_removed(planning, planning->views->row[place].id))
		decide(planning, PICTURE_TAKE_OUT, "Remove All Images was ticked", NULL, (int)place);
	else if (image_id)
		decide(planning, PICTURE_IMPORT, "it was added in Airtable", image_id, (int)place);
	else if (!planning->views->row[place].fetched)
		decide(planning, PICTURE_WAIT, "Airtable is fetching it", NULL, (int)place);
	else
		decide(planning, PICTURE_IMPORT, "it was added in Airtable", NULL, (int)place);
}

static void decide_all(struct planning *planning)
{
	for (size_t i = 0; i < planning->item_count; i++)
		decide_item(planning, planning->views->item[i]);
	for (size_t i = 0; i < planning->row_count; i++)
		decide_row(planning, i);
	for (size_t i = 0; i < planning->agreed_count; i++) {
		const char *image_id = planning->views->agreed[i].image_id;
		if (place_in_item(planning, image_id) == NOWHERE &&
		    place_in_row(planning, image_id) == NOWHERE)
			decide(planning, PICTURE_FORGET, "nobody has it any more", image_id, NOWHERE);
	}
}

/* ---- the order ---- */

static bool stays(const struct picture_decision *decision)
{
	return decision->action == PICTURE_KEEP || decision->action == PICTURE_SEND ||
	       decision->action == PICTURE_WAIT || decision->action == PICTURE_IMPORT;
}

/* The place of what is decided on, on the row's side. */
static int row_place(const struct planning *planning, const struct picture_decision *decision)
{
	if (decision->image_id)
		return place_in_row(planning, decision->image_id);
	for (size_t i = 0; i < planning->row_count; i++)
		if (planning->views->row[i].id == decision->attachment_id)
			return (int)i;
	return NOWHERE;
}

/* Whether a side shows those that it has in common with what is agreed in another order. */
static bool has_moved(const struct planning *planning, bool of_row)
{
	int last = NOWHERE;

	for (size_t i = 0; i < planning->agreed_count; i++) {
		const char *image_id = planning->views->agreed[i].image_id;
		int place = of_row ? place_in_row(planning, image_id) : place_in_item(planning, image_id);
		if (place != NOWHERE && place < last)
			return true;
		last = place != NOWHERE ? place : last;
	}
	return false;
}

static bool row_leads(const struct planning *planning)
{
	bool item = has_moved(planning, false), row = has_moved(planning, true);

	return row && !planning->views->row_may_be_old &&
	       (!item || planning->views->order == ORDER_AIRTABLE_NEWER);
}

static int leading_place(const struct planning *planning, const struct picture_decision *decision,
			 bool of_row)
{
	return of_row ? row_place(planning, decision) : place_in_item(planning, decision->image_id);
}

/* Of what stays and only the other side has: it stands behind the nearest one before it that both have, or else at the beginning. */
static size_t place_behind(const struct planning *planning, size_t count, const struct picture_decision *one,
			   bool of_row)
{
	const struct pictures_plan *plan = planning->plan;
	int own = leading_place(planning, one, !of_row), nearest = NOWHERE;
	size_t place = 0;

	for (size_t i = 0; i < count; i++) {
		int other = leading_place(planning, &plan->list[i], !of_row);
		if (other != NOWHERE && other < own && other > nearest) {
			nearest = other;
			place = i + 1;
		}
	}
	return place;
}

static void insert(struct pictures_plan *plan, size_t *count, size_t place,
		   const struct picture_decision *one)
{
	memmove(&plan->list[place + 1], &plan->list[place], (*count - place) * sizeof plan->list[0]);
	plan->list[place] = *one;
	(*count)++;
}

/* First what the leading side has, in its order; then each of the others, by its own side's order; then what does not stay. */
static void put_in_order(struct planning *planning)
{
	struct pictures_plan *plan = planning->plan;
	struct picture_decision all[countof(plan->list)];
	size_t total = plan->count, count = 0, most = PICTURES_MOST;
	bool of_row = row_leads(planning);

	memcpy(all, plan->list, total * sizeof all[0]);
	for (size_t place = 0; place < most; place++)
		for (size_t i = 0; i < total; i++)
			if (stays(&all[i]) && leading_place(planning, &all[i], of_row) == (int)place)
				insert(plan, &count, count, &all[i]);
	for (size_t place = 0; place < most; place++)
		for (size_t i = 0; i < total; i++)
			if (stays(&all[i]) && leading_place(planning, &all[i], of_row) == NOWHERE &&
			    leading_place(planning, &all[i], !of_row) == (int)place)
				insert(plan, &count, place_behind(planning, count, &all[i], of_row), &all[i]);
	plan->kept = count;
	for (size_t i = 0; i < total; i++)
		if (!stays(&all[i]))
			insert(plan, &count, count, &all[i]);
}

/* Whether those of a side that stay stand in another order there. */
static bool differs_in_order(const struct planning *planning, bool of_row)
{
	int last = NOWHERE;

	for (size_t i = 0; i < planning->plan->kept; i++) {
		int place = leading_place(planning, &planning->plan->list[i], of_row);
		if (place != NOWHERE && place < last)
			return true;
		last = place != NOWHERE ? place : last;
	}
	return false;
}

/* ---- what follows ---- */

/* A picture that the item gets now stands before one that it has: those behind it move. */
static bool moves_others(const struct planning *planning)
{
	bool linked = false, moves = false;

	for (size_t i = 0; i < planning->plan->kept; i++) {
		const struct picture_decision *one = &planning->plan->list[i];
		moves = moves || (linked && place_in_item(planning, one->image_id) != NOWHERE);
		linked = linked || (one->action == PICTURE_IMPORT && one->image_id);
	}
	return moves;
}

/* Something of the row is not known yet that may be this picture: with its state lost, or its row made anew. */
static bool may_be_there(const struct planning *planning, const struct picture_decision *decision)
{
	bool expected = false;

	for (size_t i = 0; i < planning->row_count; i++)
		expected = expected || (planning->views->row[i].expected && !planning->image_of[i] &&
					!is_removed(planning, planning->views->row[i].id));
	return expected && decision->action == PICTURE_SEND &&
	       place_in_agreed(planning, decision->image_id) == NOWHERE;
}

static void sum_up(struct planning *planning)
{
	struct pictures_plan *plan = planning->plan;

	plan->write_order = differs_in_order(planning, false) || moves_others(planning);
	plan->write_row = differs_in_order(planning, true);
	for (size_t i = 0; i < plan->count; i++) {
		const struct picture_decision *one = &plan->list[i];
		bool row_loses = one->action == PICTURE_UNLINK && one->attachment_id;
		plan->write_row |=
			one->action == PICTURE_SEND || one->action == PICTURE_TAKE_OUT || row_loses;
		plan->row_must_wait |=
			(one->action == PICTURE_WAIT && !(one->attachment_id && *one->attachment_id)) ||
			may_be_there(planning, one);
	}
}

void plan_pictures(const struct pictures_views *views, struct pictures_plan *plan_out)
{
	struct planning planning = {.views = views,
				    .plan = plan_out,
				    .item_count = views->item_count,
				    .row_count = views->row_count,
				    .agreed_count = views->agreed_count};

	*plan_out = (struct pictures_plan){0};
	if (views->item_count > PICTURES_MOST || views->row_count > PICTURES_MOST ||
	    views->agreed_count > PICTURES_MOST) {
		plan_out->problem = "it has more pictures than can be kept in step: remove some";
		return;
	}
	name_attachments(&planning);
	decide_all(&planning);
	put_in_order(&planning);
	sum_up(&planning);
}
