/* What the line of a request asks for. Nothing here says yet whether it may be had.
 *
 *     /robots.txt
 *     /<db>                                             the line of text that a database is here
 *     /<db>/images/<image id>.<jpg|png>                 a picture, without a signature
 *     /<db>/images/<image id>.<jpg|png>?d=…&e=…&k=…&s=… a picture, by a link that carries its own permission
 *
 * Each segment of the path is percent-decoded once, after the path was split. Whatever is not exactly of one of these forms asks
 * for nothing: dots as a segment, an empty segment, a slash within an image's id, another or a doubled parameter, bytes that are
 * no UTF-8, control characters. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_DATABASE_SIZE    239 /* with the NUL: CouchDB's own limit is 238 bytes */
#define IMAGE_ID_SIZE          201
#define IMAGE_DIGEST_SIZE      16 /* of MD5, as CouchDB tells it of an attachment */
#define IMAGE_SIGNATURE_SIZE   32
#define IMAGE_DIGEST_TEXT_SIZE 23 /* base64url, with the NUL */
#define IMAGE_EXPIRY_TEXT_SIZE 13

struct image_digest {
	uint8_t bytes[IMAGE_DIGEST_SIZE];
};

enum image_target_kind {
	IMAGE_TARGET_NOTHING,
	IMAGE_TARGET_ROBOTS,
	IMAGE_TARGET_DATABASE,
	IMAGE_TARGET_PICTURE,
};

/* What is said to those who ask for nothing, and of whatever is missing, wrong or expired. */
#define IMAGE_NOT_FOUND_WORDS "There is nothing here.\n"

struct image_target {
	enum image_target_kind kind;
	char database[IMAGE_DATABASE_SIZE];
	char image[IMAGE_ID_SIZE];
	char extension[4]; /* "jpg" or "png" */
	bool is_signed;    /* the four parameters are there, each in its form */
	struct image_digest digest;
	int64_t expires_s; /* since 1970 */
	char digest_text[IMAGE_DIGEST_TEXT_SIZE], expiry_text[IMAGE_EXPIRY_TEXT_SIZE];
	char key_id[17];
	uint8_t signature[IMAGE_SIGNATURE_SIZE];
};

/* 'uri': the request's target as it came. What asks for nothing has the kind IMAGE_TARGET_NOTHING. */
void image_target_read(const char *uri, struct image_target *target_out);

/* Whether CouchDB has databases of that name, and whether a picture of that id can be asked for. */
bool image_database_is_good(const char *name);
bool image_id_is_good(const char *id);

/* "md5-<base64>", as a document's stub has it. */
bool image_digest_from_couch(const char *words, struct image_digest *digest_out);
void image_digest_text(const struct image_digest *digest, char text_out[IMAGE_DIGEST_TEXT_SIZE]);
