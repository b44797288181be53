/* One step of a vector: an operation of the app on its database. */
#pragma once
#include "tests/vectors/playing.h"

struct step {
	struct playing *playing;
	struct json_object *step, *expected; /* borrowed */
	struct outcome outcome;
};

const char *step_words(const struct step *step, const char *key); /* "": there is no text */
struct json_object *step_options(const struct step *step);        /* borrowed; or NULL */
/* What the save resolved to: of the app's own keys only those that are ours as well. The caller frees. */
struct json_object *step_returned(const struct datum *datum, struct json_object *expected);
void step_compare_returned(struct step *step);

typedef void step_run(struct step *step);
/* steps_read.c */
step_run step_get, step_get_several, step_get_config, step_update_config;
/* steps_undo.c */
step_run step_restore_history, step_restore_batch;
