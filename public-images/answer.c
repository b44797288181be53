#include "public-images/answer.h"
#include "base/own.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STREAM_BLOCK  ((size_t)32 * 1024)
#define UNAVAILABLE_S "10" /* when to try again */

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		own_out_of_memory();
}

/* Whatever a browser makes of the bytes, it runs nothing, loads nothing and tells nobody. The picture itself may be shown on any
 * page: that is what the link is for. */
static struct MHD_Response *guard(struct MHD_Response *response)
{
	if (!response)
		own_out_of_memory();
	add(response, "X-Content-Type-Options", "nosniff");
	add(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
	add(response, "Cross-Origin-Resource-Policy", "cross-origin");
	add(response, "Referrer-Policy", "no-referrer");
	return response;
}

/* 'words' is a literal. */
static struct MHD_Response *say(const char *words, const char *caching)
{
	struct MHD_Response *response = guard(MHD_create_response_from_buffer(
		strlen(words), (void *)(uintptr_t)words, MHD_RESPMEM_PERSISTENT));

	add(response, "Content-Type", "text/plain; charset=utf-8");
	add(response, "Cache-Control", caching);
	return response;
}

void image_answers_init(struct image_answers *answers)
{
	answers->not_found = say(IMAGE_NOT_FOUND_WORDS, "no-store");
	answers->not_allowed = say("Only GET and HEAD are answered here.\n", "no-store");
	add(answers->not_allowed, "Allow", "GET, HEAD");
	answers->too_large = say("A request has no body here.\n", "no-store");
	answers->unclear = say("It is not clear where this request ends.\n", "no-store");
	add(answers->unclear, "Connection", "close");
	answers->unavailable = say("The pictures cannot be reached at the moment.\n", "no-store");
	add(answers->unavailable, "Retry-After", UNAVAILABLE_S);
	answers->robots = say("User-agent: *\nDisallow: /\n", "public, max-age=86400");
	answers->served = say("Davenport serves this database's pictures.\n", "no-store");
}

void image_answers_done(struct image_answers *answers)
{
	struct MHD_Response *const all[] = {answers->not_found, answers->not_allowed, answers->too_large,
					    answers->unclear,   answers->unavailable, answers->robots,
					    answers->served};

	for (size_t i = 0; i < countof(all); i++)
		if (all[i])
			MHD_destroy_response(all[i]);
	*answers = (struct image_answers){0};
}

struct MHD_Response *image_answer_too_often(int wait_s)
{
	struct MHD_Response *response = say("Too many requests.\n", "no-store");
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%d", wait_s);
	add(response, "Retry-After", seconds);
	return response;
}

void image_facts_fill(struct image_facts *facts, const struct image_digest *digest, enum image_kind kind,
		      uint64_t length)
{
	char digest_text[IMAGE_DIGEST_TEXT_SIZE];

	image_digest_text(digest, digest_text);
	snprintf(facts->etag, sizeof(facts->etag), "\"%s\"", digest_text);
	facts->kind = kind;
	facts->length = length;
}

static void add_facts(struct MHD_Response *response, const struct image_facts *facts)
{
	char caching[64];

	snprintf(caching, sizeof(caching), "public, max-age=%lld%s", (long long)facts->fresh_s,
		 facts->lasting ? ", immutable" : "");
	add(response, "Cache-Control", caching);
	add(response, "ETag", facts->etag);
}

static void add_range(struct MHD_Response *response, const struct image_facts *facts,
		      const struct image_part *part)
{
	char range[80];

	add(response, "Accept-Ranges", "bytes");
	if (part->status == 206)
		snprintf(range, sizeof(range), "bytes %llu-%llu/%llu", (unsigned long long)part->first,
			 (unsigned long long)(part->first + part->length - 1),
			 (unsigned long long)facts->length);
	else
		snprintf(range, sizeof(range), "bytes */%llu", (unsigned long long)facts->length);
	if (part->status == 206 || part->status == 416)
		add(response, "Content-Range", range);
}

static struct MHD_Response *without_body(void)
{
	return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
}

static void give_back(void *context)
{
	image_bytes_give_back(context);
}

/* Out of memory the head and the bytes leave together; a file's go behind the head, without being copied. */
static struct MHD_Response *with_body(const struct image_part *part, struct image_file *file)
{
	struct image_bytes *bytes = take(file->bytes);
	int descriptor = file->descriptor;

	file->descriptor = -1; /* it is the response's now */
	if (!bytes)
		return MHD_create_response_from_fd_at_offset64(part->length, descriptor, part->first);
	return MHD_create_response_from_buffer_with_free_callback_cls(
		part->length, (char *)image_bytes_begin(bytes) + part->first, give_back, bytes);
}

struct MHD_Response *image_answer_file(const struct image_facts *facts, const struct image_part *part,
				       struct image_file *file)
{
	bool has_body = part->status == 200 || part->status == 206;
	struct MHD_Response *response = guard(has_body ? with_body(part, file) : without_body());

	image_file_done(file);
	if (part->status != 304) {
		add_range(response, facts, part);
		if (has_body)
			add(response, "Content-Type", image_kind_type(facts->kind));
	}
	add_facts(response, facts);
	return response;
}

static ssize_t take_more(void *context, uint64_t position, char *bytes, size_t size)
{
	ssize_t count = image_stream_take(context, bytes, size);

	(void)position;
	return count < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : count;
}

struct MHD_Response *image_answer_stream(const struct image_facts *facts, struct image_stream *stream)
{
	struct MHD_Response *response = guard(
		MHD_create_response_from_callback(facts->length, STREAM_BLOCK, take_more, stream, NULL));

	add(response, "Content-Type", image_kind_type(facts->kind));
	add_facts(response, facts);
	return response;
}
