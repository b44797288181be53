/* The one loop that runs everything under way in this thread.
 *
 *     held by its gate ──> under way in libcurl ──> over
 *
 * A gate lets one request go at a time: the next one is asked for when the one before has gone
 * out on its connection (or will never), so that they leave in order and the gate counts what leaves, not
 * what waits for a connection. */
#include "base/http.h"
#include "base/http_call.h"
#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	KEPT_CONNECTIONS = HTTP_PARALLEL, /* fewer would close what the next request could use */
	POLL_MOST_MS = 60000,
	DEAF_POLL_MS = 200,
};

/* The calls that one gate holds back; those without a gate have one for themselves. */
struct queue {
	struct queue *next;
	const struct http_gate *gate;
	struct http_call *first, *last;
	struct http_call *going; /* let go, not yet out on its connection */
	int64_t ask_ms;          /* not before */
	int left;                /* calls that have gone out and whose gate is not yet told */
};

struct http {
	CURLM *multi;
	char *user_agent;
	struct queue *queues;
	struct http_call *under_way; /* newest first */
	int under_way_count;
	int open_count;    /* calls that were not closed */
	unsigned happened; /* counts what http_run() returns for */
	bool again;        /* something may be let go right now */
	bool deaf;         /* there were no descriptors left for http_wake() to be heard by */
	bool in_libcurl;   /* a callback must not come back here */
	int64_t (*tick)(void *context);
	void *tick_context;
	bool ticking;
	int64_t next_tick_ms;
	int64_t until_ms; /* what http_set_time_left() said; 0: nothing */
	atomic_bool woken, stopped;
	atomic_int_least64_t stop_by_ms;
};

static void sure(CURLMcode code)
{
	if (code != CURLM_OK)
		abort(); /* no memory, or a handle that is none */
}

static void start_libcurl(void)
{
	struct sigaction action;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	/* With CURLOPT_NOSIGNAL libcurl leaves this to the program, and TLS may write to a closed socket. */
	if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

struct http *http_open(const char *user_agent)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *http = own_alloc(sizeof(*http));

	pthread_once(&once, start_libcurl);
	http->multi = curl_multi_init();
	if (!http->multi)
		abort();
	sure(curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS));
	http->user_agent = own_copy(user_agent);
	http->deaf = curl_multi_wakeup(http->multi) != CURLM_OK;
	return http;
}

void http_close(struct http **http)
{
	if (!*http)
		return;
	assert((*http)->open_count == 0);
	sure(curl_multi_cleanup((*http)->multi));
	for (struct queue *queue = (*http)->queues; queue;) {
		struct queue *next = queue->next;
		free(queue);
		queue = next;
	}
	free((*http)->user_agent);
	free(take(*http));
}

/* ---- held calls ---- */

static struct queue *queue_of(struct http *http, const struct http_gate *gate)
{
	struct queue **at = &http->queues;

	for (; *at; at = &(*at)->next)
		if ((*at)->gate == gate)
			return *at;
	*at = own_alloc(sizeof(**at));
	(*at)->gate = gate;
	return *at;
}

static void queue_append(struct queue *queue, struct http_call *call)
{
	call->previous = queue->last;
	if (queue->last)
		queue->last->next = call;
	else
		queue->first = call;
	queue->last = call;
}

static void queue_remove(struct queue *queue, struct http_call *call)
{
	if (call->previous)
		call->previous->next = call->next;
	else
		queue->first = call->next;
	if (call->next)
		call->next->previous = call->previous;
	else
		queue->last = call->previous;
	call->next = call->previous = NULL;
}

/* A gate is borrowed no longer than its calls, and another one may come to the same address. */
static void drop_idle_queues(struct http *http)
{
	for (struct queue **at = &http->queues; *at;) {
		struct queue *queue = *at;
		if (queue->first || queue->going) {
			at = &queue->next;
		} else {
			*at = queue->next;
			free(queue);
		}
	}
}

/* ---- calls under way ---- */

