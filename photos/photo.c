#include "photos/photo.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const char *words;
	bool again;
} outcomes[PHOTO_OUTCOMES] = {
	[PHOTO_READY] = {"ready", "", false},
	[PHOTO_NOT_A_PICTURE] = {"not a picture", "it is no JPEG, PNG, WebP, HEIC or GIF", false},
	[PHOTO_CUT_SHORT] = {"cut short", "the file ends too early", false},
	[PHOTO_BROKEN] = {"broken", "its data is damaged", false},
	[PHOTO_TOO_MANY_PIXELS] = {"too many pixels", "it has more than 100 megapixels", false},
	[PHOTO_FILE_TOO_LARGE] = {"file too large", "the file has more than 64 MB", false},
	[PHOTO_RESULT_TOO_LARGE] = {"result too large", "it stays too large when it is made smaller", false},
	[PHOTO_TOO_SLOW] = {"too slow", "reading it takes longer than is allowed", false},
	[PHOTO_TOO_MUCH_MEMORY] = {"too much memory", "reading it takes more memory than is allowed", false},
	[PHOTO_CRASHED] = {"crashed", "the decoder crashed on it", false},
	[PHOTO_GARBLED] = {"garbled", "the decoder's answer makes no sense", false},
	[PHOTO_KILLED] = {"killed", "the decoder was killed, perhaps since the machine is short of memory",
			  true},
	[PHOTO_NO_DECODER] = {"no decoder", "the decoder cannot be started", true},
	[PHOTO_STOPPED] = {"stopped", "Davenport was stopped meanwhile", true},
};

void photo_done(struct photo *photo)
{
	free(photo->large.bytes);
	free(photo->thumbnail.bytes);
	*photo = (struct photo){0};
}

void photo_fail(struct photo *photo, enum photo_outcome outcome, const char *name, const char *detail)
{
	struct text shown = {0}, why = {0};

	photo_done(photo);
	photo->outcome = outcome;
	text_add_visible(&shown, name && *name ? name : "A file without a name", "");
	text_add_visible(&why, detail, "");
	size_t shown_length = text_utf8_prefix(shown.bytes, shown.length, PHOTO_NAME_SHOWN);
	size_t why_length = why.bytes ? text_utf8_prefix(why.bytes, why.length, PHOTO_DETAIL_SIZE) : 0;
	snprintf(photo->words, sizeof(photo->words), "“%.*s%s” could not be read as a picture: %s%s%.*s%s.",
		 (int)shown_length, shown.bytes, shown_length < shown.length ? "…" : "",
		 outcomes[outcome].words, why_length ? " (" : "", (int)why_length, why.bytes ? why.bytes : "",
		 why_length ? ")" : "");
	text_done(&shown);
	text_done(&why);
}

bool photo_may_try_again(enum photo_outcome outcome)
{
	return outcomes[outcome].again;
}

const char *photo_outcome_name(enum photo_outcome outcome)
{
	return outcomes[outcome].name;
}
