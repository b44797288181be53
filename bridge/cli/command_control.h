/* `davenport pause` and `davenport resume`: said to whichever process keeps the integration in step, on whatever machine, by a document of
 * the state database (report/control.h). */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

/* Both wait until the process that runs says that it has heard of it, CONTROL_HEARD_MS at most. Without one they say so; what they
 * said counts for the next. */
enum command_control_limits {
	CONTROL_HEARD_MS = 30000, /* a cycle that works may take some seconds, and a request before it */
	CONTROL_LOOK_MS = 500,
};
int pause_command(const struct bridge_settings *settings, const struct command_options *options);
int resume_command(const struct bridge_settings *settings, const struct command_options *options);
