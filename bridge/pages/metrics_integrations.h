/* The part of /metrics that is about integrations. The label 'integration' is the ID of its document, which never changes. */
#pragma once
#include "base/text.h"
#include "bridge/daemon/fleet_view.h"

void metrics_add_integrations(struct text *text, const struct fleet_view *view);
