#include "photos/vips.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char library_name[] = "libvips.so.42";

/* A function's address comes as that of an object: copied, since C knows no cast between them. */
static bool find(void *library, const char *name, void *place)
{
	void *found = dlsym(library, name);

	memcpy(place, &found, sizeof(found));
	return found != NULL;
}

/* ---- warnings ---- */

/* Of the one picture that this process decodes, by the thread that does it. */
static char warning[128];
static bool warned;

static void note_warning(const char *domain, GLogLevelFlags level, const char *words, void *context)
{
	(void)domain, (void)level, (void)context;
	snprintf(warning, sizeof(warning), "%s", words);
	warned = true;
}

const char *vips_take_warning(void)
{
	bool was = warned;

	warned = false;
	return was ? warning : "";
}

/* ---- loading ---- */

#define FIND(name) &&find(library, #name, &vips_out->name##_)

bool vips_load(struct vips_functions *vips_out, const char **words_out)
{
	void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);

	*words_out = "libvips is not installed";
	if (!library)
		return false;
	*words_out = "libvips is too old";
	if (!(true VIPS_FUNCTIONS(FIND)))
		return false;
	*words_out = "libvips does not start";
	/* Never a file beside what is decoded in memory. Before there are threads. */
	setenv("VIPS_DISC_THRESHOLD", "16g", 1); /* NOLINT(concurrency-mt-unsafe) */
	if (vips_out->vips_init_("davenport") != 0)
		return false;
	vips_out->g_log_set_handler_("VIPS", G_LOG_LEVEL_MASK, note_warning, NULL);
	vips_out->vips_concurrency_set_(1);
	vips_out->vips_cache_set_max_(0);
	vips_out->vips_block_untrusted_set_(TRUE);
	return true;
}
