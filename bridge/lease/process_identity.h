/* Which process of which machine this is, and whether another one of this machine has ended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct process {
	char host[64];
	char place[64]; /* where 'pid' counts: one start of one machine, one room for ids; "": not known */
	int64_t pid;    /* */
	int64_t started; /* as the kernel counts it, so that an id that is used again is another process; 0: not known */
};

void process_identify(struct process *process_out);
/* Whether it has surely ended: it ran on this machine, and does not any more. One of another machine or container may live. */
bool process_is_gone(const struct process *process);
/* This process itself. */
bool process_is_this(const struct process *process);
