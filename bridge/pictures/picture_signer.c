#include "bridge/pictures/picture_signer.h"

#include "base/clock.h"
#include "bridge/pictures/couch_pictures.h"
#include "public-images/link.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct picture_signing {
	const struct bridge_settings *settings;
	char *database; /* owned */
	struct picture_signer signer;
};

/* One ring for all integrations of the process, which has one picture server. */
static struct {
	pthread_mutex_t lock;
	struct image_keys keys;
} ring = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool picture_signing_take_keys(const struct bridge_settings *settings, struct error *error)
{
	struct image_keys keys = {0};

	if (!image_keys_read(settings->image_keys, &keys, error))
		return error_wrap(error, "IMAGE_KEYS");
	pthread_mutex_lock(&ring.lock);
	ring.keys = keys;
	pthread_mutex_unlock(&ring.lock);
	image_keys_done(&keys);
	return true;
}

static bool make(const struct picture_signing *signing, const struct image_link *link, char **link_out,
		 struct error *error)
{
	pthread_mutex_lock(&ring.lock);
	bool ok = (ring.keys.count > 0 || error_set(error, ERROR_REFUSED, "IMAGE_KEYS has no key")) &&
		  image_link_make(signing->settings->public_url, link, &ring.keys, clock_now_ms() / 1000,
				  link_out, error);
	pthread_mutex_unlock(&ring.lock);
	return ok;
}

static bool sign(void *self, const char *image_id, struct json_object *image, char **link_out,
		 struct error *error)
{
	const struct picture_signing *signing = self;
	struct image_picture picture = {0};

	if (!couch_pictures_stub(image, &picture))
		return error_set(error, ERROR_REFUSED, "its document has no file whose digest could be told");
	bool png = strcmp(picture.content_type, "image/png") == 0;
	const struct image_link link = {signing->database, image_id, png ? "png" : "jpg", picture.digest};
	return make(signing, &link, link_out, error);
}

static bool has_keys(void)
{
	pthread_mutex_lock(&ring.lock);
	bool has = ring.keys.count > 0;
	pthread_mutex_unlock(&ring.lock);
	return has;
}

struct picture_signing *picture_signing_open(const struct bridge_settings *settings, const char *database)
{
	struct picture_signing *signing = own_alloc(sizeof *signing);

	struct error ignored;

	/* Settings that were read later stay, whatever an integration that begins anew still has. Without keys sign() says so. */
	if (!has_keys())
		(void)!picture_signing_take_keys(settings, &ignored);
	signing->settings = settings;
	signing->database = own_copy(database);
	signing->signer = (struct picture_signer){sign, signing};
	return signing;
}

void picture_signing_close(struct picture_signing **signing)
{
	if (!*signing)
		return;
	free((*signing)->database);
	free(take(*signing));
}

const struct picture_signer *picture_signing_interface(const struct picture_signing *signing)
{
	return signing ? &signing->signer : NULL;
}
