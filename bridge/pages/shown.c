#include "bridge/pages/shown.h"

#include "base/json.h"
#include "base/text.h"
#include "bridge/pages/pages.h"

static void add_integration(struct text *text, const struct fleet_view_integration *integration)
{
	struct figures figures = integration->figures;

	figures.written_ms = 0;
	figures.documents_lag_ms = figures.rows_lag_ms = 0;
	scoped(json_object) json = figures_json(&figures);
	text_format(text, "%s\n%s\n%s\n%s\n", integration->id, integration->name, integration->database,
		    integration->base_id);
	json_add_to(text, json);
}

uint64_t shown_version(void *context)
{
	const struct pages *pages = context;
	struct fleet_view view = {0};
	struct text text = {0};

	pages->look(pages->look_context, &view);
	text_format(&text, "%d %s\n", view.searched, view.trouble);
	for (size_t i = 0; i < view.count; i++)
		add_integration(&text, &view.list[i]);
	uint64_t version = text_hash(text_or_empty(&text));
	text_done(&text);
	fleet_view_done(&view);
	return version;
}
