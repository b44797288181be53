#include "bridge/pages/routes.h"

#include "bridge/pages/actions.h"
#include "bridge/pages/api.h"
#include "bridge/pages/files.h"
#include "bridge/pages/health.h"
#include "bridge/pages/history.h"
#include "bridge/pages/login.h"
#include "bridge/pages/metrics.h"
#include "bridge/pages/overview.h"
#include "bridge/pages/patience.h"
#include "bridge/pages/problems.h"
#include "bridge/pages/shown.h"
#include "bridge/pages/undo_pages.h"

/* clang-format off: a row a route */
static const struct admin_route routes[] = {
	{"GET", "/", ADMIN_OWNER, .run = overview_page},
	{"GET", "/problems", ADMIN_OWNER, .slow = true, .run = problems_page},
	{"GET", "/history", ADMIN_OWNER, .slow = true, .run = history_page},
	{"GET", "/history/undo", ADMIN_OWNER, .slow = true, .run = undo_page},
	{"POST", "/history/undo", ADMIN_OWNER, .slow = true, .run = undo_form},
	{"GET", "/health", ADMIN_OWNER, .run = health_page},
	{"POST", "/pause", ADMIN_OWNER, .slow = true, .run = action_pause},
	{"POST", "/resume", ADMIN_OWNER, .slow = true, .run = action_resume},
	{"POST", "/sync", ADMIN_OWNER, .slow = true, .run = action_sync},
	{"POST", "/sync-full", ADMIN_OWNER, .slow = true, .run = action_sync_full},
	{"GET", "/login", ADMIN_ANYBODY, .run = login_page},
	{"POST", "/login", ADMIN_ANYBODY, .is_login = true, .run = login_form},
	{"POST", "/logout", ADMIN_OWNER, .run = logout_form},
	{"GET", "/style.css", ADMIN_ANYBODY, .run = style_file},
	{"GET", "/script.js", ADMIN_ANYBODY, .run = script_file},
	{"GET", "/icon.svg", ADMIN_ANYBODY, .run = icon_file},
	/* for machines: docs/openapi.json has each of these */
	{"GET", "/healthz", ADMIN_ANYBODY, .run = health_alive},
	{"GET", "/readyz", ADMIN_ANYBODY, .run = health_ready},
	{"GET", "/metrics", ADMIN_HERE, .run = metrics_page},
	{"GET", "/api/status", ADMIN_OWNER, .run = api_status},
	{"GET", "/api/problems", ADMIN_OWNER, .slow = true, .run = api_problems},
	{"GET", "/api/events", ADMIN_OWNER, .is_stream = true},
	{"GET", "/api/health", ADMIN_OWNER, .run = api_health},
	{"GET", "/api/history", ADMIN_OWNER, .slow = true, .run = api_history},
	{"GET", "/api/undo", ADMIN_OWNER, .slow = true, .run = api_undo_preview},
	{"POST", "/api/undo", ADMIN_OWNER, .slow = true, .run = api_undo},
	{.path = NULL},
};
/* clang-format on */

struct admin_routes pages_routes(struct pages *pages)
{
	return (struct admin_routes){
		.list = routes,
		.context = pages,
		.version = shown_version,
		.slow_begins = patience_begins,
		.slow_ends = patience_ends,
	};
}
