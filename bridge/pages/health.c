#include "bridge/pages/health.h"

#include "base/clock.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/process.h"
#include "bridge/version.h"

#define MIB ((int64_t)1 << 20)

void health_alive(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	(void)request;
	admin_answer_words(answer, 200, "alive");
}

static void add_process(const struct pages *pages, struct text *text)
{
	struct process_figures figures = process_figures_now();

	text_add(text,
		 "<section class=\"card\"><h2>This process</h2>\n<dl>\n<dt>Version</dt><dd>" DAVENPORT_VERSION
		 "</dd>\n<dt>Runs since</dt><dd>");
	layout_add_time(text, pages->began_wall_ms, "");
	text_add(text, " (");
	layout_add_span(text, clock_steady_ms() - pages->began_steady_ms);
	html_format(text,
		    ")</dd>\n<dt>Memory</dt><dd>%lld MiB</dd>\n<dt>Processor time</dt><dd>%lld s</dd>\n"
		    "<dt>Open files</dt><dd>%lld of at most %lld</dd>\n<dt>Threads</dt><dd>%lld</dd>\n",
		    (long long)(figures.memory_bytes / MIB), (long long)(figures.cpu_ms / 1000),
		    (long long)figures.open_files, (long long)figures.open_files_most,
		    (long long)figures.threads);
	text_add(text, "</dl></section>\n");
}

void health_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	layout_begin(&(struct layout){.title = "Health", .place = "/health", .live = true}, request,
		     &answer->body);
	add_process(context, &answer->body);
	layout_end(&answer->body);
}

void first_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	(void)request;
	admin_answer_see_other(answer, "/health");
}
