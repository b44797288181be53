/* What of the database the feed tells: pictures and their links only where somebody wants them. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "couch/documents.h"

bool couch_is_picture(const char *full_id);
/* One more that has changed. */
void couch_news_add_picture(struct endpoint_news *news, const struct couch_document *document);

#define COUCH_WANTED_MOST 7
/* The beginnings of the ids that the feed is to show, NULL-ended; borrowed. */
void couch_wanted(const char *settings_id, bool pictures, const char *wanted_out[COUCH_WANTED_MOST]);
/* As endpoint_ops.picture_digests. */
must_use bool couch_picture_digests(struct couch_client *source, struct json_object *into,
				    struct error *error);
