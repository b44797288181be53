/* Decide: the views that plan.c asks for, its answers for existence and for each field, and the moments of the edits where
 * only they can tell. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_decide(struct batch *batch, struct error *error); /* existence, fields */
