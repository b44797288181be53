/* Reading _ids of history documents. */
#include "inventory/history_id.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_LENGTH 4
#define BATCH_LENGTH  18 /* digits of a number that surely fits */

/* "collection-", "item-": what a type's data begins with. DOCUMENT_OTHER: none of them. */
static enum document_type type_at(const char *words, size_t *length_out)
{
	for (int type = 0; type < DOCUMENT_HISTORY; type++) {
		const char *name = document_type_name((enum document_type)type);
		size_t length = strlen(name);
		if (length == 0 || strncmp(words, name, length) != 0 || words[length] != '-')
			continue;
		*length_out = length + 1;
		return (enum document_type)type;
	}
	return DOCUMENT_OTHER;
}

/* A number or "undefined", and the dash behind it; 0: neither. */
static size_t batch_length(const char *words)
{
	static const char none[] = "undefined-";
	size_t digits = strspn(words, "0123456789");

	if (strncmp(words, none, strlen(none)) == 0)
		return strlen(none);
	return digits > 0 && digits <= BATCH_LENGTH && words[digits] == '-' ? digits + 1 : 0;
}

/* Before the four digits at the end. */
static int64_t timestamp_at_end(const char *rest)
{
	const char *end = rest + strlen(rest);
	const char *dash = end - rest > DIGITS_LENGTH ? end - DIGITS_LENGTH - 1 : rest, *begin = dash;

	if (*dash != '-')
		return 0;
	while (begin > rest && begin[-1] >= '0' && begin[-1] <= '9')
		begin--;
	return begin < dash && dash - begin <= BATCH_LENGTH ? strtoll(begin, NULL, 10) : 0;
}

bool history_id_read(const char *full_id, struct history_id *id_out)
{
	const char *prefix = document_prefix(DOCUMENT_HISTORY);
	size_t length = 0;

	if (strncmp(full_id, prefix, strlen(prefix)) != 0)
		return false;
	const char *created_by = full_id + strlen(prefix);
	for (const char *dash = strchr(created_by, '-'); dash; dash = strchr(dash + 1, '-')) {
		size_t batch = batch_length(dash + 1);
		enum document_type type = batch ? type_at(dash + 1 + batch, &length) : DOCUMENT_OTHER;
		if (type == DOCUMENT_OTHER)
			continue;
		*id_out = (struct history_id){
			.created_by = created_by,
			.created_by_length = (size_t)(dash - created_by),
			.batch = strtoll(dash + 1, NULL, 10),
			.data_type = type,
			.rest = dash + 1 + batch + length,
		};
		id_out->timestamp_ms = timestamp_at_end(id_out->rest);
		return true;
	}
	return false;
}

bool history_id_is_of(const struct history_id *id, enum document_type type, const char *data_id)
{
	size_t length = strlen(data_id);

	return id->data_type == type && strncmp(id->rest, data_id, length) == 0 && id->rest[length] == '-';
}
