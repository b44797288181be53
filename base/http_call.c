/* One HTTP request: setting up libcurl's handle, hearing the answer, judging the end.
 *
 * libcurl sends a request again by itself when a kept connection turns out dead before a byte of the
 * answer came. The server may have acted on it all the same, so a write must not go out twice. libcurl has no switch
 * for this, but it asks CURLOPT_PREREQFUNCTION each time before the request goes out: the second time
 * the answer is no. And a write does not take a connection that was idle for long. */
#include "base/http_call.h"
#include "base/clock.h"
#include "base/log.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	URL_SHOWN = 240,
	WRITE_IDLE_S = 2,        /* servers close idle connections after 5 s and more */
	RETRY_AFTER_MOST_S = 60, /* a page of maintenance may ask for a day, and be gone in a minute */
	RETRY_AFTER_DIGITS = 9,
};

static void sure(CURLcode code)
{
	/* An option that this libcurl does not know, or no memory: nothing would work. */
	if (code != CURLE_OK)
		abort();
}

int64_t http_time_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what libcurl tells us ---- */

static void note_movement(struct http_call *call)
{
	call->moved_ms = http_time_ms();
}

/* A process that was stopped goes on wherever it was, perhaps long after the time of what it was about to send. */
static enum http_abort reason_to_stay(const struct http_call *call)
{
	if (!call->watch->may_leave(call))
		return ABORT_STOPPED;
	if (call->departures > 0)
		return call->repeatable && !call->gate ? ABORT_NONE : ABORT_SENT_AGAIN;
	if (call->leave_by_ms && http_time_ms() >= call->leave_by_ms)
		return ABORT_LATE;
	if (call->permit && !call->permit->may_leave(call->permit->context, call->total_ms))
		return ABORT_NOT_PERMITTED;
	return ABORT_NONE;
}

static int on_leaving(void *context, char *address, char *own_address, int port, int own_port)
{
	struct http_call *call = context;

	(void)address, (void)own_address, (void)port, (void)own_port;
	call->aborted = reason_to_stay(call);
	if (call->aborted)
		return CURL_PREREQFUNC_ABORT;
	note_movement(call);
	call->watch->has_left(call);
	return CURL_PREREQFUNC_OK;
}

/* libcurl goes on with the host's next address. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_call *call = context;

	(void)purpose;
	if (call->may_connect(&address->addr))
		return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	call->address_refused = true;
	return CURL_SOCKET_BAD;
}

static int on_progress(void *context, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
		       curl_off_t sent)
{
	struct http_call *call = context;

	(void)to_receive, (void)to_send;
	if (received != call->received || sent != call->sent)
		note_movement(call);
	call->received = received;
	call->sent = sent;
	return 0;
}

static void keep_header(char **kept, const char *value, size_t length)
{
	free(*kept);
	*kept = own_copy_bytes(value, length);
}

static void read_header(struct http_call *call, const char *line, size_t length)
{
	const struct {
		const char *name;
		char **kept;
	} wanted[] = {
		{"content-type", &call->content_type}, {"etag", &call->etag},     {"date", &call->date},
		{"retry-after", &call->retry_after},   {"server", &call->server},
	};
	const char *colon = memchr(line, ':', length);

	if (!colon)
		return;
	size_t name_length = (size_t)(colon - line);
	const char *value = colon + 1, *end = line + length;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n'))
		end--;
	if (call->keep_headers)
		text_format(&call->headers, "%.*s: %.*s\n", (int)name_length, line, (int)(end - value),
			    value);
	for (size_t i = 0; i < countof(wanted); i++)
		if (strlen(wanted[i].name) == name_length &&
		    strncasecmp(line, wanted[i].name, name_length) == 0)
			keep_header(wanted[i].kept, value, (size_t)(end - value));
}

static void forget_headers(struct http_call *call)
{
	char **kept[] = {&call->content_type, &call->etag, &call->date, &call->retry_after, &call->server};

	for (size_t i = 0; i < countof(kept); i++)
		own_free_text(kept[i]);
	text_done(&call->headers);
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t length = size * count;

	note_movement(call);
	call->answering = true;
	call->headers_size += length;
	if (call->headers_size > HTTP_HEADERS_CEILING) {
		call->aborted = ABORT_HEADERS_TOO_LARGE;
		return length + 1;
	}
	if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		call->headers_whole = false;
		forget_headers(call); /* those of a 1xx before */
	} else if (*line == '\r' || *line == '\n') {
		call->headers_whole = true;
	} else if (!call->headers_whole) { /* else a trailer */
		read_header(call, line, length);
	}
	return length;
}

