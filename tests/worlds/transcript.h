/* What happens in a world, as a list that can be played again on other servers: what people, phones, faults and the clock do,
 * and when the bridge passes. And how the world ended. */
#pragma once
#include "tests/worlds/fault_injection.h"
#include "tests/worlds/world.h"

enum act_kind {
	ACT_PUTS,       /* a phone: table, id, value, before (the body that it saw; NULL: none) */
	ACT_REMOVES,    /* a phone: table, id */
	ACT_BRANCHES,   /* a phone, an offline edit: table, id, value, wins */
	ACT_ADDS,       /* a person: table, row */
	ACT_TYPES,      /* table, row, field, value (NULL empties) */
	ACT_DELETES,    /* table, row */
	ACT_RESTORES,   /* table, row */
	ACT_DUPLICATES, /* table, row, copy, with_id */
	ACT_EDITS,      /* a person, whatever the sandbox can do: value, an action of sandbox/edit.h */
	ACT_LEAVES,     /* the app leaves a document behind: value */
	ACT_ARMS,       /* fault */
	ACT_CALMS,      /* no more faults */
	ACT_COMES_LATE, /* a write that was in doubt is applied */
	ACT_PASSES, /* ask_rows, check_rows, list_rows, on_row_deleted; what follows up to ACT_PASSED happens within it */
	ACT_PASSED, /* passed; value: [[table, row, ID]…], what rows there are then */
	ACT_DIES,   /* the bridge, within a pass */
	ACT_RESTARTS,
};

struct act {
	enum act_kind kind;
	int64_t at_ms; /* the world's steady clock */
	enum table table;
	char id[WORLD_ID];
	char row[20], copy[20];
	enum field field;
	struct json_object *value, *before; /* owned */
	enum world_fault fault;
	bool wins, with_id, ask_rows, check_rows, list_rows, passed;
	enum row_deleted_policy on_row_deleted;
	unsigned reach;               /* within a call of a pass: after so many of its effects */
	struct injection_point point; /* within a pass: where in it; INJECTION_BEFORE or INJECTION_AFTER */
};

struct transcript {
	size_t count, capacity;
	struct act *acts; /* owned */
	int64_t base_ahead_ms;
	bool bump_equal;
	const char *not_whole;   /* why it cannot be played elsewhere, or NULL */
	struct json_object *end; /* owned; as ending_of() gives it */

	/* While it is written. */
	struct injection injection;
	struct world *world;
	bool in_call;
	struct injection_point call; /* the one under way, or the last */
	unsigned effects;            /* of the world, when it began */
	unsigned outside;            /* among those since: not of this call */
	size_t first;                /* act since then */
};

/* The world that is opened next is written into it, until its end. */
void transcript_begin(struct transcript *transcript);
void transcript_done(struct transcript *transcript);
/* For the worlds. 'act' is completed with the time; its value is taken. Nothing when the world is not recorded. */
void transcript_add(struct world *world, struct act act);
void transcript_document(struct world *world, enum act_kind kind, const struct world_document *document,
			 struct json_object *body);
void transcript_row(struct world *world, enum act_kind kind, const struct world_row *row);
void transcript_cell(struct world *world, const struct world_row *row, enum field field,
		     struct json_object *value);
void transcript_copy(struct world *world, const struct world_row *row, const struct world_row *copy,
		     bool with_id);
/* "action" on a table; NULL when the world is not recorded. Further keys are put by the caller, who then gives it to
 * transcript_edit(). */
struct json_object *transcript_action(const struct world *world, const char *action, enum table table);
void transcript_edit(struct world *world, struct json_object *action);
void transcript_left_behind(struct world *world, struct json_object *body);
/* The value of ACT_PASSED; NULL when the world is not recorded. */
struct json_object *transcript_rows(const struct world *world);
/* Before a pass. Airtable tells its time in whole seconds: which edit was first is not sure within one, and must not be
 * asked of two worlds. */
void transcript_pause(struct world *world);
/* Something happens that has no act. */
void transcript_spoil(struct world *world, const char *why);
void transcript_open(struct world *world);
void transcript_place(struct world *world, struct sync_setup *setup);
void transcript_close(struct world *world);
