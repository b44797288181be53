/* One recorded scenario: the app's own sync between a database and a base, with what people did meanwhile and how both
 * ended: a start, phases (sync, app, airtable, wait), the ends. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/own.h"

struct recording {
	struct json_object *json;   /* borrowed; all of it */
	struct json_object *shared; /* borrowed; what {"$ref": name} stands for, or NULL */
	const char *name, *integration_id;
	const char *base_id; /* "" when its integration names none */
};

must_use bool recording_read(struct json_object *json, struct json_object *shared,
			     struct recording *recording_out, struct error *error);
/* Why it cannot be played, by what is in it; NULL: it can. */
const char *recording_obstacle(const struct recording *recording);
/* The tables as the meta API shows them; borrowed. */
struct json_object *recording_tables(const struct recording *recording);
/* One column as the schema has it, or NULL. */
struct json_object *recording_column(const struct recording *recording, const char *table, const char *name);
/* Columns that the base fills by itself: formulas, counters, times, and the far end of a link. */
bool recording_column_is_computed(struct json_object *column);
/* For json_object_object_foreach, which takes no NULL: the object, or an empty one. Borrowed. */
struct json_object *members(struct json_object *object);
/* The text, or "" of what is none. Borrowed. */
const char *recording_words(struct json_object *value);
/* An array of the recording; an empty one when it is not there. Borrowed. */
struct json_object *recording_list(const struct recording *recording, const char *key);
/* Whether a recorded time lies within one of its syncs: the app's clock made it, not a person. */
bool recording_is_sync_time(const struct recording *recording, int64_t time_ms);
/* The document of this _id at the start, or NULL. Borrowed. */
struct json_object *recording_initial(const struct recording *recording, const char *full_id);

/* Rows and documents as the recording has them by some phase. */
struct their_state {
	struct json_object *rows;      /* owned; {record id: {"table", "fields"}} */
	struct json_object *documents; /* owned; {_id: document} */
};
void their_state_begin(struct their_state *state, const struct recording *recording);
void their_state_note(struct their_state *state, struct json_object *phase); /* what it changed */
void their_state_done(struct their_state *state);

/* What a person did while the app synced: {"op"} or {"edit"}, made out of what the phase changed; NULL when that cannot be
 * told. 'before' is as it was when the phase began. The caller puts. */
struct json_object *recording_meanwhile(const struct recording *recording, const struct their_state *before,
					struct json_object *phase);

/* Record ids of the base, and ids of documents that were made of rows, are others in the recording ("theirs") than
 * on our stage ("ours"). Of several pairs of an id the latest counts. */
struct ids {
	size_t count;
	struct ids_pair {
		char *ours, *theirs; /* owned */
	} * list;
};
void ids_done(struct ids *ids);
void ids_pair(struct ids *ids, const char *ours, const char *theirs);
const char *ids_ours(const struct ids *ids, const char *theirs); /* NULL: none */
/* A copy in which every id is the other side's. The caller puts. */
struct json_object *ids_to_ours(const struct ids *ids, struct json_object *json);
struct json_object *ids_to_theirs(const struct ids *ids, struct json_object *json);

/* How both sides ended, with the recording's ids. */
struct ends {
	struct json_object *documents; /* owned: array */
	struct json_object *rows;      /* owned: {table: [record]} */
};
void ends_done(struct ends *ends);
