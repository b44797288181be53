/* `davenport history` and `davenport revert`. */
#pragma once
#include "bridge/commands.h"

int history_command(const struct bridge_settings *settings, const struct command_options *options);
int revert_command(const struct bridge_settings *settings, const struct command_options *options);
