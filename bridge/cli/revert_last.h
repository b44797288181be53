/* The newest batch of the databases that a command looks into, and whether whoever runs it means it. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/cli/command_databases.h"
#include "bridge/review/history_reader.h"

/* ERROR_FATAL: nothing is recorded. history_batches_done() frees; there is one in it. */
must_use bool revert_last_find(const struct bridge_settings *settings, const struct command_databases *places,
			       struct history_batches *last_out, const char **database_out,
			       struct error *error);
/* With --yes or --dry-run nobody is asked. Where nobody sits at a terminal that is ERROR_FATAL; so is a no. */
must_use bool revert_last_confirm(const struct command_options *options,
				  const struct history_read_batch *batch, const char *integration,
				  struct error *error);
