/* `davenport problems`: what a person should know of single documents and rows, as the ledgers have it. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

/* EXIT_PROBLEMS when there is any that is not past. */
int problems_command(const struct bridge_settings *settings, const struct command_options *options);
