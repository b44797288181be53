/* Has the process that keeps an integration in step work off a cycle, and waits for what comes of it. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/daemon/integration_report.h"
#include "bridge/settings.h"

/* asked_out: false when no `davenport run` keeps it in step, or none does any more: then it is to be done here. ERROR_FATAL: it is paused,
 * or the cycle failed for good. Waits as long as the process lives. */
must_use bool sync_ask(const struct bridge_settings *settings, const struct integration_config *config,
		       const struct command_options *options, bool *asked_out,
		       struct integration_report *report_out, struct error *error);
