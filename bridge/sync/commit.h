/* Remember: what the row writes led to, and the ledger's entries of the whole group in one go. */
#pragma once
#include "bridge/job/batch.h"

must_use bool group_remember(struct group *group, struct error *error); /* waits for the rows; the ledger */
