/* All that the admin port answers. */
#pragma once
#include "bridge/admin/exchange.h"
#include "bridge/pages/pages.h"

/* 'pages' is the context, borrowed. */
struct admin_routes pages_routes(struct pages *pages);
