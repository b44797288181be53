#include "bridge/state/ledger_pictures.h"

#include "base/own.h"
#include "bridge/state/ledger_intents.h"

#include <stdlib.h>
#include <string.h>

#define FAILURES_MOST 1000    /* that are counted */
#define HELD_MS       3600000 /* the next look at a row of which nothing is decided for now */

static void picture_done(struct ledger_picture *picture)
{
	free(picture->image_id);
	free(picture->attachment_id);
}

void ledger_pictures_done(struct ledger_pictures *pictures)
{
	for (size_t i = 0; i < pictures->count; i++)
		picture_done(&pictures->list[i]);
	free(pictures->list);
	json_release(pictures->removing);
	ledger_imports_done(&pictures->imports);
	free(pictures->problem);
	*pictures = (struct ledger_pictures){0};
}

struct ledger_pictures ledger_pictures_copy(const struct ledger_pictures *pictures)
{
	struct ledger_pictures copy = *pictures;

	copy.list = own_alloc((pictures->count + 1) * sizeof *copy.list);
	for (size_t i = 0; i < pictures->count; i++) {
		copy.list[i] = pictures->list[i];
		copy.list[i].image_id = own_copy(pictures->list[i].image_id);
		copy.list[i].attachment_id = own_copy(pictures->list[i].attachment_id);
	}
	copy.removing = pictures->removing ? json_copy(pictures->removing) : NULL;
	copy.imports = ledger_imports_copy(&pictures->imports);
	copy.problem = own_copy(pictures->problem);
	return copy;
}

struct ledger_picture *ledger_pictures_find(const struct ledger_pictures *pictures, const char *image_id)
{
	for (size_t i = 0; i < pictures->count; i++)
		if (strcmp(pictures->list[i].image_id, image_id) == 0)
			return &pictures->list[i];
	return NULL;
}

struct ledger_picture *ledger_pictures_add(struct ledger_pictures *pictures, const char *image_id,
					   const char *attachment_id, enum picture_state state)
{
	pictures->list = own_resize(pictures->list, pictures->count + 1, sizeof *pictures->list);
	struct ledger_picture *added = &pictures->list[pictures->count++];
	*added = (struct ledger_picture){
		.image_id = own_copy(image_id),
		.attachment_id = own_copy(attachment_id ? attachment_id : ""),
		.state = state,
	};
	return added;
}

void ledger_pictures_never_left(struct ledger_pictures *pictures, int64_t noted_ms)
{
	if (!pictures->unanswered)
		return;
	pictures->unanswered = false;
	pictures->sent_ms = 0;
	if (pictures->filled_ms >= noted_ms)
		pictures->filled_ms = 0;
	for (size_t i = 0; i < pictures->count; i++)
		pictures->list[i].gone_ms = 0;
}

/* ---- when the row is read again ---- */

/* What is over-due was looked at just now, and is held; or nobody has looked since. */
static int64_t overdue_ms(bool looked)
{
	return looked ? HELD_MS : 0;
}

/* After the last write of the cell: what small pictures take, what most take, what any may take. */
static int64_t next_look_ms(int64_t since_ms, bool looked)
{
	static const int64_t looks_ms[] = {5000, 20000, PICTURES_FETCH_MS};

	for (size_t i = 0; i < countof(looks_ms); i++)
		if (since_ms < looks_ms[i])
			return looks_ms[i] - since_ms;
	return overdue_ms(looked);
}

/* -1: never. */
static int64_t earlier(int64_t due_ms, int64_t other_ms)
{
	return due_ms < 0 || other_ms < due_ms ? other_ms : due_ms;
}

int64_t ledger_pictures_due_ms(const struct ledger_pictures *pictures, int64_t now_ms,
			       enum pictures_look look)
{
	bool looked = look != PICTURES_UNSEEN;
	int64_t old_ms = pictures->sent_ms + PICTURES_FETCH_MS - now_ms;
	int64_t due_ms = !pictures->doubted ? -1 : old_ms > 0 ? old_ms : overdue_ms(looked);
	int64_t refused_ms = pictures->refused_until_ms - now_ms;
	int64_t imports_ms = ledger_imports_due_ms(&pictures->imports, now_ms, look == PICTURES_IN_VAIN);

	if (pictures->refused_until_ms)
		due_ms = earlier(due_ms, refused_ms > 0 ? refused_ms : overdue_ms(looked));
	if (imports_ms >= 0)
		due_ms = earlier(due_ms, imports_ms);

	for (size_t i = 0; i < pictures->count; i++) {
		const struct ledger_picture *one = &pictures->list[i];
		int64_t in_ms = -1;
		if (one->gone_ms || one->state != PICTURE_SENT)
			continue;
		if (one->next_try_ms)
			in_ms = one->next_try_ms > now_ms ? one->next_try_ms - now_ms : overdue_ms(looked);
		else
			in_ms = next_look_ms(now_ms - pictures->sent_ms, looked);
		due_ms = earlier(due_ms, in_ms);
	}
	return due_ms;
}

