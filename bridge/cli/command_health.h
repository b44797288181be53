/* `davenport health`: whether the process on this machine lives, for a container's health check. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int health_command(const struct bridge_settings *settings, const struct command_options *options);
