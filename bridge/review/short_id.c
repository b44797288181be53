#include "bridge/review/short_id.h"

#include "couch/documents.h"
#include "inventory/document.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IDS_PAGE 2000
/* Without those that look like another one. */
static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
enum { LETTER_BITS = 5 };

/* FNV-1a, mixed once more: what differs at the end alone is to differ everywhere. */
static uint64_t hash(const char *words)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *words; words++)
		hash = (hash ^ (unsigned char)*words) * UINT64_C(1099511628211);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ (hash >> 33);
}

void short_id_of(const char *full_id, char short_out[SHORT_ID_SIZE])
{
	uint64_t left = hash(full_id);

	for (int i = 0; i < SHORT_ID_LENGTH; i++, left >>= LETTER_BITS)
		short_out[i] = letters[left % (1U << LETTER_BITS)];
	short_out[SHORT_ID_LENGTH] = '\0';
}

bool short_id_is(const char *words)
{
	return strlen(words) == SHORT_ID_LENGTH && strspn(words, letters) == SHORT_ID_LENGTH;
}

struct looking {
	const char *short_id;
	char *found; /* owned */
};

static bool look_at(void *context, struct couch_document *document, struct error *error)
{
	struct looking *looking = context;
	char short_id[SHORT_ID_SIZE];

	short_id_of(document->id, short_id);
	if (strcmp(short_id, looking->short_id) != 0)
		return true;
	if (looking->found)
		return error_set(error, ERROR_FATAL, "two changes are called %s: say which, %.200s or %.200s",
				 short_id, looking->found, document->id);
	looking->found = own_copy(document->id);
	return true;
}

bool short_id_find(struct couch_client *couch, const char *short_id, char **full_id_out, struct error *error)
{
	struct looking looking = {short_id, NULL};

	*full_id_out = NULL;
	if (!couch_documents_walk_prefix(couch, document_prefix(DOCUMENT_HISTORY), IDS_PAGE, true, look_at,
					 &looking, error)) {
		free(looking.found);
		return error_wrap(error, "looking for change %s", short_id);
	}
	*full_id_out = looking.found;
	return true;
}
