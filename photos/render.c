/*     kind ─> does it go on to its end? ─> header: size, orientation ─> renditions_plan() ─> large ─> thumbnail
 *
 * The large picture is decoded straight to its size: JPEG and WebP are shrunk while they are read, PNG goes by line by line. The
 * thumbnail is made of the large one, unless the picture is so narrow that too little is left of its shorter side. */
#include "photos/render.h"

#include "photos/metadata.h"
#include "photos/photo_kind.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct work {
	const struct vips_functions *vips; /* borrowed, as the bytes */
	const void *bytes;
	size_t length;
	enum photo_kind kind;
	int width, height; /* as it is to be looked at */
	bool turned;       /* its bytes show it in another orientation */
	bool profiled;     /* it brings a colour profile */
	struct renditions plan;
	struct photo *photo;
	char *detail; /* PHOTO_DETAIL_SIZE */
};

static bool fail(struct work *work, enum photo_outcome outcome, const char *detail)
{
	photo_done(work->photo);
	work->photo->outcome = outcome;
	snprintf(work->detail, PHOTO_DETAIL_SIZE, "%s", detail);
	return false;
}

/* The first line of what libvips said. */
static bool fail_by_vips(struct work *work)
{
	const char *words = work->vips->vips_error_buffer_();
	char line[PHOTO_DETAIL_SIZE];

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(words, "\n"), words);
	bool memory = strstr(words, "out of memory") != NULL;
	work->vips->vips_error_clear_();
	return fail(work, memory ? PHOTO_TOO_MUCH_MEMORY : PHOTO_BROKEN, line);
}

static void drop(const struct work *work, VipsImage *image)
{
	if (image)
		work->vips->g_object_unref_(image);
}

/* ---- what it is ---- */

static bool read_header(struct work *work)
{
	const struct vips_functions *vips = work->vips;
	VipsImage *image = vips->vips_image_new_from_buffer_(work->bytes, work->length, "", "access",
							     VIPS_ACCESS_SEQUENTIAL, NULL);

	if (!image)
		return fail_by_vips(work);
	int width = vips->vips_image_get_width_(image), height = vips->vips_image_get_height_(image);
	bool swap = vips->vips_image_get_orientation_swap_(image);
	work->turned = vips->vips_image_get_orientation_(image) > 1;
	work->profiled = vips->vips_image_get_typeof_(image, VIPS_META_ICC_NAME) != 0;
	work->width = swap ? height : width;
	work->height = swap ? width : height;
	drop(work, image);
	return true;
}

static bool look_at_file(struct work *work)
{
	char size[PHOTO_DETAIL_SIZE];
	struct error error;

	work->kind = photo_kind_of(work->bytes, work->length);
	if (work->kind == PHOTO_KIND_NONE)
		return fail(work, PHOTO_NOT_A_PICTURE, "");
	if (!photo_is_whole(work->kind, work->bytes, work->length))
		return fail(work, PHOTO_CUT_SHORT, "");
	if (!read_header(work))
		return false;
	snprintf(size, sizeof(size), "%d × %d", work->width, work->height);
	if ((double)work->width * work->height > PHOTO_PIXELS_MOST)
		return fail(work, PHOTO_TOO_MANY_PIXELS, size);
	if (!renditions_plan(photo_kind_type(work->kind), NULL, work->width, work->height, &work->plan,
			     &error))
		return fail(work, PHOTO_BROKEN, size);
	return true;
}

/* ---- pixels ---- */

/* Without a profile of its own a picture is in sRGB already; libvips would take it to Lab and back, and lose its blue on the way. */
static int open_to_fit(struct work *work, int width, int height, VipsImage **lazy_out)
{
	int (*open)(void *, size_t, VipsImage **, int, ...) = work->vips->vips_thumbnail_buffer_;
	void *bytes = (void *)work->bytes;

	if (work->profiled)
		return open(bytes, work->length, lazy_out, width, "height", height, "size", VIPS_SIZE_DOWN,
			    "fail_on", VIPS_FAIL_ON_TRUNCATED, "export_profile", "srgb", NULL);
	return open(bytes, work->length, lazy_out, width, "height", height, "size", VIPS_SIZE_DOWN, "fail_on",
		    VIPS_FAIL_ON_TRUNCATED, NULL);
}

/* Decoded, upright, in sRGB, shrunk to fit into the box, in memory; NULL: the photo has failed. Of a PNG with too little data libvips
 * only warns as it reads the pixels. */
static VipsImage *decode_to_fit(struct work *work, int width, int height)
{
	VipsImage *lazy = NULL, *image = NULL;

	if (open_to_fit(work, width, height, &lazy) == 0) {
		(void)vips_take_warning();
		image = work->vips->vips_image_copy_memory_(lazy);
	}
	drop(work, lazy);
	const char *warning = vips_take_warning();
	if (!image) {
		fail_by_vips(work);
	} else if (work->kind == PHOTO_KIND_PNG && *warning) {
		fail(work, PHOTO_BROKEN, warning);
		drop(work, image);
		image = NULL;
	}
	return image;
}

