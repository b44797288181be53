/* What the files of the Airtable in memory share: its rows, what people and the bridge do to them. */
#pragma once
#include "bridge/limits.h"
#include "tests/worlds/world.h"

#define AIRTABLE_COST_MS 60
#define AIRTABLE_SLOW_MS (SYNC_FRESH_MS + 2000)

/* ---- world_rows.c ---- */

struct world_row *world_new_row(struct world *world, enum table table);
/* What a reader is shown at this moment. */
const struct world_picture *world_shown(const struct world *world, const struct world_row *row);
/* {column id: value} of what a picture has. */
struct json_object *world_row_body(const struct world *world, const struct world_row *row,
				   const struct world_picture *picture);
/* Whoever writes next: readers may be shown what was before, for a while. */
void world_before_change(struct world *world, struct world_row *row);
/* 'value' is taken. */
void world_set_cell(struct world *world, struct world_row *row, enum field field, struct json_object *value);
/* Whether a cell of links has this one; the cell without it. */
bool world_links_to(struct json_object *cell, const char *record_id);
struct json_object *world_links_but(struct json_object *cell, const char *record_id);
/* Airtable itself empties the links that point there (sync-rules 1). */
void world_empty_links_to(struct world *world, const char *record_id);

/* Whether Airtable takes this value in such a cell, whoever writes it. */
bool world_takes_cell(struct world *world, enum table table, enum field field, struct json_object *value);

/* ---- of the side ---- */

/* The Date header of an answer. */
void world_hear_clock(struct world *world);
/* world_writes.c */
struct endpoint_ticket *world_write_start(void *self, struct endpoint_write *writes, size_t count);
bool world_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error);
