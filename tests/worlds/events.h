/* The kinds of events, and what they share. */
#pragma once
#include "tests/worlds/history.h"

#define PLAY_OFFLINE 4

struct play {
	struct world *world;
	const struct history *history;
	bool done[HISTORY_LIMIT];
	size_t next;    /* events before it have begun; those among them with an effect wait for it */
	unsigned acts;  /* of people */
	unsigned flaws; /* faults, crashes, steps of clocks */
	unsigned new_documents;
	unsigned items;
	unsigned images;             /* that the app has made */
	struct world_backup *backup; /* owned; the last that was taken, or NULL */
	struct play_view {
		struct world_document *document; /* NULL: it is free */
		struct world_view view;
	} offline[PLAY_OFFLINE]; /* what phones have while they are offline */
};

struct event_kind {
	const char *name;
	void (*run)(struct play *play, const struct event *event);
	unsigned weight;
	enum history_rule rule;
	bool in_passes; /* it may happen within a pass */
	bool made_up;   /* real servers cannot be made to do it */
	unsigned of_a,
		of_b; /* how many there are to choose from, where more may come; 0: any number will do */
};
extern const struct event_kind event_kinds[];
extern const size_t event_kind_count;

void play_begin(struct play *play, size_t place);
/* What happens in a pass happens at its effects. */
void play_pass(struct play *play, const struct event *event);

#define PLAY_FIELDS 6 /* that play_choose_field() chooses from */
struct world_document *play_choose_document(struct play *play, unsigned number);   /* or NULL */
struct world_row *play_choose_row(struct play *play, unsigned number, bool there); /* or NULL */
enum field play_choose_field(enum table table, unsigned number);
/* Values that were nowhere before. */
/* A phone saves 'body', an edit of the document: its updated_at, by the clock of that phone. */
void play_save_time(const struct world *world, const struct world_document *document,
		    struct json_object *body, unsigned number);
struct json_object *play_unique_cell(struct world *world, enum field field);
struct json_object *play_unique_value(struct world *world, enum field field);
struct json_object *play_new_body(struct world *world, enum table table, const char *collection_id);
/* Whether anything stands in it, on either side. */
bool play_holds_contents(const struct world *world, const char *record_id, const char *document_id);

void server_saves(struct play *play, const struct event *event);
void server_goes_back(struct play *play, const struct event *event);
void server_makes_anew(struct play *play, const struct event *event);
void server_damages_checkpoint(struct play *play, const struct event *event);
void server_loses_state(struct play *play, const struct event *event);
void phone_makes(struct play *play, const struct event *event);
void phone_saves_bare(struct play *play, const struct event *event);
void phone_edits(struct play *play, const struct event *event);
void phone_is_refused(struct play *play, const struct event *event);
void phone_goes_offline(struct play *play, const struct event *event);
void phone_edits_offline(struct play *play, const struct event *event);
void phone_deletes_offline(struct play *play, const struct event *event);
void phone_is_online(struct play *play, const struct event *event);
void play_all_online(struct play *play);
void play_views_done(struct play *play);
void server_compacts(struct play *play, const struct event *event);
void phone_conflicts(struct play *play, const struct event *event);
void phone_chooses(struct play *play, const struct event *event);
void phone_deletes(struct play *play, const struct event *event);
void phone_undeletes(struct play *play, const struct event *event);
void phone_moves(struct play *play, const struct event *event);
void phone_moves_out(struct play *play, const struct event *event);
void phone_lists(struct play *play, const struct event *event);
void person_moves_out(struct play *play, const struct event *event);
void person_types(struct play *play, const struct event *event);
void person_types_on(struct play *play, const struct event *event);
void person_chooses(struct play *play, const struct event *event);
void person_scribbles(struct play *play, const struct event *event);
void person_adds(struct play *play, const struct event *event);
void person_empties_collection(struct play *play, const struct event *event);
void person_moves(struct play *play, const struct event *event);
void person_ticks_delete(struct play *play, const struct event *event);
void person_deletes(struct play *play, const struct event *event);
void person_deletes_place(struct play *play, const struct event *event);
void person_restores(struct play *play, const struct event *event);
void person_duplicates(struct play *play, const struct event *event);
void person_deletes_column(struct play *play, const struct event *event);
void person_adds_column(struct play *play, const struct event *event);
void person_retypes_column(struct play *play, const struct event *event);
void person_edits_choices(struct play *play, const struct event *event);
void person_links_back(struct play *play, const struct event *event);
void process_hands_over(struct play *play, const struct event *event);
void process_is_killed(struct play *play, const struct event *event);
void process_freezes(struct play *play, const struct event *event);
void base_goes(struct play *play, const struct event *event);
void base_comes_back(struct play *play, const struct event *event);
void person_limits(struct play *play, const struct event *event);
void person_permits(struct play *play, const struct event *event);
void database_refuses(struct play *play, const struct event *event);
void app_syncs(struct play *play, const struct event *event);
void database_takes_again(struct play *play, const struct event *event);
void app_adds_picture(struct play *play, const struct event *event);
void app_shares_picture(struct play *play, const struct event *event);
void app_removes_picture(struct play *play, const struct event *event);
void app_orders_pictures(struct play *play, const struct event *event);
void app_brings_picture(struct play *play, const struct event *event);
void app_deletes_picture(struct play *play, const struct event *event);
void person_removes_picture(struct play *play, const struct event *event);
void person_turns_pictures(struct play *play, const struct event *event);
void person_empties_pictures(struct play *play, const struct event *event);
void person_ticks_remove(struct play *play, const struct event *event);
void person_adds_photo(struct play *play, const struct event *event);
void person_pastes_pictures(struct play *play, const struct event *event);
void fetches_end(struct play *play, const struct event *event);
void base_refuses_pictures(struct play *play, const struct event *event);
void base_takes_pictures(struct play *play, const struct event *event);
void photos_end(struct play *play, const struct event *event);
