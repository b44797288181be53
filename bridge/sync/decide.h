/* Decide: the views that plan.c asks for, its answers for existence and for each field, and the moments of the edits where
 * only they can tell. */
#pragma once
#include "bridge/job/batch.h"

must_use bool group_decide(struct group *group, struct error *error); /* existence, fields */