/* White below what is transparent: a JPEG knows no other way. */
static VipsImage *make_opaque(struct work *work, VipsImage *image)
{
	const struct vips_functions *vips = work->vips;
	VipsImage *opaque = NULL;

	if (!vips->vips_image_hasalpha_(image))
		return image;
	VipsArrayDouble *white = vips->vips_array_double_newv_(1, 255.0);
	if (vips->vips_flatten_(image, &opaque, "background", white, NULL) != 0)
		fail_by_vips(work);
	vips->vips_area_unref_((VipsArea *)white);
	drop(work, image);
	return opaque;
}

/* Takes the image; 'rendition' gets its bytes. */
static bool save(struct work *work, VipsImage *image, enum rendition_format format,
		 struct photo_rendition *rendition)
{
	const struct vips_functions *vips = work->vips;
	void *bytes = NULL;
	size_t length = 0;

	if (image && format == RENDITION_JPEG)
		image = make_opaque(work, image);
	if (!image)
		return false;
	int status =
		format == RENDITION_JPEG
			? vips->vips_jpegsave_buffer_(image, &bytes, &length, "Q", RENDITION_JPEG_QUALITY,
						      "strip", TRUE, "optimize_coding", TRUE, NULL)
			: vips->vips_pngsave_buffer_(image, &bytes, &length, "strip", TRUE, NULL);
	*rendition = (struct photo_rendition){.format = format,
					      .width = vips->vips_image_get_width_(image),
					      .height = vips->vips_image_get_height_(image)};
	drop(work, image);
	if (status != 0)
		return fail_by_vips(work);
	rendition->bytes = own_copy_bytes(bytes, length);
	rendition->length = length;
	vips->g_free_(bytes);
	return true;
}

/* ---- the large picture ---- */

/* Kept byte by byte; it must have been decoded before: else nobody knows whether it can be. */
static bool keep_bytes(struct work *work)
{
	struct text kept = {0};
	struct photo_rendition *large = &work->photo->large;

	bool whole = work->kind == PHOTO_KIND_PNG ? metadata_strip_png(work->bytes, work->length, &kept)
						  : metadata_strip_jpeg(work->bytes, work->length, &kept);
	*large = (struct photo_rendition){.format = work->plan.large.format,
					  .width = work->width,
					  .height = work->height,
					  .length = kept.length};
	large->bytes = text_take(&kept);
	return whole || fail(work, PHOTO_CUT_SHORT, "");
}

static VipsImage *make_large(struct work *work)
{
	int longest = work->width > work->height ? work->width : work->height;
	int box = work->plan.large.as_is ? longest : work->plan.large.box;
	VipsImage *image = decode_to_fit(work, box, box);

	if (!image)
		return NULL;
	work->vips->g_object_ref_(image); /* one for saving */
	bool made = work->plan.large.as_is && !work->turned;
	if (made)
		drop(work, image);
	made = made ? keep_bytes(work) : save(work, image, work->plan.large.format, &work->photo->large);
	if (made)
		return image;
	drop(work, image);
	return NULL;
}

/* ---- the thumbnail ---- */

static int shorter_side(const struct work *work, VipsImage *image)
{
	int width = work->vips->vips_image_get_width_(image),
	    height = work->vips->vips_image_get_height_(image);

	return width < height ? width : height;
}

/* The square in the middle; takes the image. The plan's half pixels are left out to the left and above. */
static VipsImage *crop(struct work *work, VipsImage *image)
{
	const struct vips_functions *vips = work->vips;
	int side = shorter_side(work, image);
	double scale = (double)side / work->plan.thumbnail.side;
	int left = (int)floor(work->plan.thumbnail.left * scale),
	    top = (int)floor(work->plan.thumbnail.top * scale);
	int left_most = vips->vips_image_get_width_(image) - side,
	    top_most = vips->vips_image_get_height_(image) - side;
	VipsImage *square = NULL;

	if (vips->vips_extract_area_(image, &square, left < left_most ? left : left_most,
				     top < top_most ? top : top_most, side, side, NULL) != 0)
		fail_by_vips(work);
	drop(work, image);
	return square;
}

/* Takes the large picture. */
static bool make_thumbnail(struct work *work, VipsImage *large)
{
	const struct rendition *plan = &work->plan.thumbnail;
	int side = plan->side < plan->box ? plan->side : plan->box;
	VipsImage *image = large, *small = NULL;

	if (plan->cropped && shorter_side(work, large) < side) {
		drop(work, large);
		image = decode_to_fit(work, work->width, work->height);
	}
	if (image && plan->cropped)
		image = crop(work, image);
	if (!image)
		return false;
	if (work->vips->vips_thumbnail_image_(image, &small, plan->box, "height", plan->box, "size",
					      VIPS_SIZE_DOWN, NULL) != 0)
		fail_by_vips(work);
	drop(work, image);
	return save(work, small, plan->format, &work->photo->thumbnail);
}

void render_photo(const struct vips_functions *vips, const void *bytes, size_t length,
		  struct photo *photo_out, char detail_out[PHOTO_DETAIL_SIZE])
{
	struct work work = {
		.vips = vips, .bytes = bytes, .length = length, .photo = photo_out, .detail = detail_out};

	detail_out[0] = '\0';
	if (!look_at_file(&work))
		return;
	VipsImage *large = make_large(&work);
	if (!large || !make_thumbnail(&work, large))
		return;
	if (photo_out->large.length > PHOTO_LARGE_MOST || photo_out->thumbnail.length > PHOTO_THUMBNAIL_MOST)
		fail(&work, PHOTO_RESULT_TOO_LARGE, "");
}