/* ---- as JSON ---- */

static const char *const state_names[] = {
	[PICTURE_SENT] = "sent",
	[PICTURE_CONFIRMED] = "confirmed",
	[PICTURE_LEFT_OUT] = "left out",
};

static struct json_object *picture_to_json(const struct ledger_picture *picture)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "image", picture->image_id);
	if (picture->attachment_id[0])
		json_put_text(json, "attachment", picture->attachment_id);
	json_put_text(json, "state", state_names[picture->state]);
	ledger_put_number(json, "failures", picture->failures);
	ledger_put_number(json, "next_try", picture->next_try_ms);
	if (picture->uploaded)
		json_put(json, "uploaded", json_new_bool(true));
	ledger_put_number(json, "gone", picture->gone_ms);
	return json;
}

struct json_object *ledger_pictures_to_json(const struct ledger_pictures *pictures)
{
	struct json_object *json = json_new_object(), *list = json_new_array();

	for (size_t i = 0; i < pictures->count; i++)
		json_append(list, picture_to_json(&pictures->list[i]));
	if (pictures->count)
		json_put(json, "list", list);
	else
		json_release(list);
	ledger_put_number(json, "sent", pictures->count ? pictures->sent_ms : 0);
	if (pictures->unanswered && pictures->count)
		json_put(json, "unanswered", json_new_bool(true));
	ledger_put_number(json, "refusals", pictures->refusals);
	ledger_put_number(json, "refused_until", pictures->refused_until_ms);
	if (pictures->doubted)
		json_put(json, "doubted", json_new_bool(true));
	ledger_put_number(json, "filled", pictures->filled_ms);
	ledger_put_hash(json, "handled", pictures->handled);
	ledger_put_hash(json, "row", pictures->row);
	if (pictures->removing)
		json_put(json, "removing", json_copy(pictures->removing));
	ledger_put_number(json, "links_at", pictures->links_at_ms);
	if (pictures->imports.count)
		json_put(json, "imports", ledger_imports_to_json(&pictures->imports));
	json_put_text(json, "problem", pictures->problem);
	if (json_key_count(json) > 0)
		return json;
	json_release(json);
	return NULL;
}

static int read_count(struct json_object *json, const char *key)
{
	int64_t count = json_int_or(json, key, 0);

	return count < 0 ? 0 : count > FAILURES_MOST ? FAILURES_MOST : (int)count;
}

static void picture_from_json(struct json_object *json, struct ledger_pictures *pictures)
{
	const char *image_id = json_text_or(json, "image", ""), *name = json_text_or(json, "state", "");

	for (size_t state = 0; *image_id && state < countof(state_names); state++) {
		if (strcmp(name, state_names[state]) != 0 || ledger_pictures_find(pictures, image_id))
			continue;
		struct ledger_picture *one = ledger_pictures_add(
			pictures, image_id, json_text_or(json, "attachment", ""), (enum picture_state)state);
		one->failures = read_count(json, "failures");
		one->next_try_ms = ledger_read_time(json, "next_try");
		one->uploaded = json_bool_or(json, "uploaded", false);
		one->gone_ms = ledger_read_time(json, "gone");
	}
}

void ledger_pictures_from_json(struct json_object *json, struct ledger_pictures *pictures_out)
{
	struct json_object *list = json ? json_child(json, "list", json_type_array) : NULL;
	struct json_object *removing = json ? json_child(json, "removing", json_type_array) : NULL;

	*pictures_out = (struct ledger_pictures){0};
	if (!json)
		return;
	for (size_t i = 0; list && i < json_length(list); i++)
		picture_from_json(json_at(list, i), pictures_out);
	pictures_out->sent_ms = ledger_read_time(json, "sent");
	pictures_out->unanswered = json_bool_or(json, "unanswered", false);
	pictures_out->refusals = read_count(json, "refusals");
	pictures_out->refused_until_ms = ledger_read_time(json, "refused_until");
	pictures_out->doubted = json_bool_or(json, "doubted", false);
	pictures_out->filled_ms = ledger_read_time(json, "filled");
	pictures_out->handled = strtoull(json_text_or(json, "handled", "0"), NULL, 16);
	pictures_out->row = strtoull(json_text_or(json, "row", "0"), NULL, 16);
	pictures_out->removing = removing ? json_copy(removing) : NULL;
	pictures_out->links_at_ms = ledger_read_time(json, "links_at");
	ledger_imports_from_json(json_child(json, "imports", json_type_array), &pictures_out->imports);
	pictures_out->problem = own_copy(json_text_or(json, "problem", NULL));
}
