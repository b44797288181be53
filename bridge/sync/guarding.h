/* The brake on endless loops (brake.h), put to what a group has decided. Only for the engine's own files. */
#pragma once
#include "bridge/job/batch.h"

/* After the decisions: what is held is left as it is, and told. */
void group_brake(struct group *group);
/* After the writes: what was done counts. */
void look_note_brake(struct look *look);