static bool keep_body(struct http_call *call, const char *bytes, size_t length)
{
	size_t room = call->answer.ceiling - call->answer.length;

	/* The beginning of a long error may say what is wrong. */
	if (call->status >= 400 && length > room) {
		text_add_bytes(&call->answer, bytes, room);
		return false;
	}
	text_add_bytes(&call->answer, bytes, length);
	return !call->answer.full;
}

static bool stream_body(struct http_call *call, const char *bytes, size_t length)
{
	if (call->ceiling > 0 && length > call->ceiling - call->streamed_size) {
		call->aborted = ABORT_TOO_LARGE;
		return false;
	}
	call->streamed_size += length;
	call->watch->data_came(call);
	if (call->on_data(call->context, bytes, length))
		return true;
	call->aborted = ABORT_READER_ENDED;
	return false;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t length = size * count;
	long status = 0;

	note_movement(call);
	if (call->want_pause) {
		call->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (!call->in_body) {
		call->in_body = true;
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		call->status = (int)status;
		if (call->status >= 400)
			call->answer.ceiling = HTTP_ERROR_CEILING;
	}
	if (call->on_data && call->status >= 200 && call->status < 300)
		return stream_body(call, bytes, length) ? length : CURL_WRITEFUNC_ERROR;
	if (keep_body(call, bytes, length))
		return length;
	call->aborted = call->status >= 400 ? ABORT_ERROR_CUT : ABORT_TOO_LARGE;
	return CURL_WRITEFUNC_ERROR;
}

/* ---- setting up ---- */

static void add_line(struct http_call *call, const char *line)
{
	struct curl_slist *lines = curl_slist_append(call->header_lines, line);

	if (!lines)
		abort();
	call->header_lines = lines;
}

static void set_headers(struct http_call *call, const struct http_request *request)
{
	if (request->content_type || request->body) {
		scoped_text line =
			own_format("Content-Type: %s",
				   request->content_type ? request->content_type : "application/json");
		add_line(call, line);
	} else {
		add_line(call, "Content-Type:"); /* none: libcurl would say that an empty POST is a form */
	}
	if (request->bearer) {
		scoped_text line = own_format("Authorization: Bearer %s", request->bearer);
		add_line(call, line);
	}
	add_line(call, "Expect:"); /* no waiting for "100 Continue" before a body */
	for (size_t i = 0; request->headers && request->headers[i]; i++)
		add_line(call, request->headers[i]);
	sure(curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->header_lines));
}

static void set_method(struct http_call *call, const struct http_request *request)
{
	static const char *const with_body[] = {"POST", "PUT", "PATCH"};
	const char *method = request->method ? request->method : "GET";
	bool sends_body = request->body != NULL;

	for (size_t i = 0; i < countof(with_body); i++)
		sends_body |= strcmp(method, with_body[i]) == 0; /* "Content-Length: 0" at least */
	if (sends_body) {
		size_t length = request->body ? request->body_length : 0;
		call->body = own_copy_bytes(request->body, length);
		sure(curl_easy_setopt(call->easy, CURLOPT_POST, 1L));
		sure(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length));
		sure(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->body));
	} else if (strcmp(method, "HEAD") == 0) {
		sure(curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L));
		return;
	}
	sure(curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, method));
}

static void set_callbacks(struct http_call *call)
{
	CURL *easy = call->easy;

	sure(curl_easy_setopt(easy, CURLOPT_PRIVATE, call));
	sure(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_words));
	sure(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_leaving));
	sure(curl_easy_setopt(easy, CURLOPT_PREREQDATA, call));
	sure(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header));
	sure(curl_easy_setopt(easy, CURLOPT_HEADERDATA, call));
	sure(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body));
	sure(curl_easy_setopt(easy, CURLOPT_WRITEDATA, call));
	sure(curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress));
	sure(curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call));
	sure(curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L));
}

