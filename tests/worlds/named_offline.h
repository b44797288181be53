/* What phones do while they are offline, for the scenarios of sync-rules 8. On "i1" unless they say otherwise. */
#pragma once
#include "tests/worlds/named.h"

#define OFFLINE_PHONES 2

/* What the phones have of a document. */
extern struct world_view offline_views[OFFLINE_PHONES];

struct world_document *offline_item(struct world *world);
/* With the present revision; with the one before, when the present one has our mark and nothing else besides. */
void offline_goes(struct world_view *view, const struct world_document *document);
void offline_goes_before_mark(struct world_view *view, const struct world_document *document);
/* 'behind_ms' before now. */
void offline_edits(struct world *world, struct world_view *view, const char *key, const char *value,
		   int64_t behind_ms);
named_act offline_notes;             /* the first phone: notes "from the plane" */
named_act offline_notes_before_mark; /* the same, gone offline before the mark */
named_act offline_phone_models;      /* another one, online: the model name "from the phone" */
named_act offline_lands;             /* the first phone is online again */

/* ---- how it ends ---- */

void offline_both_say(struct world *world, const char *key, enum field field, const char *words);
named_act offline_one_leaf;         /* lives */
named_act offline_lives_with_notes; /* of the plane, on both sides */
/* One that is not shown, or NULL. */
const struct world_leaf *offline_losing_leaf(const struct world_document *document);
int offline_generation_behind(const char *revision);
