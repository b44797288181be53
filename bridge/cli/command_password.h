/* `davenport password`: a password becomes the hash for ADMIN_PASSWORD_HASH. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

int password_command(const struct bridge_settings *settings, const struct command_options *options);
