/* A transcript played on the stage: the same people, phones and faults, but CouchDB is a server and Airtable the sandbox. */
#pragma once
#include "tests/scenarios/stage.h"
#include "tests/worlds/transcript.h"

/* Why a transcript cannot be played there; NULL: it can. */
const char *replay_cannot(const struct transcript *transcript);
/* Step by step: what was written down since the last step is played. 'words' is borrowed. The close accepts NULL inside. */
struct replay;
must_use bool replay_open(struct stage *stage, const struct transcript *transcript, struct text *words,
			  struct replay **replay_out, struct error *error);
must_use bool replay_follow(struct replay *replay, struct error *error);
void replay_close(struct replay **replay);
/* All of it. False: it could not be played to its end. Else 'differences' is how many places of both ends differ; 'words' tell them. */
must_use bool replay_play(struct stage *stage, const struct transcript *transcript, size_t *differences,
			  struct text *words, struct error *error);
