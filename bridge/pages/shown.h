/* A number for what the pages show of the integrations: another one when that has changed. */
#pragma once
#include <stdint.h>

/* 'context': struct pages. From any thread, at once. The ages of figures, which change by themselves, are no part of it. */
uint64_t shown_version(void *context);
