/* The content of attached files. Of a thumbnail it is the whole picture: the sandbox scales nothing. */
#include "sandbox/exchange.h"
#include "sandbox/refusal.h"
#include <string.h>

#define CONTENT_CEILING ((size_t)2 << 30)

/* A copy: the store may lose the file while it is sent. */
static void fill(struct sandbox_answer *answer, const struct sandbox_file *file)
{
	answer->status = 200;
	answer->file_type = own_copy(file->type);
	answer->body.ceiling = CONTENT_CEILING;
	text_add_bytes(&answer->body, file->bytes, file->size);
}

static void refuse(struct sandbox_answer *answer, int status)
{
	struct error error = {0};

	sandbox_refuse(&error, status, status == 410 ? "GONE" : "NOT_FOUND", "%s",
		       status == 410 ? "This address has expired." : "There is no file.");
	sandbox_answer_refusal(answer, &error);
}

enum MHD_Result exchange_answer_download(struct exchange *exchange)
{
	struct sandbox_server *server = exchange->server;
	const struct sandbox_target *target = &exchange->target;
	const struct sandbox_file *file = NULL;
	struct sandbox_answer answer = {0};
	bool reads = strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0;

	pthread_mutex_lock(&server->lock);
	int status = target->bad_path || !reads
			     ? 404
			     : sandbox_files_look_up(&server->sandbox->store->files, target->segments,
						     target->count,
						     sandbox_clock_now(&server->sandbox->clock), &file);
	if (status == 200)
		fill(&answer, file);
	else
		refuse(&answer, status);
	enum MHD_Result queued = exchange_send(exchange, &answer, false);
	pthread_mutex_unlock(&server->lock);
	sandbox_answer_done(&answer);
	return queued;
}

void exchange_fill_file(struct exchange *exchange, const char *id, struct sandbox_answer *answer)
{
	struct sandbox_server *server = exchange->server;

	pthread_mutex_lock(&server->lock);
	const struct sandbox_file *file = sandbox_files_find(&server->sandbox->store->files, id);
	if (file && file->state == FILE_STORED)
		fill(answer, file);
	else
		refuse(answer, 404);
	pthread_mutex_unlock(&server->lock);
}
