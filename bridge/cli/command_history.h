/* `davenport history` and `davenport revert`. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int history_command(const struct bridge_settings *settings, const struct command_options *options);
