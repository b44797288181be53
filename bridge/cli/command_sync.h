/* `davenport sync`: one cycle for each integration. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int sync_command(const struct bridge_settings *settings, const struct command_options *options);
