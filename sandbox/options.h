/* The command line of airtable-sandbox. */
#pragma once
#include "sandbox/world.h"

#define SANDBOX_PORT 8792

enum sandbox_command { COMMAND_RUN, COMMAND_HELP };

/* Sets up the sandbox: options, then what --load and --template say. ERROR_FATAL names the option. */
must_use bool sandbox_options_read(struct sandbox *sandbox, int count, char **words,
				   enum sandbox_command *command_out, struct error *error);
void sandbox_options_help(struct text *text);
