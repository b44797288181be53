/* What the commands share: the exit status, and the options as they were given. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exit_status {
	EXIT_DONE = 0,
	EXIT_PROBLEMS = 1,    /* problems were found, or something failed */
	EXIT_USAGE = 2,       /* usage or settings */
	EXIT_UNREACHABLE = 3, /* a server cannot be reached */
};
#define COMMAND_FIELDS_MOST 32
#define COMMAND_WORDS_MOST  2
struct command_options {
	bool json; /* one object on stdout and nothing else there */
	bool full, dry_run, force, remove_twins, last, yes;
	const char *integration, *item, *entry, *held, *only; /* or NULL */
	int64_t batch, limit;                                 /* 0: not said */
	size_t field_count;
	const char *fields[COMMAND_FIELDS_MOST];
	size_t word_count;
	const char *words[COMMAND_WORDS_MOST]; /* behind the command, before, between and after options */
};
