/* What an integration consists of: for the files of the daemon that run integrations. Others include integration.h. */
#pragma once
#include "airtable/limiter.h"
#include "bridge/connect/connection.h"
#include "bridge/report/figures_keeper.h"

#include <pthread.h>
#include <stdatomic.h>

struct notices;
struct outage;
struct picture_imports;
struct picture_signing;

struct integration {
	const struct bridge_settings *settings;
	struct integration_config config;
	struct airtable_limiter *base_limiter;
	struct connection connection;
	struct picture_signing *signing; /* owned; NULL: no links are signed */
	struct picture_imports *imports; /* owned */
	struct outage *outage;           /* borrowed, or NULL */
	struct notices *notices;         /* borrowed, of a thread */
	struct figures_keeper *figures;  /* owned */
	struct sync_counts counted;      /* what the figures have of the sync's counts */
	int64_t pairs_counted_ms;        /* steady; when the figures went through all pairs last; 0: never */
	bool has_thread;
	bool goes_on; /* in a thread, else one cycle */
	bool keeps;   /* it held its lease once */
	pthread_t thread;
	atomic_bool over;
	struct log log;
};
