/* What a person should know of a pair under work: sentences for its row's error cell and for the ledger. */
#pragma once
#include "bridge/job/batch.h"

/* Only the row's error cell is to be written. */
void look_write_words_only(struct look *look);
/* One line for a problem that was not known so far, with the record's name. */
void look_log_problem(struct group *group, const struct look *look, const char *words);
/* It is looked at again after this time, or sooner if something else wants that. */
void look_wait(struct look *look, int64_t wait_ms);
/* Adds one sentence to what a person should know of this pair. */
void look_problem(struct look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));
