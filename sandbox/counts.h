/* What came in, by kind; tests hold the bridge's thrift against it. */
#pragma once
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

enum sandbox_kind {
	KIND_LIST,
	KIND_GET,
	KIND_CREATE,
	KIND_UPDATE,
	KIND_UPSERT,
	KIND_DELETE,
	KIND_UPLOAD,
	KIND_SCHEMA,
	KIND_OTHER, /* whoami, list of bases, undefined routes */
};
#define SANDBOX_KINDS          (KIND_OTHER + 1)
#define SANDBOX_WINDOW_CEILING 4096

/* The requests for one base in the last second. */
struct sandbox_window {
	char base[64];
	int64_t *stamps_us; /* owned; ring */
	size_t first, count, most;
};

struct sandbox_counts {
	int64_t since_us;
	uint64_t total, kinds[SANDBOX_KINDS], refused_429, penalties;
	uint64_t records_listed, records_created, records_updated, records_deleted;
	int64_t first_write_arrived_us, last_write_answered_us; /* 0: none yet */
	size_t window_count;
	struct sandbox_window windows[16]; /* bases beyond share the last one */
};

const char *sandbox_kind_name(enum sandbox_kind kind);
bool sandbox_kind_writes(enum sandbox_kind kind);
/* All zero, as of now. */
void sandbox_counts_reset(struct sandbox_counts *counts, int64_t now_us);
void sandbox_counts_done(struct sandbox_counts *counts);
/* A request arrived; 'base' may be NULL. */
void sandbox_counts_arrived(struct sandbox_counts *counts, enum sandbox_kind kind, const char *base,
			    int64_t now_us);
/* Its answer went out. */
void sandbox_counts_answered(struct sandbox_counts *counts, enum sandbox_kind kind, int64_t now_us);
struct json_object *sandbox_counts_show(const struct sandbox_counts *counts);
