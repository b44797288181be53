/* Prometheus' text format, version 0.0.4: names, what they mean, values with their labels. */
#pragma once
#include "base/text.h"
#include <stdint.h>

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* The lines before the values of one name. kind: "gauge" or "counter", whose name ends in _total. */
void metrics_begin(struct text *text, const char *name, const char *kind, const char *help);
/* Labels are pairs of name and value, up to a NULL; values may be anybody's words. */
void metrics_add(struct text *text, const char *name, int64_t value, ...) __attribute__((sentinel));
/* The same for a length of time or a moment, in ms: shown in seconds. */
void metrics_add_ms(struct text *text, const char *name, int64_t value_ms, ...) __attribute__((sentinel));
