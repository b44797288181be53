/* images.json: how the app prepares pictures, and how it keeps them.
 *
 * processAssets: which files it resizes or crops, and how; the bytes are not made, but named by what was done to them.
 * getImageDatum: the document that a prepared picture becomes. */
#include "tests/vectors/playing.h"

#include "inventory/pictures.h"
#include "inventory/renditions.h"

#include <ctype.h>
#include <string.h>

/* ---- preparing ---- */

/* "file:///a.png#crop#resized128x128.JPEG": the recording's name for what was made. */
static char *made_of(const char *uri, const struct rendition *rendition)
{
	if (rendition->as_is)
		return own_copy(uri);
	return own_format("%s%s#resized%dx%d.%s", uri, rendition->cropped ? "#crop" : "", rendition->box,
			  rendition->box, rendition->format == RENDITION_PNG ? "PNG" : "JPEG");
}

static void compare_rendition(struct vector_result *result, const char *uri, const struct rendition *ours,
			      struct json_object *recorded, const char *key)
{
	struct json_object *theirs = json_child(recorded, key, json_type_object);
	scoped_text made = made_of(uri, ours);

	if (strcmp(json_text_or(theirs, "contentType", ""), rendition_type(ours->format)) != 0)
		vector_fail(result, "%s is of %s, recorded was %s", key, rendition_type(ours->format),
			    json_text_or(theirs, "contentType", "nothing"));
	if (strcmp(json_text_or(theirs, "content_of", ""), made) != 0)
		vector_fail(result, "%s is %s, recorded was %s", key, made,
			    json_text_or(theirs, "content_of", "nothing"));
}

static double number_at(struct json_object *object, const char *key, const char *part)
{
	struct json_object *value = NULL;

	json_find(json_child(object, key, json_type_object), part, &value);
	return json_double_of(value);
}

/* What the recording asked the phone for: the square, and the quality of what is resized. */
static void compare_calls(struct vector_result *result, const struct rendition *thumbnail,
			  struct json_object *calls)
{
	bool cropped = false;

	for (size_t i = 0; i < json_length(calls); i++) {
		struct json_object *call = json_at(calls, i),
				   *options = json_child(call, "options", json_type_object);
		const char *name = json_text_or(call, "call", "");
		if (strcmp(name, "createResizedImage") == 0 &&
		    json_int_or(call, "quality", 0) != RENDITION_JPEG_QUALITY)
			vector_fail(result, "the quality that was recorded is another one");
		if (strcmp(name, "cropImage") != 0)
			continue;
		cropped = true;
		if (number_at(options, "size", "width") != thumbnail->side ||
		    number_at(options, "size", "height") != thumbnail->side ||
		    number_at(options, "offset", "x") != thumbnail->left ||
		    number_at(options, "offset", "y") != thumbnail->top)
			vector_fail(result,
				    "the square is %d pixels from %g, %g on; recorded was another one",
				    thumbnail->side, thumbnail->left, thumbnail->top);
	}
	if (cropped != thumbnail->cropped)
		vector_fail(result, cropped ? "the thumbnail is not cropped" : "the thumbnail is cropped");
}

