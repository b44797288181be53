/* Finds what is to be undone, has it undone, and tells. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int revert_command(const struct bridge_settings *settings, const struct command_options *options);
