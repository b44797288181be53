#include "base/settings_compare.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool same_family(const struct settings_family *one, const struct settings_family *other)
{
	bool same = one->count == other->count;

	for (size_t i = 0; same && i < one->count; i++) {
		const char *value = settings_family_get(other, one->members[i].name);
		same = value && strcmp(value, one->members[i].value) == 0;
	}
	return same;
}

static bool same(const struct setting *setting, const void *one, const void *other)
{
	const char *a = (const char *)one + setting->offset, *b = (const char *)other + setting->offset;

	if (setting_is_family(setting))
		return same_family((const void *)a, (const void *)b);
	if (setting_is_number(setting))
		return memcmp(a, b, sizeof(int)) == 0;
	return strcmp(*(char *const *)(const void *)a, *(char *const *)(const void *)b) == 0;
}

void settings_compare(const struct setting *table, size_t count, const void *one, const void *other,
		      void (*differs)(void *context, const char *name), void *context)
{
	for (size_t i = 0; i < count; i++)
		if (!same(&table[i], one, other))
			differs(context, table[i].name);
}

void settings_copy_one(const struct setting *table, size_t count, const char *name, const void *from,
		       void *to)
{
	const struct setting *setting = settings_owner(table, count, name);

	assert(setting && !setting_is_family(setting));
	const char *source = (const char *)from + setting->offset;
	char *target = (char *)to + setting->offset;
	if (setting_is_number(setting)) {
		memcpy(target, source, sizeof(int));
		return;
	}
	char **text = (char **)(void *)target;
	free(*text);
	*text = own_copy(*(char *const *)(const void *)source);
}