/* A '%' that begins no escape: the app decodes the address of a file, and we have none. */
static bool has_broken_escape(const char *uri)
{
	for (const char *at = strchr(uri, '%'); at; at = strchr(at + 1, '%'))
		if (!isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
			return true;
	return false;
}

static void run_asset(struct vector_result *result, struct json_object *asset, struct json_object *sizes,
		      struct json_object *expected, struct json_object *recorded)
{
	const char *uri = json_text_or(asset, "uri", "");
	struct json_object *size = json_child(sizes, uri, json_type_array);
	bool refused = json_child(expected, "error", json_type_object) != NULL;
	struct renditions ours;
	struct error error = {0};

	bool planned =
		renditions_plan(json_text_or(asset, "type", NULL), uri, (int)json_int_of(json_at(size, 0)),
				(int)json_int_of(json_at(size, 1)), &ours, &error);
	if (planned && refused && has_broken_escape(uri)) {
		result->better = "a picture's name is its name, and is not decoded";
		return;
	}
	if (planned == refused) {
		vector_fail(result, planned ? "it is not refused%s" : "it is refused: %s", error.text);
		return;
	}
	if (!planned)
		return;
	compare_rendition(result, uri, &ours.thumbnail, recorded, "thumbnail128");
	compare_rendition(result, uri, &ours.large, recorded, "image1440");
	compare_calls(result, &ours.thumbnail, json_child(expected, "native_calls", json_type_array));
}

static void run_assets(struct json_object *vector, struct vector_result *result)
{
	struct json_object *input = json_child(vector, "input", json_type_object);
	struct json_object *assets = json_child(input, "assets", json_type_array);
	struct json_object *expected = json_child(vector, "expected", json_type_object);
	struct json_object *recorded = json_child(expected, "result", json_type_array);

	if (json_length(assets) == 0 || (!recorded && !json_child(expected, "error", json_type_object)))
		vector_fail(result, "it has no pictures, or says not what is expected");
	for (size_t i = 0; i < json_length(assets) && !result->words[0]; i++)
		run_asset(result, json_at(assets, i), json_child(input, "image_sizes", json_type_object),
			  expected, json_at(recorded, i));
}

/* ---- keeping ---- */

static void add_attachment(struct json_object *attachments, const char *name, struct json_object *image,
			   const char *key)
{
	struct json_object *given = json_child(image, key, json_type_object), *attachment = json_new_object();

	json_put_text(attachment, "content_type", json_text_or(given, "contentType", ""));
	json_put_text(attachment, "data", json_text_or(given, "data", ""));
	json_put(attachments, name, attachment);
}

/* The picture that is there already, or a new one. */
static void keep_picture(struct playing *playing, struct json_object *image, struct outcome *outcome)
{
	struct inventory_view view = database_view(&playing->database);
	const char *digest = json_text_or(json_child(image, "image1440", json_type_object), "digest", NULL);
	scoped(json_object) attachments = json_new_object();
	scoped_text known = NULL;
	struct error error = {0};

	if (digest && !pictures_find_digest(&view, digest, &known, &error))
		vector_fail(playing->result, "%s", error.text);
	if (known) {
		outcome->datum = datum_new(DOCUMENT_IMAGE, known);
		return;
	}
	scoped(datum) given = datum_new(DOCUMENT_IMAGE, NULL);
	datum_put_text(given, "filename", json_text_or(image, "fileName", NULL));
	add_attachment(attachments, "thumbnail-128", image, "thumbnail128");
	add_attachment(attachments, "image-1440", image, "image1440");
	playing_save_with(playing, given, attachments, NULL, outcome);
}

static void run_keeping(struct playing *playing, struct json_object *step)
{
	struct json_object *expected = json_child(step, "expected", json_type_object);
	struct outcome outcome = {0};

	playing_next(playing, step);
	keep_picture(playing, json_child(step, "image", json_type_object), &outcome);
	playing_compare_error(playing, &outcome, json_child(expected, "error", json_type_object));
	playing_compare_writes(playing, json_child(expected, "writes", json_type_array));
	const char *returned = json_text_or(expected, "returned_id", NULL);
	if (returned && (!outcome.datum || !outcome.datum->id || strcmp(outcome.datum->id, returned) != 0))
		vector_fail(playing->result, "the picture's id is another one than %s", returned);
	outcome_done(&outcome);
}

/* What was in the database before the first step: what the recording does not name is a config document. */
static void begin_database(struct playing *playing, struct json_object *vector)
{
	struct json_object *seeds = json_child(vector, "seed_docs", json_type_array);
	struct json_object *final = json_child(vector, "final_docs", json_type_array);

	for (size_t i = 0; i < json_length(seeds); i++)
		if (!database_put(&playing->database, json_at(seeds, i)))
			vector_fail(playing->result, "number %zu of its seed_docs is no document", i + 1);
	for (size_t i = 0; i < json_length(final); i++) {
		if (strcmp(json_text_or(json_at(final, i), "_id", ""), DOCUMENT_CONFIG_ID) != 0)
			continue;
		scoped(json_object) config = json_copy(json_at(final, i));
		json_remove(config, "_rev");
		if (!database_put(&playing->database, config))
			vector_fail(playing->result, "its config document is none");
	}
}

static void run_database(struct json_object *vector, struct vector_result *result)
{
	struct json_object *steps = json_child(vector, "steps", json_type_array);
	struct playing playing;

	playing_begin(&playing, result);
	begin_database(&playing, vector);
	if (json_length(steps) == 0)
		vector_fail(result, "it has no steps");
	for (size_t i = 0; i < json_length(steps) && !result->words[0]; i++)
		run_keeping(&playing, json_at(steps, i));
	scoped(json_object) all = database_all(&playing.database);
	playing_compare_documents(&playing, all, json_child(vector, "final_docs", json_type_array));
	playing_done(&playing);
}

void vector_run_images(struct json_object *vector, struct json_object *definitions,
		       struct vector_result *result)
{
	const char *name = json_text_or(vector, "fn", "");

	(void)definitions;
	if (strcmp(name, "processAssets") == 0)
		run_assets(vector, result);
	else if (strcmp(name, "getImageDatum") == 0)
		run_database(vector, result);
	else
		vector_skip(result, *name ? name : "a function without a name");
}
