#include "sandbox/fetcher.h"
#include "base/http.h"
#include "base/http_location.h"
#include "base/log.h"
#include "sandbox/fetches.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SLEEP_MOST_MS 60000

struct fetch {
	uint64_t number;
	char *url; /* owned; NULL: this place is free */
	struct http_call *call;
	int redirects;
	int64_t until_us;
	size_t limit;
};

struct sandbox_fetcher {
	struct sandbox *sandbox;
	pthread_mutex_t *lock;
	pthread_t thread;
	struct http *http;
	struct log log;
	struct fetch fetches[SANDBOX_FETCHES_AT_ONCE];
	atomic_bool stopping;
	bool joined;
};

static struct fetch *free_place(struct sandbox_fetcher *fetcher)
{
	for (size_t i = 0; i < countof(fetcher->fetches); i++) {
		if (!fetcher->fetches[i].url)
			return &fetcher->fetches[i];
	}
	return NULL;
}

static void ask(struct sandbox_fetcher *fetcher, struct fetch *fetch)
{
	int64_t left_ms = (fetch->until_us - sandbox_steady_us()) / 1000;
	struct http_request request = {
		.url = fetch->url,
		.only_reads = true,
		.no_gzip = true,
		.keep_headers = true,
		.body_ceiling = fetch->limit,
		.total_ms = left_ms > 1 ? (int)left_ms : 1,
	};

	fetch->call = http_start(fetcher->http, &request);
}

/* Microseconds until it is worth looking again. */
static int64_t start_due(struct sandbox_fetcher *fetcher)
{
	struct sandbox *sandbox = fetcher->sandbox;
	struct fetch *place;
	int64_t next_us = INT64_MAX;

	while ((place = free_place(fetcher))) {
		struct sandbox_fetch_order order = {0};
		pthread_mutex_lock(fetcher->lock);
		int64_t now_us = sandbox_steady_us();
		bool taken = sandbox_fetches_take(sandbox, now_us, &order, &next_us);
		struct fetch fetch = {.number = order.number,
				      .until_us = now_us + sandbox->options.fetch_ms * 1000,
				      .limit = sandbox->options.fetch_limit};
		pthread_mutex_unlock(fetcher->lock);
		if (!taken)
			break;
		order.url[strcspn(order.url, "#")] = '\0';
		fetch.url = order.url;
		*place = fetch;
		ask(fetcher, place);
	}
	return next_us;
}

/* Takes the bytes; NULL: it failed. */
static void finish(struct sandbox_fetcher *fetcher, struct fetch *fetch, char *bytes, size_t size,
		   const char *type)
{
	pthread_mutex_lock(fetcher->lock);
	sandbox_fetches_finish(fetcher->sandbox, fetch->number, bytes, size, type, sandbox_steady_us());
	pthread_mutex_unlock(fetcher->lock);
	http_call_close(&fetch->call);
	free(fetch->url);
	*fetch = (struct fetch){0};
}

static void fail(struct sandbox_fetcher *fetcher, struct fetch *fetch, const char *why)
{
	log_info(&fetcher->log, "an attachment was not fetched: %s", why);
	finish(fetcher, fetch, NULL, 0, NULL);
}

/* The same fetch goes on at another address. */
static void redirect(struct sandbox_fetcher *fetcher, struct fetch *fetch, const struct http_reply *reply)
{
	scoped_text location = http_reply_header(reply, "Location");
	char *url = location ? http_location(fetch->url, location) : NULL;

	if (!url || fetch->redirects == SANDBOX_FETCH_REDIRECTS) {
		fail(fetcher, fetch, url ? "too many redirects" : "a redirect leads nowhere");
		free(url);
		return;
	}
	fetch->redirects++;
	http_call_close(&fetch->call);
	free(fetch->url);
	fetch->url = url;
	ask(fetcher, fetch);
}

static void judge(struct sandbox_fetcher *fetcher, struct fetch *fetch)
{
	struct http_reply reply = {0};
	struct error error = {0};

	if (!http_wait(fetcher->http, fetch->call, &reply, &error)) {
		fail(fetcher, fetch, error.text);
	} else if (reply.status >= 300 && reply.status <= 399) {
		redirect(fetcher, fetch, &reply);
	} else if (reply.status < 200 || reply.status > 299) {
		scoped_text why = own_format("the address answered %d", reply.status);
		fail(fetcher, fetch, why);
	} else {
		finish(fetcher, fetch, own_copy_bytes(reply.body, reply.body_length), reply.body_length,
		       reply.content_type);
	}
}

static void *run(void *context)
{
	struct sandbox_fetcher *fetcher = context;

	while (!fetcher->stopping) {
		int64_t next_us = start_due(fetcher);
		int64_t now_us = sandbox_steady_us();
		int64_t wait_ms = next_us <= now_us ? 0 : (next_us - now_us + 999) / 1000;
		http_run(fetcher->http, wait_ms < SLEEP_MOST_MS ? wait_ms : SLEEP_MOST_MS);
		for (size_t i = 0; i < countof(fetcher->fetches); i++) {
			struct fetch *fetch = &fetcher->fetches[i];
			if (fetch->url && http_is_over(fetch->call))
				judge(fetcher, fetch);
		}
	}
	for (size_t i = 0; i < countof(fetcher->fetches); i++) {
		http_call_close(&fetcher->fetches[i].call);
		free(fetcher->fetches[i].url);
	}
	return NULL;
}

struct sandbox_fetcher *sandbox_fetcher_open(struct sandbox *sandbox, pthread_mutex_t *lock)
{
	struct sandbox_fetcher *fetcher = own_alloc(sizeof(*fetcher));

	fetcher->sandbox = sandbox;
	fetcher->lock = lock;
	fetcher->log = log_context(NULL, "fetch");
	fetcher->http = http_open("airtable-sandbox");
	if (pthread_create(&fetcher->thread, NULL, run, fetcher) != 0)
		abort();
	return fetcher;
}

void sandbox_fetcher_wake(struct sandbox_fetcher *fetcher)
{
	http_wake(fetcher->http);
}

void sandbox_fetcher_stop(struct sandbox_fetcher *fetcher)
{
	if (fetcher->joined)
		return;
	fetcher->stopping = true;
	http_stop(fetcher->http, 0);
	http_wake(fetcher->http);
	pthread_join(fetcher->thread, NULL);
	fetcher->joined = true;
}

void sandbox_fetcher_close(struct sandbox_fetcher **fetcher)
{
	struct sandbox_fetcher *closing = take(*fetcher);

	if (!closing)
		return;
	sandbox_fetcher_stop(closing);
	http_close(&closing->http);
	free(closing);
}
