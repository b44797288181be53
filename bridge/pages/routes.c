#include "bridge/pages/routes.h"

#include "bridge/pages/files.h"
#include "bridge/pages/health.h"
#include "bridge/pages/login.h"

static const struct admin_route routes[] = {
	{.method = "GET", .path = "/", .right = ADMIN_OWNER, .run = first_page},
	{.method = "GET", .path = "/health", .right = ADMIN_OWNER, .run = health_page},
	{.method = "GET", .path = "/healthz", .right = ADMIN_ANYBODY, .run = health_alive},
	{.method = "GET", .path = "/login", .right = ADMIN_ANYBODY, .run = login_page},
	{.method = "POST", .path = "/login", .right = ADMIN_ANYBODY, .is_login = true, .run = login_form},
	{.method = "POST", .path = "/logout", .right = ADMIN_OWNER, .run = logout_form},
	{.method = "GET", .path = "/style.css", .right = ADMIN_ANYBODY, .run = style_file},
	{.method = "GET", .path = "/script.js", .right = ADMIN_ANYBODY, .run = script_file},
	{.method = "GET", .path = "/icon.svg", .right = ADMIN_ANYBODY, .run = icon_file},
	{.path = NULL},
};

struct admin_routes pages_routes(struct pages *pages)
{
	return (struct admin_routes){.list = routes, .context = pages};
}
