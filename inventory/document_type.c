#include "inventory/document_type.h"

#include <string.h>

static const struct {
	const char *name, *prefix;
} kinds[] = {
	[DOCUMENT_CONFIG] = {"", ""},
	[DOCUMENT_COLLECTION] = {"collection", "collection-"},
	[DOCUMENT_ITEM] = {"item", "item-"},
	[DOCUMENT_ITEM_IMAGE] = {"item_image", "item_image-"},
	[DOCUMENT_IMAGE] = {"image", "zz20-image-"},
	[DOCUMENT_INTEGRATION] = {"integration", "integration-"},
	[DOCUMENT_DELETED_DATA] = {"integration_deleted_data", "integration_deleted_data-"},
	[DOCUMENT_SHARING] = {"db_sharing", "db_sharing-"},
	[DOCUMENT_HISTORY] = {"_history", "zzd-history-"},
	[DOCUMENT_OTHER] = {"", ""},
};

const char *document_prefix(enum document_type type)
{
	return kinds[type].prefix;
}

const char *document_type_name(enum document_type type)
{
	return kinds[type].name;
}

enum document_type document_type_named(const char *name)
{
	for (size_t type = DOCUMENT_COLLECTION; type < DOCUMENT_HISTORY; type++)
		if (strcmp(kinds[type].name, name) == 0)
			return (enum document_type)type;
	return DOCUMENT_OTHER;
}

char *document_full_id(enum document_type type, const char *id)
{
	return type == DOCUMENT_CONFIG ? own_copy(DOCUMENT_CONFIG_ID)
				       : own_format("%s%s", kinds[type].prefix, id);
}

enum document_type document_type_of(const char *full_id, const char **id_out)
{
	enum document_type found =
		strcmp(full_id, DOCUMENT_CONFIG_ID) == 0 ? DOCUMENT_CONFIG : DOCUMENT_OTHER;
	size_t length = 0;

	for (size_t type = 0; type < countof(kinds); type++) {
		size_t prefix = strlen(kinds[type].prefix);
		if (prefix > 0 && strncmp(full_id, kinds[type].prefix, prefix) == 0 && full_id[prefix]) {
			found = (enum document_type)type;
			length = prefix;
		}
	}
	if (id_out)
		*id_out = full_id + length;
	return found;
}