static void set_connection(struct http_call *call, const struct http_request *request, bool loopback)
{
	CURL *easy = call->easy;
	long connect_ms = request->connect_ms > 0 ? request->connect_ms : HTTP_CONNECT_MS;

	sure(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
	/* A resolver that hangs must not hang the thread when the call is given up. */
	sure(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
	sure(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms));
	sure(curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L));
	sure(curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L));
	sure(curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
	sure(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
	sure(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
	sure(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
	sure(curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED));
	if (!call->repeatable)
		sure(curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)WRITE_IDLE_S));
	if (loopback || request->may_connect)
		sure(curl_easy_setopt(easy, CURLOPT_PROXY, "")); /* whatever http_proxy says */
	if (!request->may_connect)
		return;
	sure(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket));
	sure(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call));
	sure(curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L));
	sure(curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L));
}

static void set_up(struct http_call *call, const char *user_agent, const struct http_request *request,
		   bool loopback)
{
	call->easy = curl_easy_init();
	if (!call->easy)
		abort();
	set_callbacks(call);
	set_connection(call, request, loopback);
	/* A document's id may be "..": libcurl would take it out of the path. */
	sure(curl_easy_setopt(call->easy, CURLOPT_PATH_AS_IS, 1L));
	sure(curl_easy_setopt(call->easy, CURLOPT_URL, request->url));
	sure(curl_easy_setopt(call->easy, CURLOPT_USERAGENT, user_agent));
	if (!request->no_gzip)
		sure(curl_easy_setopt(call->easy, CURLOPT_ACCEPT_ENCODING, "gzip"));
	if (request->user) {
		sure(curl_easy_setopt(call->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC));
		sure(curl_easy_setopt(call->easy, CURLOPT_USERNAME, request->user));
		sure(curl_easy_setopt(call->easy, CURLOPT_PASSWORD,
				      request->password ? request->password : ""));
	}
	set_headers(call, request);
	set_method(call, request);
}

static char *name_of(const struct http_request *request)
{
	const char *whole = request->url ? request->url : "";

	if (request->name)
		return own_copy(request->name);
	size_t length = strcspn(whole, "?"); /* what is asked there may be long, and says little */
	scoped_text address = own_copy_bytes(whole, length);
	scoped_text url = log_quote(address, URL_SHOWN);

	return own_format("%s %s%s", request->method ? request->method : "GET", url,
			  whole[length] ? "?…" : "");
}

static int total_ms_of(const struct http_request *request)
{
	int own_ms = request->total_ms != 0 ? request->total_ms : HTTP_TOTAL_MS;
	int most_ms = request->permit ? request->permit->total_ms : 0;

	return most_ms > 0 && (own_ms < 0 || own_ms > most_ms) ? most_ms : own_ms;
}

struct http_call *http_call_open(const struct http_watch *watch, void *loop, const char *user_agent,
				 const struct http_request *request)
{
	struct http_call *call = own_alloc(sizeof(*call));
	bool loopback = false;

	call->watch = watch;
	call->loop = loop;
	call->name = name_of(request);
	call->secure = request->url && strncmp(request->url, "https://", strlen("https://")) == 0;
	call->may_connect = request->may_connect;
	call->repeatable = request->repeatable;
	call->keep_headers = request->keep_headers;
	call->only_reads = request->only_reads || request->repeatable;
	call->allowed_after_stop = request->allowed_after_stop;
	call->header_ms = request->header_ms > 0 ? request->header_ms : HTTP_HEADER_MS;
	call->idle_ms = request->idle_ms > 0 ? request->idle_ms : HTTP_IDLE_MS;
	call->total_ms = total_ms_of(request);
	call->ceiling = request->body_ceiling;
	call->answer.ceiling = request->body_ceiling > 0 ? request->body_ceiling : HTTP_BODY_CEILING;
	call->on_data = request->on_data;
	call->context = request->context;
	call->gate = request->gate;
	call->left_count = request->left_count;
	call->leave_by_ms = request->leave_by_ms;
	call->permit = request->permit;
	const char *complaint = http_request_complaint(request, &loopback);
	if (complaint)
		http_call_fail(call, ERROR_FATAL, complaint);
	else
		set_up(call, user_agent, request, loopback);
	return call;
}

