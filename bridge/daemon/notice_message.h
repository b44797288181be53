/* What a notice says, as a sentence or as one JSON object. Secrets in what it is told of are masked (base/log.h). */
#pragma once
#include "bridge/daemon/notices.h"

struct integration_config;

/* "integration 'Tools' needs attention: no token for base appX…". attention: why, of NOTICE_ATTENTION. The caller frees. */
char *notice_message(enum notice notice, const struct integration_config *config, const char *attention);
/* {"title", "message", "text", "state", "integration", "name", "database", "base", "at", "priority", "tags"}: 'text' is title and message, as
 * chat services take it; 'priority' and 'tags' are ntfy's; 'at' is ISO 8601 in UTC. The caller frees. */
char *notice_json(enum notice notice, const struct integration_config *config, const char *attention,
		  int64_t now_wall_ms);
