#include "public-images/access.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/own.h"
#include "base/text.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define METHOD_SHOWN 16

struct image_access {
	bool is_wanted;
	pthread_mutex_t lock;
	int64_t second;
	unsigned told, untold;
	struct log log;
};

struct image_access *image_access_open(bool is_wanted)
{
	struct image_access *access = own_alloc(sizeof(*access));

	access->is_wanted = is_wanted;
	access->log = log_context(NULL, "pictures");
	pthread_mutex_init(&access->lock, NULL);
	return access;
}

void image_access_close(struct image_access **access)
{
	if (!*access)
		return;
	pthread_mutex_destroy(&(*access)->lock);
	free(*access);
	*access = NULL;
}

/* Whether this refusal may have a line; untold_out: so many before it had none. */
static bool may_tell(struct image_access *access, unsigned *untold_out)
{
	int64_t second = clock_steady_ms() / 1000;

	pthread_mutex_lock(&access->lock);
	*untold_out = 0;
	if (second != access->second) {
		*untold_out = access->untold;
		access->second = second;
		access->told = access->untold = 0;
	}
	bool may = access->told < IMAGE_REFUSALS_A_SECOND;
	*(may ? &access->told : &access->untold) += 1;
	pthread_mutex_unlock(&access->lock);
	return may;
}

static void add_target(struct text *line, const struct image_target *target)
{
	switch (target->kind) {
	case IMAGE_TARGET_NOTHING:
		text_add(line, "(no path of ours)");
		break;
	case IMAGE_TARGET_ROBOTS:
		text_add(line, "/robots.txt");
		break;
	case IMAGE_TARGET_DATABASE:
		text_format(line, "/%s", target->database);
		break;
	case IMAGE_TARGET_PICTURE:
		text_format(line, "/%s/images/", target->database);
		text_add_visible(line, target->image, " ");
		text_format(line, ".%s", target->extension);
		if (target->is_signed)
			text_format(line, " key %s", target->key_id);
	}
}

static void write_line(struct image_access *access, const struct image_visited *visited)
{
	struct text line = {0};
	char client[WEB_ADDRESS_TEXT_SIZE];

	web_address_text(visited->client, client);
	text_add_bytes(&line, visited->method,
		       text_utf8_prefix(visited->method, strlen(visited->method), METHOD_SHOWN));
	text_add(&line, " ");
	add_target(&line, visited->target);
	log_info(&access->log, "%s: %d, %llu bytes to %s in %lld ms%s", line.bytes, visited->status,
		 (unsigned long long)visited->bytes, client, (long long)visited->lasted_ms,
		 visited->cut ? ", cut" : "");
	text_done(&line);
}

void image_access_note(struct image_access *access, const struct image_visited *visited)
{
	unsigned untold = 0;

	if (!access->is_wanted || (visited->status >= 400 && !may_tell(access, &untold)))
		return;
	if (untold > 0)
		log_info(&access->log, "%u more requests were refused in the second before", untold);
	write_line(access, visited);
}