static void drop_transfer(struct http_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->header_lines);
	own_free_text(&call->body);
	call->easy = NULL;
	call->header_lines = NULL;
}

void http_call_free(struct http_call *call)
{
	drop_transfer(call);
	forget_headers(call);
	text_done(&call->answer);
	free(call->name);
	free(call);
}

/* ---- deadlines ---- */

static int64_t silence_deadline(const struct http_call *call)
{
	if (call->departures == 0 || call->paused)
		return INT64_MAX;
	return call->moved_ms + (call->answering ? call->idle_ms : call->header_ms);
}

static int64_t total_deadline(const struct http_call *call)
{
	return call->total_ms > 0 ? call->began_ms + call->total_ms : INT64_MAX;
}

int64_t http_call_deadline(const struct http_call *call)
{
	int64_t silence = silence_deadline(call), total = total_deadline(call);

	return silence < total ? silence : total;
}

void http_call_expire(struct http_call *call)
{
	char words[80];

	if (total_deadline(call) <= silence_deadline(call))
		snprintf(words, sizeof(words), "not done within %d ms", call->total_ms);
	else if (call->answering)
		snprintf(words, sizeof(words), "silent for %d ms in the middle of the answer", call->idle_ms);
	else
		snprintf(words, sizeof(words), "no answer within %d ms", call->header_ms);
	http_call_fail(call, ERROR_RETRY, words);
}

/* ---- the end ---- */

void http_call_fail(struct http_call *call, enum error_kind kind, const char *words)
{
	error_set(&call->error, kind, "%s: %s", call->name, words);
	drop_transfer(call);
	text_done(&call->answer);
	call->failed = true;
	call->phase = CALL_OVER;
}

static void fail_aborted(struct http_call *call)
{
	static const struct {
		enum error_kind kind;
		const char *words;
	} reasons[] = {
		[ABORT_NONE] = {ERROR_RETRY, ""},
		[ABORT_TOO_LARGE] = {ERROR_REFUSED, "the answer is larger than allowed"},
		[ABORT_HEADERS_TOO_LARGE] = {ERROR_REFUSED, "the answer's headers are larger than allowed"},
		[ABORT_READER_ENDED] = {ERROR_STOPPED, "its reader ended it"},
		[ABORT_SENT_AGAIN] = {ERROR_RETRY,
				      "the kept connection died before an answer came, not sent again"},
		[ABORT_STOPPED] = {ERROR_STOPPED, "stopped before it was sent"},
		[ABORT_LATE] = {ERROR_STOPPED, "not sent: its time had passed while it waited"},
		[ABORT_NOT_PERMITTED] = {ERROR_STOPPED, "not sent: it may not leave any more"},
	};

	http_call_fail(call, reasons[call->aborted].kind, reasons[call->aborted].words);
}

/* A server that speaks plain HTTP answered to what TLS begins with: OpenSSL's words for that are these. */
static bool speaks_no_tls(const struct http_call *call, CURLcode code)
{
	static const char *const words[] = {"wrong version number", "packet length too long", "http request",
					    "record layer failure"};

	for (size_t i = 0; code == CURLE_SSL_CONNECT_ERROR && i < countof(words); i++)
		if (strstr(call->curl_words, words[i]))
			return true;
	return false;
}

/* " after 12 ms", " after 10001 milliseconds": the same failure in other words each time. */
static void drop_duration(char *words)
{
	static const char after[] = " after ";
	static const char *const units[] = {" milliseconds", " ms"};

	for (char *at = strstr(words, after); at; at = strstr(at + 1, after)) {
		char *behind = at + strlen(after);
		size_t digits = strspn(behind, "0123456789");
		for (size_t i = 0; digits && i < countof(units); i++) {
			if (strncmp(behind + digits, units[i], strlen(units[i])) != 0)
				continue;
			const char *rest = behind + digits + strlen(units[i]);
			memmove(at, rest, strlen(rest) + 1);
			return;
		}
	}
}

