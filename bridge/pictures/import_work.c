#include "bridge/pictures/import_work.h"

#include "base/base64.h"
#include "base/md5.h"
#include "photos/decode.h"
#include "photos/fetch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct import_work {
	struct import_setup setup;
	char *name; /* owned */
	struct photo_fetch *fetch;
	int file; /* owned; -1: none */
	struct photo_decoding *decoding;
	enum import_end end; /* IMPORT_UNDER_WAY until it is over */
	char *words;         /* owned; or NULL */
	char digest[MD5_TEXT_SIZE];
};

/* ---- fetching ---- */

struct import_work *import_work_start(const struct import_setup *setup, const struct picture_order *order)
{
	struct import_work *work = own_alloc(sizeof *work);
	const struct photo_fetch_order fetch = {.url = order->url, .own_airtable = setup->own_airtable};

	work->setup = *setup;
	work->name = own_copy(order->name);
	work->file = -1;
	work->end = IMPORT_UNDER_WAY;
	work->fetch = photo_fetch_start(setup->http, &fetch);
	return work;
}

static char *visible_name(const char *name)
{
	struct text shown = {0};

	text_add_visible(&shown, *name ? name : "A file without a name", "");
	size_t length = text_utf8_prefix(shown.bytes, shown.length, PHOTO_NAME_SHOWN);
	char *cut = own_format("%.*s%s", (int)length, shown.bytes, length < shown.length ? "…" : "");
	text_done(&shown);
	return cut;
}

static void fail_fetch(struct import_work *work, const struct error *why)
{
	scoped_text name = visible_name(work->name);

	work->end = why->kind == ERROR_LOST      ? IMPORT_LOST
		    : why->kind == ERROR_REFUSED ? IMPORT_REFUSED
						 : IMPORT_FAILED;
	work->words = own_format("“%s” could not be fetched: %s.", name, why->text);
}

static void take_file(struct import_work *work)
{
	struct error why = {0};

	if (!photo_fetch_is_over(work->fetch))
		return;
	if (!photo_fetch_take(work->fetch, &work->file, &why))
		fail_fetch(work, &why);
	photo_fetch_close(&work->fetch);
}

/* ---- decoding ---- */

static void wake(void *http)
{
	http_wake(http);
}

void import_work_decode(struct import_work *work)
{
	const struct photo_order order = {
		.name = work->name,
		.over = wake,
		.context = work->setup.http,
		.program = work->setup.program,
	};

	work->decoding = photo_decode_start(work->file, &order);
}

static void close_file(struct import_work *work)
{
	if (work->file >= 0)
		close(work->file);
	work->file = -1;
}

static void take_photo(struct import_work *work)
{
	if (!photo_decode_is_over(work->decoding))
		return;
	const struct photo *photo = photo_decode_photo(work->decoding);
	close_file(work);
	if (photo->outcome == PHOTO_READY)
		md5_text(photo->large.bytes, photo->large.length, work->digest);
	else
		work->words = own_copy(photo->words);
	work->end = photo->outcome == PHOTO_READY         ? IMPORT_READY
		    : photo_may_try_again(photo->outcome) ? IMPORT_FAILED
							  : IMPORT_REFUSED;
	if (work->end != IMPORT_READY)
		photo_decode_close(&work->decoding);
}

enum import_step import_work_step(struct import_work *work)
{
	if (work->fetch)
		take_file(work);
	else if (work->decoding && work->end == IMPORT_UNDER_WAY)
		take_photo(work);
	if (work->end != IMPORT_UNDER_WAY)
		return IMPORT_IS_OVER;
	return work->fetch ? IMPORT_FETCHES : work->decoding ? IMPORT_DECODES : IMPORT_IS_FETCHED;
}

/* ---- what has come of it ---- */

void import_work_told(const struct import_work *work, struct picture_import *import_out)
{
	*import_out = (struct picture_import){.end = work->end, .words = work->words ? work->words : ""};
	if (work->end != IMPORT_READY)
		return;
	const struct photo *photo = photo_decode_photo(work->decoding);
	import_out->digest = work->digest;
	import_out->size = (int64_t)(photo->large.length + photo->thumbnail.length);
}

static void put(struct json_object *into, const char *name, const struct photo_rendition *rendition)
{
	struct json_object *one = json_new_object();
	scoped_text data = base64_write(rendition->bytes, rendition->length);

	json_put_text(one, "content_type", rendition_type(rendition->format));
	json_put_text(one, "data", data);
	json_put(into, name, one);
}

struct json_object *import_work_renditions(const struct import_work *work)
{
	const struct photo *photo = photo_decode_photo(work->decoding);
	struct json_object *both = json_new_object();

	put(both, "thumbnail-128", &photo->thumbnail);
	put(both, "image-1440", &photo->large);
	return both;
}

void import_work_close(struct import_work **work)
{
	if (!*work)
		return;
	struct import_work *gone = take(*work);
	photo_fetch_close(&gone->fetch);
	photo_decode_close(&gone->decoding);
	close_file(gone);
	free(gone->name);
	free(gone->words);
	free(gone);
}
