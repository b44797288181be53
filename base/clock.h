/* Time and chance, both replaceable by tests. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970, UTC. */
int64_t clock_now_ms(void);
/* Milliseconds that only go forward (CLOCK_BOOTTIME: sleep of the machine counts). */
int64_t clock_steady_ms(void);
void clock_sleep_ms(int64_t wait_ms);

/* For keys, ids, secrets (libsodium). */
void random_bytes(void *bytes, size_t length);
/* 0 .. below-1, even. */
uint32_t random_below(uint32_t below);
/* A version 4 UUID in small letters; 37 bytes with the NUL. */
void random_uuid(char uuid_out[37]);
/* The wait before try 'attempt' (0 = first repetition): full jitter in [0, min(cap, first * 2^attempt)]. */
int64_t random_backoff_ms(int attempt, int64_t first_ms, int64_t cap_ms);
/* The same, and at least half of the most: for whoever asks much with each try, so that chance does not bunch them. */
int64_t random_pause_ms(int attempt, int64_t first_ms, int64_t cap_ms);

/* Tests bring their own; a NULL member keeps the real one. NULL restores all. Not thread-safe:
 * replace before threads start. */
struct clock_source {
	int64_t (*now_ms)(void *context);
	int64_t (*steady_ms)(void *context);
	void (*sleep_ms)(void *context, int64_t wait_ms);
	void (*random_bytes)(void *context, void *bytes, size_t length);
	void *context;
};
void clock_replace(const struct clock_source *source);

/* "2026-04-24T15:22:24.000Z" (25 bytes with the NUL). Years 0000-9999. */
#define CLOCK_ISO_SIZE 25
bool clock_iso(int64_t time_ms, char iso_out[CLOCK_ISO_SIZE]);
/* ISO 8601: date, or date and time with 'Z' or an offset, fractions of a second rounded down to ms.
 * A date alone is midnight UTC. False for anything else: no zone, impossible days, leap seconds. */
bool clock_from_iso(const char *iso, int64_t *time_ms_out);
/* An HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"). */
bool clock_from_http_date(const char *date, int64_t *time_ms_out);
