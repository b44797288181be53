/* What phones do while they are offline, and what comes of it when they are online again: sync-rules 8. */
#include "inventory/document.h"
#include "tests/worlds/events.h"

#include "tests/worlds/observer.h"

#include <stdio.h>
#include <string.h>

static void view_done(struct play_view *one)
{
	json_release(one->view.base);
	json_release(one->view.body);
	*one = (struct play_view){0};
}

void play_views_done(struct play *play)
{
	for (size_t i = 0; i < PLAY_OFFLINE; i++)
		view_done(&play->offline[i]);
}

static void take_view(struct play_view *one, struct world_document *document, const char *revision)
{
	struct json_object *body = world_couch_body(document, revision);

	if (!body)
		return;
	view_done(one);
	one->document = document;
	snprintf(one->view.revision, sizeof one->view.revision, "%s", revision);
	one->view.base = json_copy(body);
	one->view.body = json_copy(body);
}

static struct play_view *free_view(struct play *play)
{
	for (size_t i = 0; i < PLAY_OFFLINE; i++)
		if (!play->offline[i].document)
			return &play->offline[i];
	return NULL;
}

static struct play_view *used_view(struct play *play, unsigned number)
{
	for (size_t i = 0; i < PLAY_OFFLINE; i++) {
		struct play_view *one = &play->offline[(number + i) % PLAY_OFFLINE];
		if (one->document)
			return one;
	}
	return NULL;
}

/* With the present revision of a document. */
void phone_goes_offline(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);
	struct play_view *one = free_view(play);

	if (document && one && world_body(document))
		take_view(one, document, world_winner(document)->revision);
}

static void edit_view(struct play *play, struct play_view *one, const struct event *event)
{
	enum table table = one->document->table;
	enum field field = play_choose_field(table, event->b);
	struct json_object *data = document_data(one->view.body);
	const char *key = observer_key(field, table);

	if (field != FIELD_NAME && event->c % 7 == 6)
		json_remove(data, key);
	else
		json_put(data, key, play_unique_value(play->world, field));
	do
		play_save_time(play->world, one->document, one->view.body, event->c);
	while (document_updated_at(one->view.body) == document_updated_at(one->view.base));
	one->view.edits++;
}

void phone_edits_offline(struct play *play, const struct event *event)
{
	struct play_view *one = used_view(play, event->a);

	if (!one) {
		phone_goes_offline(play, event);
		one = used_view(play, event->a);
	}
	if (one && one->view.body)
		edit_view(play, one, event);
}

void phone_deletes_offline(struct play *play, const struct event *event)
{
	struct play_view *one = used_view(play, event->a);

	if (!one || !one->view.body || one->document->table == TABLE_COLLECTIONS ||
	    play_holds_contents(play->world, "-", one->document->id))
		return;
	json_object_close(&one->view.body);
	one->view.edits++;
}

static void push(struct play *play, struct play_view *one)
{
	if (one->view.edits) {
		play->acts += 2; /* what others made meanwhile goes on from what the merge made */
		world_phone_pushes(play->world, one->document, &one->view);
	}
}

void phone_is_online(struct play *play, const struct event *event)
{
	struct play_view *one = used_view(play, event->a);

	if (!one)
		return;
	push(play, one);
	if (event->b % 3 || !one->view.body)
		view_done(one);
}

void play_all_online(struct play *play)
{
	for (size_t i = 0; i < PLAY_OFFLINE; i++)
		if (play->offline[i].document) {
			push(play, &play->offline[i]);
			view_done(&play->offline[i]);
		}
}

/* An edit of what the present revision was made of. */
void phone_conflicts(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);
	struct play_view *one = free_view(play);

	if (!document || !one || !world_body(document))
		return;
	take_view(one, document, world_winner(document)->parent);
	if (!one->document)
		return;
	edit_view(play, one, event);
	push(play, one);
	view_done(one);
}

void server_compacts(struct play *play, const struct event *event)
{
	(void)event;
	world_note(play->world, "server: compacts");
	world_couch_compacts(play->world);
}