static void begin(struct http *http, struct http_call *call)
{
	call->phase = CALL_UNDER_WAY;
	call->began_ms = call->moved_ms = http_time_ms();
	call->next = http->under_way;
	if (call->next)
		call->next->previous = call;
	http->under_way = call;
	http->under_way_count++;
	sure(curl_multi_add_handle(http->multi, call->easy));
}

/* Before its end is judged: out of libcurl and of the list. */
static void detach(struct http *http, struct http_call *call)
{
	sure(curl_multi_remove_handle(http->multi, call->easy));
	if (call->previous)
		call->previous->next = call->next;
	else
		http->under_way = call->next;
	if (call->next)
		call->next->previous = call->previous;
	call->next = call->previous = NULL;
	http->under_way_count--;
	http->happened++;
	http->again = true;
	if (!call->gate)
		return;
	if (call->departures > 0) {
		if (call->gate->over)
			call->gate->over(call->gate->context);
		return;
	}
	queue_of(http, call->gate)->going = NULL;
	if (call->gate->given_back)
		call->gate->given_back(call->gate->context);
}

static bool grace_is_over(const struct http *http)
{
	return http_time_ms() >= atomic_load(&http->stop_by_ms);
}

static struct http *loop_of(const struct http_call *call)
{
	return call->loop;
}

static bool may_leave(const struct http_call *call)
{
	const struct http *http = loop_of(call);

	return !atomic_load(&http->stopped) || (call->allowed_after_stop && !grace_is_over(http));
}

static void has_left(struct http_call *call)
{
	struct http *http = loop_of(call);

	if (call->departures++ > 0)
		return;
	if (call->left_count)
		atomic_fetch_add(call->left_count, 1);
	if (!call->gate)
		return;
	queue_of(http, call->gate)->going = NULL;
	http->again = true;
	queue_of(http, call->gate)->left++;
}

/* Told when libcurl has returned: it sends just after it said that it is about to, and on a busy machine there may be a while
 * between the two. A second that begins too late costs nothing; one that begins too early earns a refusal. */
static void tell_gates(struct http *http)
{
	for (struct queue *queue = http->queues; queue; queue = queue->next)
		for (; queue->left > 0; queue->left--)
			if (queue->gate->left)
				queue->gate->left(queue->gate->context);
}

static void data_came(struct http_call *call)
{
	loop_of(call)->happened++;
}

static const struct http_watch watch = {may_leave, has_left, data_came};

/* What its sender no longer wants to leave. */
static void drop_late(struct http *http, struct queue *queue, int64_t now_ms)
{
	for (struct http_call *call = queue->first, *next; call; call = next) {
		next = call->next;
		if (call->leave_by_ms == 0 || now_ms < call->leave_by_ms)
			continue;
		queue_remove(queue, call);
		http_call_fail(call, ERROR_STOPPED, "not sent: its time had passed while it waited");
		http->happened++;
	}
}

static void let_go(struct http *http, struct queue *queue, int64_t now_ms)
{
	drop_late(http, queue, now_ms);
	while (queue->first && !queue->going && now_ms >= queue->ask_ms &&
	       http->under_way_count < HTTP_PARALLEL) {
		int64_t wait_ms = queue->gate ? queue->gate->wait_ms(queue->gate->context) : 0;
		if (wait_ms > 0) {
			queue->ask_ms = now_ms + wait_ms;
			return;
		}
		struct http_call *call = queue->first;
		queue_remove(queue, call);
		queue->going = queue->gate ? call : NULL;
		begin(http, call);
	}
}

static void let_all_go(struct http *http)
{
	int64_t now_ms = http_time_ms();

	http->again = false;
	for (struct queue *queue = http->queues; queue; queue = queue->next)
		let_go(http, queue, now_ms);
}

static void collect(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct http_call *call = NULL;
		CURLcode code = message->data.result;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		detach(http, call);
		http_call_judge(call, code);
	}
}

static void expire(struct http *http)
{
	int64_t now_ms = http_time_ms();

	for (struct http_call *call = http->under_way, *next; call; call = next) {
		next = call->next;
		if (now_ms < http_call_deadline(call))
			continue;
		detach(http, call);
		http_call_expire(call);
	}
}

