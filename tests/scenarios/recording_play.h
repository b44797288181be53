/* Plays a recording on the stage: the bridge where the app synced, people's edits as they were made. */
#pragma once
#include "tests/scenarios/recording.h"
#include "tests/scenarios/stage.h"

struct play {
	struct stage *stage;
	const struct recording *recording;
	struct ids ids;
	struct their_state theirs; /* by now */
};

/* From the start until both sides are quiet. False: it could not be played to its end, the sentence says where. */
must_use bool recording_play(struct stage *stage, const struct recording *recording, struct ends *ends_out,
			     struct error *error);

/* ---- the parts of it ---- */

/* One operation of the app, or one edit in Airtable, at the stage's present time. From any thread. */
must_use bool play_operation(struct play *play, struct json_object *operation, struct error *error);
must_use bool play_edit(struct play *play, struct json_object *edit, struct error *error);

/* A pass in which that is done as soon as the answer is there of what the app had asked before it. */
must_use bool play_pass_meanwhile(struct play *play, struct json_object *phase, struct error *error);
