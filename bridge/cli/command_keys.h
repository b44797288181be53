/* `davenport keys`: the keys that sign links to pictures, in the file that IMAGE_KEYS_FILE names. It asks no server. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

/* 'settings' is not looked at. */
int keys_command(const struct bridge_settings *settings, const struct command_options *options);
