/* `davenport status`: how each integration stands, as the state database has it. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

/* EXIT_PROBLEMS where a person should look: it is not running, needs attention, has problems, or cannot be found. */
int status_command(const struct bridge_settings *settings, const struct command_options *options);
