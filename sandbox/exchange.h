/* One request to the sandbox, from its first line to its answer. Only for the files of the HTTP side. */
#pragma once
#include "base/log.h"
#include "sandbox/api.h"
#include "sandbox/fetcher.h"
#include "sandbox/waiting.h"
#include "sandbox/world.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

struct sandbox_server {
	struct sandbox *sandbox;
	struct MHD_Daemon *daemon;
	struct sandbox_waiting *waiting;
	struct sandbox_fetcher *fetcher;
	pthread_mutex_t lock; /* around everything in the sandbox */
	struct log log;
	int port;
	atomic_bool stopping;
};

enum stage {
	STAGE_READING,
	STAGE_ARRIVED, /* the latency passes */
	STAGE_APPLIED, /* held back between doing and answering */
	STAGE_ANSWERED,
};

/* A client's connection. Its exchange is here as well, since libmicrohttpd forgets one whose request breaks off early. */
struct visit {
	struct sandbox_patience *patience;
	struct exchange *exchange; /* owned; or NULL */
};

/* One request and its answer. */
struct exchange {
	struct sandbox_server *server;
	struct MHD_Connection *connection;
	struct visit *visit; /* borrowed */
	char *uri;           /* owned; raw */
	char method[16];
	struct sandbox_target target;
	enum stage stage;
	bool begun, local, too_big, drop;
	size_t body_limit;
	struct text body;
	struct sandbox_call call;
	bool is_call, refused;
	struct error refusal;
	struct sandbox_fault *fault; /* owned; or NULL */
	struct sandbox_wait wait;
};

/* ---- exchange.c ---- */

const char *exchange_header(struct exchange *exchange, const char *name);
/* Its first part: "v0", "v3", "_sandbox". */
bool exchange_is_path_of(const struct exchange *exchange, const char *first);
void exchange_close(struct exchange **place);
/* Addresses that are shown lead to where this request came. Under the server's lock. */
void exchange_note_address(struct exchange *exchange);

/* With 'cut' half of the body, and the end of the connection. */
enum MHD_Result exchange_send(struct exchange *exchange, struct sandbox_answer *answer, bool cut);
/* As the API refuses; a URL that is too long as what stands in front of it does. */
#define EXCHANGE_URL_TOO_LONG 414
void exchange_fill_refusal(struct sandbox_answer *answer, const struct error *refusal);
enum MHD_Result exchange_refuse(struct exchange *exchange, const struct error *refusal);

/* ---- exchange_call.c: a call of the API ---- */

/* The body is complete; what was waited for is over; it was held back before the answer. */
enum MHD_Result exchange_begin_call(struct exchange *exchange);
enum MHD_Result exchange_finish_call(struct exchange *exchange);
enum MHD_Result exchange_answer_call(struct exchange *exchange);
/* Refuses what has too long a URL or too large a body. */
void exchange_check_sizes(struct exchange *exchange);
/* The client has its answer. */
void exchange_note_answered(struct exchange *exchange);
/* A write that comes late (sandbox_waiting_open()); 'context' is the server. */
void exchange_run_late(void *context, void *job);
void exchange_drop_late(void *job);

/* ---- exchange_local.c: control and page, for this machine only ---- */

bool exchange_is_local(struct exchange *exchange);
enum MHD_Result exchange_answer_local(struct exchange *exchange);

/* ---- exchange_file.c: the content of attached files ---- */

/* Behind an address that the API has shown; for everybody. */
enum MHD_Result exchange_answer_download(struct exchange *exchange);
/* A file by its id, without end; for the page. */
void exchange_fill_file(struct exchange *exchange, const char *id, struct sandbox_answer *answer);
