/* `davenport revert`: finds what is to be undone, undoes it, and prints what came of it. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int revert_command(const struct bridge_settings *settings, const struct command_options *options);
