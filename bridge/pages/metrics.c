#include "bridge/pages/metrics.h"

#include "base/own.h"
#include "bridge/pages/metrics_integrations.h"
#include "bridge/pages/metrics_text.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/process.h"
#include "bridge/pictures/picture_server.h"
#include "bridge/version.h"

/* ---- this process ---- */

static void add_one(struct text *text, const char *name, const char *kind, const char *help, int64_t value)
{
	metrics_begin(text, name, kind, help);
	metrics_add(text, name, value, NULL);
}

static void add_process(struct text *text, const struct pages *pages)
{
	struct process_figures figures = process_figures_now();

	metrics_begin(text, "davenport_build_info", "gauge", "The version; always 1.");
	metrics_add(text, "davenport_build_info", 1, "version", DAVENPORT_VERSION, NULL);
	add_one(text, "process_resident_memory_bytes", "gauge", "Memory of this process.",
		figures.memory_bytes);
	add_one(text, "process_open_fds", "gauge", "Open files of this process.", figures.open_files);
	add_one(text, "process_max_fds", "gauge", "Files that it may open; 0: any number.",
		figures.open_files_most);
	add_one(text, "process_threads", "gauge", "Threads of this process.", figures.threads);
	metrics_begin(text, "process_cpu_seconds_total", "counter", "Processor time of this process.");
	metrics_add_ms(text, "process_cpu_seconds_total", figures.cpu_ms, NULL);
	metrics_begin(text, "process_start_time_seconds", "gauge", "When it began, since 1970.");
	metrics_add_ms(text, "process_start_time_seconds", pages->began_wall_ms, NULL);
}

/* ---- pictures ---- */

static void add_pictures(struct text *text, const struct picture_counts *counts)
{
	static const char *const classes[] = {NULL, NULL, "2xx", "3xx", "4xx", "5xx"};
	static const char answers[] = "davenport_pictures_answers_total";
	static const char ended[] = "davenport_pictures_connections_ended_total";

	metrics_begin(text, answers, "counter", "Answers of the picture server, by their status.");
	for (size_t i = 2; i < countof(classes); i++)
		metrics_add(text, answers, (int64_t)counts->answers[i], "status", classes[i], NULL);
	metrics_begin(text, ended, "counter",
		      "Connections that took too long, or for which there was no room.");
	metrics_add(text, ended, (int64_t)counts->late, "why", "late", NULL);
	metrics_add(text, ended, (int64_t)counts->crowded, "why", "crowded", NULL);
	add_one(text, "davenport_pictures_reads_total", "counter", "Pictures that were read from CouchDB.",
		(int64_t)counts->reads);
	add_one(text, "davenport_pictures_cached", "gauge", "Pictures in the cache on disk.",
		(int64_t)counts->cached);
	add_one(text, "davenport_pictures_cache_bytes", "gauge", "Bytes that they take.",
		(int64_t)counts->cached_bytes);
	add_one(text, "davenport_pictures_evicted_total", "counter",
		"Pictures that left the cache for others.", (int64_t)counts->evicted);
}

void metrics_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	struct fleet_view view = {0};

	(void)request;
	pages->look(pages->look_context, &view);
	answer->type = METRICS_TYPE;
	add_process(&answer->body, pages);
	metrics_add_integrations(&answer->body, &view);
	if (pages->pictures) {
		struct picture_counts counts = picture_server_count(pages->pictures);
		add_pictures(&answer->body, &counts);
	}
	fleet_view_done(&view);
}
