/* Makes the app's two pictures of drawings, as if each had been photographed or picked in the size that it says; or the files that
 * a camera would have made of them.
 *
 *     draw FOLDER NAME...
 *
 * For each NAME, that of a JPEG or PNG, it reads the drawing FOLDER/NAME.svg, and writes FOLDER/NAME.image-1440 and FOLDER/NAME.thumbnail-128.
 * On stdout is a line for each: the name, and the content types of the two. The same drawings give the same bytes.
 *
 *     draw --photos FOLDER NAME...
 *
 * For each NAME, that of a WebP, HEIC or JPEG, it reads FOLDER/NAME.svg and writes FOLDER/NAME. A JPEG lies on its side, with a note of how it is
 * to be turned, as of a phone that was held upright. */
#include "base/own.h"
#include "inventory/renditions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#define PICKED_QUALITY 90 /* of a JPEG that the app keeps as it was */

struct drawing {
	const char *name; /* borrowed */
	char *path;       /* owned; without the end that each file has */
	VipsImage *image; /* owned; in the size of the large picture */
	struct renditions plan;
};

static bool fail_by_vips(const struct drawing *drawing, struct error *error)
{
	return error_set(error, ERROR_FATAL, "%s: %s", drawing->name, vips_error_buffer());
}

/* Puts another image in the place of the drawing's. */
static bool replace(struct drawing *drawing, VipsImage *image)
{
	g_clear_object(&drawing->image);
	drawing->image = image;
	return image != NULL;
}

/* ---- the large picture ---- */

/* Without a scale only its size is read. */
static bool load(struct drawing *drawing, double scale)
{
	scoped_text path = own_format("%s.svg", drawing->path);
	VipsImage *image = NULL;

	return vips_svgload(path, &image, "scale", scale, NULL) == 0 && replace(drawing, image);
}

static bool make_plan(struct drawing *drawing, int *longest_out, struct error *error)
{
	if (!load(drawing, 1))
		return fail_by_vips(drawing, error);
	int width = vips_image_get_width(drawing->image), height = vips_image_get_height(drawing->image);
	*longest_out = width > height ? width : height;
	return renditions_plan(NULL, drawing->name, width, height, &drawing->plan, error);
}

/* In memory, so that it is drawn once. */
static bool draw(struct drawing *drawing, struct error *error)
{
	VipsImage *opaque = NULL;
	int longest = 0;

	if (!make_plan(drawing, &longest, error))
		return false;
	int box = drawing->plan.large.as_is ? longest : drawing->plan.large.box;
	if (!load(drawing, longest > box ? (double)box / longest : 1) ||
	    vips_flatten(drawing->image, &opaque, NULL) != 0 || !replace(drawing, opaque) ||
	    !replace(drawing, vips_image_copy_memory(drawing->image)))
		return fail_by_vips(drawing, error);
	return true;
}

/* ---- files ---- */

static bool save(const struct drawing *drawing, VipsImage *image, const char *end,
		 const struct rendition *rendition, struct error *error)
{
	scoped_text path = own_format("%s.%s", drawing->path, end);
	int quality = rendition->as_is ? PICKED_QUALITY : RENDITION_JPEG_QUALITY;
	int status = rendition->format == RENDITION_PNG
			     ? vips_pngsave(image, path, "strip", TRUE, NULL)
			     : vips_jpegsave(image, path, "Q", quality, "strip", TRUE, NULL);

	return status == 0 || fail_by_vips(drawing, error);
}

static bool save_thumbnail(const struct drawing *drawing, struct error *error)
{
	const struct rendition *plan = &drawing->plan.thumbnail;
	VipsInteresting cut = plan->cropped ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE;
	VipsImage *small = NULL;

	if (vips_thumbnail_image(drawing->image, &small, plan->box, "height", plan->box, "size",
				 VIPS_SIZE_DOWN, "crop", cut, NULL) != 0)
		return fail_by_vips(drawing, error);
	bool saved = save(drawing, small, "thumbnail-128", plan, error);
	g_object_unref(small);
	return saved;
}

static bool make_pictures(const char *folder, const char *name, struct error *error)
{
	struct drawing drawing = {.name = name, .path = own_format("%s/%s", folder, name)};
	const struct renditions *plan = &drawing.plan;

	bool made = draw(&drawing, error) &&
		    save(&drawing, drawing.image, "image-1440", &plan->large, error) &&
		    save_thumbnail(&drawing, error);
	if (made)
		printf("%s %s %s\n", name, rendition_type(plan->large.format),
		       rendition_type(plan->thumbnail.format));
	g_clear_object(&drawing.image);
	own_free_text(&drawing.path);
	return made;
}

/* ---- photographs ---- */

enum { ORIENTATION_TURN_RIGHT = 6 }; /* as EXIF has it: turned to the right it is upright */

static bool lay_on_its_side(struct drawing *drawing)
{
	VipsImage *turned = NULL, *copy = NULL;

	if (vips_rot(drawing->image, &turned, VIPS_ANGLE_D270, NULL) != 0 || !replace(drawing, turned) ||
	    vips_copy(drawing->image, &copy, NULL) != 0 || !replace(drawing, copy))
		return false;
	vips_image_set_int(drawing->image, VIPS_META_ORIENTATION, ORIENTATION_TURN_RIGHT);
	return true;
}

static bool make_photo(const char *folder, const char *name, struct error *error)
{
	struct drawing drawing = {.name = name, .path = own_format("%s/%s", folder, name)};
	const char *end = strrchr(name, '.');
	VipsImage *opaque = NULL;

	bool made = load(&drawing, 1) && vips_flatten(drawing.image, &opaque, NULL) == 0 &&
		    replace(&drawing, opaque) &&
		    (!end || strcmp(end, ".jpg") != 0 || lay_on_its_side(&drawing)) &&
		    vips_image_write_to_file(drawing.image, drawing.path, NULL) == 0;
	g_clear_object(&drawing.image);
	own_free_text(&drawing.path);
	return made || fail_by_vips(&drawing, error);
}

int main(int count, char **words)
{
	bool photos = count > 1 && strcmp(words[1], "--photos") == 0, made = true;
	struct error error = {0};
	int folder = photos ? 2 : 1;

	if (count <= folder || vips_init(words[0]) != 0) {
		fprintf(stderr, "usage: draw [--photos] FOLDER NAME...\n");
		return 2;
	}
	vips_cache_set_max(0);
	for (int at = folder + 1; made && at < count; at++)
		made = (photos ? make_photo : make_pictures)(words[folder], words[at], &error);
	if (!made)
		fprintf(stderr, "draw: %s\n", error.text);
	vips_shutdown();
	return made ? 0 : 1;
}
