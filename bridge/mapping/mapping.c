/* What both directions share: the words of Type, kinds in words, prices. mapping_from.c makes cells of documents and rows,
 * mapping_to.c writes cells into them. */
#include "bridge/mapping/mapping.h"

#include <math.h>

#define NOISE_STEPS 1000.0 /* a thousandth of a stored price is smaller than any price, larger than noise */

/* ---- kinds and numbers ---- */

const char *mapping_kind_words(enum field_kind kind)
{
	static const char *const words[] = {
		[KIND_TEXT] = "a text",
		[KIND_NUMBER] = "a number",
		[KIND_TRUTH] = "a box that is ticked or not",
		[KIND_TIME] = "a date",
		[KIND_CHOICE] = "a choice",
		[KIND_COLLECTION_LINK] = "a link to a collection",
		[KIND_ITEM_LINK] = "a link to an item",
	};

	return words[kind];
}

/* Past 2^53 steps there is no room for a fraction. */
double mapping_price_without_noise(double stored)
{
	if (fabs(stored) >= MAPPING_EXACT_WHOLE / NOISE_STEPS)
		return round(stored);
	return round(stored * NOISE_STEPS) / NOISE_STEPS;
}

const char *mapping_default_collection(const struct cell *collection, const struct cell *container,
				       const struct mapping_links *links)
{
	if (collection->kind != CELL_EMPTY || container->kind != CELL_LINKS || container->id_count != 1 ||
	    container->ids[0][0] == CELL_UNKNOWN_LINK)
		return NULL;
	const char *id = links->collection_of(links->context, container->ids[0]);
	return id && *id ? id : NULL;
}
