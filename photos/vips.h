/* libvips, loaded when it is needed: only the child that decodes has it in memory. A program that is linked with it takes a quarter of
 * a second to start and 22 MB (docs/pictures.md), and Davenport has much else to do. */
#pragma once
#include "base/own.h"
#include <stdbool.h>
#include <vips/vips.h>

/* The functions that are used, each with the type that its header says. */
#define VIPS_FUNCTIONS(each)                                                                                 \
	each(vips_init) each(vips_concurrency_set) each(vips_cache_set_max) each(vips_block_untrusted_set)   \
		each(vips_error_buffer) each(vips_error_clear) each(vips_image_new_from_buffer) each(        \
			vips_thumbnail_buffer) each(vips_thumbnail_image) each(vips_image_copy_memory)       \
			each(vips_extract_area) each(vips_flatten) each(vips_array_double_newv)              \
				each(vips_area_unref) each(vips_jpegsave_buffer) each(vips_pngsave_buffer)   \
					each(vips_image_get_width) each(vips_image_get_height)               \
						each(vips_image_hasalpha) each(vips_image_get_orientation)   \
							each(vips_image_get_orientation_swap)                \
								each(vips_image_get_typeof)                  \
									each(g_log_set_handler)              \
										each(g_object_ref)           \
											each(g_object_unref) \
												each(g_free)

#define VIPS_FIELD(name) __typeof__(&(name)) name##_;
struct vips_functions {
	VIPS_FUNCTIONS(VIPS_FIELD)
};
#undef VIPS_FIELD

/* Loads and starts it, silently: one thread beside the caller's, no cache, nothing but loaders that are made for strangers' files. False: it
 * is not installed, or lacks something; 'words_out' says what. Once a process. */
must_use bool vips_load(struct vips_functions *vips_out, const char **words_out);
/* The latest warning since the last call, or "": some loaders warn where they should fail. Until the next warning. */
const char *vips_take_warning(void);
