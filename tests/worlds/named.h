/* Scenarios with a name, one for each way in which a sync loses something. A table for each group of rules; a new one
 * goes into the table of its rule. */
#pragma once
#include "tests/worlds/world.h"

enum order {
	AS_WRITTEN,      /* 'one', then 'other' */
	OTHER_WAY_ROUND, /* 'other', then 'one' */
	MEANWHILE,       /* 'other' at every point of the passes that carry 'one' */
	ORDERS,
};
#define BOTH_ORDERS (1U << AS_WRITTEN | 1U << OTHER_WAY_ROUND)
#define ALL_ORDERS  (BOTH_ORDERS | 1U << MEANWHILE)
#define IN_ORDER    (1U << AS_WRITTEN | 1U << MEANWHILE)
#define BRISK       (1U << ORDERS) /* passes follow each other within seconds; only one runs between the two */

typedef void named_act(struct world *world);

struct scenario {
	const char *name;
	named_act *
		before; /* when both sides are in step: collection "c0" and item "i1" with the notes "first" */
	named_act *one;
	named_act *other;
	named_act *after;    /* judges the end, beside the observer */
	unsigned orders;     /* 1 << AS_WRITTEN | ..., BRISK */
	bool passes_between; /* a pass runs between the two */
};
struct named_table {
	const struct scenario *list;
	size_t count;
};
extern const struct named_table named_writes, named_existence, named_identity, named_scope, named_fields,
	named_saving, named_revert, named_wake, named_times, named_place, named_values, named_collection,
	named_zero, named_lease, named_rights, named_refused, named_expiry, named_gone, named_leaves,
	named_leaf_ends, named_app, named_twins, named_apart, named_unkept, named_rounds, named_last_edits,
	named_unfilled, named_upgrade, named_pictures, named_uploads, named_imports;

/* Both sides in step, as every scenario begins. */
void named_set_scene(struct world *world);
/* Two passes with a minute behind each, for pictures, which are looked at again; as part of a scene, where a pass must not fail. */
void named_some_looks(struct world *world);

/* Plays it once, with 'other' at an effect of the passes (MEANWHILE) and a crash at another (0: none). The effects that
 * the passes had; 'broken_out' is empty when all is well. */
unsigned named_play(const struct scenario *scenario, enum order order, unsigned meanwhile_at,
		    unsigned crash_at, bool verbose, char broken_out[400]);

/* ---- acts of several scenarios, on "i1" ---- */

struct world_row *named_row(struct world *world); /* or NULL */
void named_phone_sets(struct world *world, const char *key, const char *value, int64_t behind_ms);
void named_person_sets(struct world *world, enum field field, const char *value); /* NULL empties */
/* Whether it does, of an item. */
void named_must_say(struct world *world, const char *id, const char *key, const char *words);
void named_must_show(struct world *world, const char *id, enum field field, const char *words);
void named_make_container(struct json_object *body);                       /* as the app saves one */
struct json_object *named_new_item(struct world *world, const char *name); /* a body, in c0 */

named_act named_nothing;
named_act named_phone_notes;     /* "from the phone" */
named_act named_person_notes;    /* "from the grid" */
named_act named_person_models;   /* the model name "from the grid" */
named_act named_phone_deletes;   /* */
named_act named_person_deletes;  /* the row */
named_act named_person_restores; /* the deleted row, from the trash */

named_act
	named_small_pass; /* one look, and the pass is over: what is left waits, and so does the checkpoint */

named_act named_anything; /* however it ends */
named_act named_is_there; /* on both sides */
named_act named_are_two;  /* items, "i1" among them */
size_t named_live_items(const struct world *world);