static const char *words_of(struct http_call *call, CURLcode code)
{
	drop_duration(call->curl_words);
	if (speaks_no_tls(call, code))
		return "the server answers, but without TLS: write http:// instead of https://, or another "
		       "port";
	if (code == CURLE_UNSUPPORTED_PROTOCOL && call->departures > 0)
		return call->secure ? "what answers there speaks no HTTP"
				    : "what answers there speaks no HTTP: if it speaks TLS, write https://";
	return call->curl_words[0] ? call->curl_words : curl_easy_strerror(code);
}

/* Only before it left: "unsupported protocol" later means that the answer was no HTTP. */
static bool can_never_work(const struct http_call *call, CURLcode code)
{
	static const CURLcode codes[] = {
		CURLE_URL_MALFORMAT,       CURLE_UNSUPPORTED_PROTOCOL,     CURLE_SSL_CERTPROBLEM,
		CURLE_SSL_CIPHER,          CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
		CURLE_SSL_ENGINE_NOTFOUND,
	};

	if (call->departures > 0)
		return false;
	for (size_t i = 0; i < countof(codes); i++)
		if (codes[i] == code)
			return true;
	return speaks_no_tls(call, code);
}

/* For libcurl an answer that breaks off in its headers, or after an interim one, is a good one. */
static void keep_answer(struct http_call *call)
{
	if (call->status < 200 || !call->headers_whole) {
		http_call_fail(call, ERROR_RETRY, "the answer broke off in its headers");
		return;
	}
	drop_transfer(call);
	call->phase = CALL_OVER;
}

static bool is_unreached(const struct http_call *call, CURLcode code)
{
	return call->departures == 0 &&
	       (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
		code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_OPERATION_TIMEDOUT);
}

void http_call_judge(struct http_call *call, CURLcode code)
{
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		call->status = (int)status;
		keep_answer(call);
		return;
	}
	if (call->aborted == ABORT_ERROR_CUT) {
		keep_answer(call);
		return;
	}
	if (call->aborted) {
		fail_aborted(call);
		return;
	}
	if (call->address_refused && call->departures == 0) {
		http_call_fail(call, ERROR_REFUSED, "the host has no address that may be asked");
		return;
	}
	bool unreached = is_unreached(call, code);
	http_call_fail(call, can_never_work(call, code) ? ERROR_FATAL : ERROR_RETRY, words_of(call, code));
	call->error.unreached = unreached;
}

/* Seconds, or a date as the server's own clock counts; at most RETRY_AFTER_MOST_S. */
static int retry_after_ms(const struct http_call *call, int64_t date_ms)
{
	const char *value = call->retry_after;
	int64_t until_ms, wait_ms = 0;

	if (!value || !*value)
		return 0;
	if (strspn(value, "0123456789") == strlen(value))
		wait_ms = strlen(value) > RETRY_AFTER_DIGITS ? INT64_MAX : strtol(value, NULL, 10) * 1000;
	else if (clock_from_http_date(value, &until_ms))
		wait_ms = until_ms - (date_ms > 0 ? date_ms : clock_now_ms());
	if (wait_ms > (int64_t)RETRY_AFTER_MOST_S * 1000)
		return RETRY_AFTER_MOST_S * 1000;
	return wait_ms > 0 ? (int)wait_ms : 0;
}

void http_call_reply(const struct http_call *call, struct http_reply *reply_out)
{
	int64_t date_ms = 0;

	if (!clock_from_http_date(call->date, &date_ms))
		date_ms = 0;
	*reply_out = (struct http_reply){
		.status = call->status,
		.body = text_or_empty(&call->answer),
		.body_length = call->answer.length,
		.content_type = call->content_type ? call->content_type : "",
		.etag = call->etag ? call->etag : "",
		.server = call->server ? call->server : "",
		.headers = text_or_empty(&call->headers),
		.date_ms = date_ms,
		.retry_after_ms = retry_after_ms(call, date_ms),
	};
}