static void end_held(struct http *http)
{
	for (struct queue *queue = http->queues; queue; queue = queue->next) {
		for (struct http_call *call = queue->first, *next; call; call = next) {
			next = call->next;
			if (may_leave(call))
				continue;
			queue_remove(queue, call);
			http_call_fail(call, ERROR_STOPPED, "stopped before it was sent");
			http->happened++;
		}
	}
}

/* A write that has left may have its effect: its answer is heard while the grace lasts. The answer to a read is of no use any more, but
 * to a allowed_after_stop. */
static bool is_worth_waiting_for(const struct http_call *call)
{
	return call->total_ms > 0 &&
	       (call->allowed_after_stop || (call->departures > 0 && !call->only_reads));
}

static void obey_stop(struct http *http)
{
	if (!atomic_load(&http->stopped))
		return;
	bool grace_over = grace_is_over(http);
	end_held(http);
	for (struct http_call *call = http->under_way, *next; call; call = next) {
		next = call->next;
		if (is_worth_waiting_for(call) && !grace_over)
			continue;
		detach(http, call);
		http_call_fail(call, ERROR_STOPPED,
			       call->departures > 0 ? "stopped before the answer was complete"
						    : "stopped before it was sent");
	}
}

/* Gives what libcurl kept to on_data, so not done inside http_pause(). What fails here libcurl tells nobody else. */
static void resume(struct http *http)
{
	for (struct http_call *call = http->under_way, *next; call; call = next) {
		next = call->next;
		if (!call->paused || call->want_pause)
			continue;
		call->paused = false;
		call->moved_ms = http_time_ms();
		CURLcode code = curl_easy_pause(call->easy, CURLPAUSE_CONT);
		if (code == CURLE_OK)
			continue;
		detach(http, call);
		http_call_judge(call, code);
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_event_ms(const struct http *http)
{
	int64_t next_ms = http->tick && !http->ticking ? http->next_tick_ms : INT64_MAX;

	for (const struct http_call *call = http->under_way; call; call = call->next)
		next_ms = earlier(next_ms, http_call_deadline(call));
	for (const struct queue *queue = http->queues; queue; queue = queue->next)
		if (queue->first && !queue->going && http->under_way_count < HTTP_PARALLEL)
			next_ms = earlier(next_ms, queue->ask_ms);
	if (atomic_load(&http->stopped) && http->under_way)
		next_ms = earlier(next_ms, atomic_load(&http->stop_by_ms));
	return next_ms;
}

static void run_libcurl(struct http *http)
{
	int running;

	http->in_libcurl = true;
	resume(http);
	sure(curl_multi_perform(http->multi, &running));
	http->in_libcurl = false;
	tell_gates(http);
}

static void tick(struct http *http)
{
	if (!http->tick || http->ticking)
		return;
	http->ticking = true;
	int64_t wait_ms = http->tick(http->tick_context);
	http->next_tick_ms = http_time_ms() + wait_ms;
	http->ticking = false;
}

/* One turn: do what can be done, then wait for more until 'until_ms' (steady) at most. It does not wait when
 * something happened that the caller may be waiting for. */
static void turn(struct http *http, int64_t until_ms)
{
	unsigned happened = http->happened;

	assert(!http->in_libcurl);
	tick(http);
	obey_stop(http);
	let_all_go(http);
	run_libcurl(http);
	collect(http);
	expire(http);
	drop_idle_queues(http);
	if (http->happened != happened || http->again)
		return;
	int64_t wait_ms = earlier(until_ms, next_event_ms(http)) - http_time_ms();
	if (wait_ms > 0)
		sure(curl_multi_poll(http->multi, NULL, 0,
				     (int)earlier(wait_ms, http->deaf ? DEAF_POLL_MS : POLL_MOST_MS), NULL));
}

/* ---- the outside ---- */

void http_set_time_left(struct http *http, int64_t left_ms)
{
	http->until_ms = left_ms < 0 ? 0 : http_time_ms() + left_ms;
}

int64_t http_time_left_ms(const struct http *http)
{
	int64_t left_ms = http->until_ms - http_time_ms();

	return http->until_ms == 0 ? INT64_MAX : left_ms > 0 ? left_ms : 0;
}

/* A millisecond at least: that is a time, 0 would be none. */
static int bounded_total_ms(const struct http *http, int total_ms)
{
	int own_ms = total_ms != 0 ? total_ms : HTTP_TOTAL_MS;
	int64_t left_ms = http_time_left_ms(http);

	if (left_ms == INT64_MAX || (own_ms > 0 && own_ms <= left_ms))
		return total_ms;
	return left_ms > 0 ? (int)left_ms : 1;
}

struct http_call *http_start(struct http *http, const struct http_request *wanted)
{
	struct http_request request = *wanted;
	request.total_ms = bounded_total_ms(http, wanted->total_ms);
	struct http_call *call = http_call_open(&watch, http, http->user_agent, &request);

	assert(!http->in_libcurl);
	http->open_count++;
	if (call->phase == CALL_HELD)
		queue_append(queue_of(http, call->gate), call);
	return call;
}

bool http_wait(struct http *http, struct http_call *call, struct http_reply *reply_out, struct error *error)
{
	while (call->phase != CALL_OVER)
		turn(http, INT64_MAX);
	if (call->failed) {
		if (error)
			*error = call->error;
		return false;
	}
	http_call_reply(call, reply_out);
	return true;
}

bool http_is_over(const struct http_call *call)
{
	return call->phase == CALL_OVER;
}

bool http_may_have_left(const struct http_call *call)
{
	return call->departures > 0;
}

static bool has_nothing_to_do(const struct http *http)
{
	for (const struct queue *queue = http->queues; queue; queue = queue->next)
		if (queue->first)
			return false;
	return !http->under_way;
}

void http_run(struct http *http, int64_t wait_ms)
{
	int64_t until_ms = http_time_ms() + (wait_ms > 0 ? wait_ms : 0);
	unsigned happened = http->happened;

	do {
		if (atomic_load(&http->woken))
			until_ms = 0;
		turn(http, until_ms);
		if (atomic_load(&http->stopped) && has_nothing_to_do(http))
			break;
	} while (http->happened == happened && !atomic_load(&http->woken) && http_time_ms() < until_ms);
	atomic_store(&http->woken, false);
}

void http_pause(struct http_call *call, bool paused)
{
	call->want_pause = paused;
}

void http_call_close(struct http_call **call)
{
	if (!*call)
		return;
	struct http *http = loop_of(*call);
	assert(!http->in_libcurl);
	if ((*call)->phase == CALL_HELD)
		queue_remove(queue_of(http, (*call)->gate), *call);
	else if ((*call)->phase == CALL_UNDER_WAY)
		detach(http, *call);
	http->open_count--;
	http_call_free(take(*call));
	drop_idle_queues(http);
}

void http_set_tick(struct http *http, int64_t (*tick_)(void *context), void *context)
{
	http->tick = tick_;
	http->tick_context = context;
}

void http_wake(struct http *http)
{
	atomic_store(&http->woken, true);
	/* Fails only where the handle is deaf, which polls often instead. */
	(void)curl_multi_wakeup(http->multi);
}

void http_stop(struct http *http, int64_t grace_ms)
{
	int64_t stop_by_ms = http_time_ms() + grace_ms;

	if (!atomic_load(&http->stopped) || stop_by_ms < atomic_load(&http->stop_by_ms))
		atomic_store(&http->stop_by_ms, stop_by_ms);
	atomic_store(&http->stopped, true);
	http_wake(http);
}

bool http_stopped(const struct http *http)
{
	return atomic_load(&http->stopped);
}

bool http_fetch(struct http *http, const struct http_request *request, struct http_call **call_out,
		struct http_reply *reply_out, struct error *error)
{
	scoped(http_call) call = http_start(http, request);

	if (!http_wait(http, call, reply_out, error))
		return false;
	*call_out = take(call);
	return true;
}
