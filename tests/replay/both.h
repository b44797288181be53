/* A world in memory and the real servers beside it: what people do is done to both, what a sync may ask is asked of both, and the
 * answers must be the same. */
#pragma once
#include "tests/replay/play.h"

struct both {
	struct stage *stage;
	struct world *world;
	struct transcript transcript;
	struct replay *replay;
	/* Of either; the world's first. */
	char revisions[2][80];          /* kept by both_keep_revision() */
	struct json_object *cursors[2]; /* owned; moved by both_couch_news() and both_rows_news() */
	unsigned asked;
	size_t differences;
	struct text words; /* what differs */
};

/* Collection "c0" and item "i1", with rows, in step. False: it cannot be begun. */
must_use bool both_open(struct stage *stage, struct both *both, struct error *error);
void both_close(struct both *both);

/* ---- people and phones ---- */

void both_phone_puts(struct both *both, const char *id, const char *key, const char *value);
void both_phone_deletes(struct both *both, const char *id);
struct world_row *both_person_adds(struct both *both, const char *name);
void both_person_types(struct both *both, struct world_row *row, enum field field, struct json_object *value);
void both_person_deletes(struct both *both, struct world_row *row);
void both_person_restores(struct both *both, struct world_row *row);
void both_time_passes(struct both *both, int64_t ms);

/* ---- what a sync asks ---- */

void both_couch_read(struct both *both, const char *id);
void both_couch_list(struct both *both, enum table table);
void both_couch_extra(struct both *both, const char *full_id);
/* Since the cursors; from the beginning when there are none. */
void both_couch_news(struct both *both);
void both_couch_position(struct both *both);
void both_keep_revision(struct both *both, const char *id);
/* The kept revision, and what it was made of; and one that nobody has. */
void both_couch_revisions(struct both *both, const char *id);
/* With the revision that was kept, or with none. 'data' is {key: value} over the present data; NULL deletes. Taken. */
void both_couch_write(struct both *both, enum endpoint_write_kind kind, const char *id, bool with_revision,
		      struct json_object *data);
void both_couch_write_extra(struct both *both, struct json_object *body);

/* With our columns, and whole. */
void both_rows_read(struct both *both, enum table table, const char *row);
void both_rows_list(struct both *both, enum table table);
void both_rows_find(struct both *both, const char *const *ids, size_t count);
void both_rows_news(struct both *both);
void both_rows_position(struct both *both);
/* After the world's time 'ago_ms' ago? */
void both_rows_edited(struct both *both, const struct world_row *row, enum field field, int64_t ago_ms);
/* 'cells' {name of a column: value}, taken. 'row' is the world's, NULL for a new one. */
void both_rows_write(struct both *both, enum endpoint_write_kind kind, const char *row,
		     struct json_object *cells);
/* Several of a kind in one go. */
void both_rows_write_many(struct both *both, enum endpoint_write_kind kind, const char *const *rows,
			  struct json_object *const *cells, size_t count);

void both_store_write(struct both *both, const char *id, const char *words, bool with_revision, bool deletes);
void both_store_read(struct both *both, const char *id);
void both_checkpoint(struct both *both, const char *words);
void both_store_walk(struct both *both, const char *prefix);
