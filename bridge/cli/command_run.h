/* `davenport run`: every integration, and the pictures, until a signal. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int run_command(const struct bridge_settings *settings, const struct command_options *options);
