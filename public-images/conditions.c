#include "public-images/conditions.h"
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* A list of tags, or "*". Compared weakly, as RFC 9110 wants it here: a "W/" before a tag does not count. */
static bool names_tag(const char *list, const char *etag)
{
	size_t length = strlen(etag);

	while (*list) {
		list += strspn(list, " \t,");
		if (*list == '*')
			return true;
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		const char *end = *list == '"' ? strchr(list + 1, '"') : NULL;
		if (!end)
			return false;
		if ((size_t)(end + 1 - list) == length && memcmp(list, etag, length) == 0)
			return true;
		list = end + 1;
	}
	return false;
}

/* Digits; a number beyond 64 bits is the highest. False: there are none. */
static bool take_number(const char **at, uint64_t *number_out)
{
	uint64_t number = 0;
	const char *begin = *at;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		uint64_t digit = (uint64_t)(**at - '0');
		number = number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : number * 10 + digit;
	}
	*number_out = number;
	return *at > begin;
}

struct asked {
	bool has_first, has_last;
	uint64_t first, last;
};

/* "bytes=first-last", "bytes=first-", "bytes=-count" (last is the count then) */
static bool read_range(const char *words, struct asked *asked_out)
{
	struct asked asked = {0};

	words += strspn(words, BLANKS);
	if (strncasecmp(words, "bytes=", 6) != 0)
		return false;
	words += 6 + strspn(words + 6, BLANKS);
	asked.has_first = take_number(&words, &asked.first);
	if (*words++ != '-')
		return false;
	asked.has_last = take_number(&words, &asked.last);
	words += strspn(words, BLANKS);
	if (*words || (!asked.has_first && !asked.has_last) ||
	    (asked.has_first && asked.has_last && asked.last < asked.first))
		return false;
	*asked_out = asked;
	return true;
}

static struct image_part cut(const struct asked *asked, uint64_t size)
{
	uint64_t first = asked->first;
	uint64_t last = asked->has_last && asked->last < size ? asked->last : size - 1;

	if (!asked->has_first) {
		first = asked->last < size ? size - asked->last : 0;
		last = size - 1;
		if (asked->last == 0)
			first = size;
	}
	if (first >= size)
		return (struct image_part){.status = 416};
	return (struct image_part){.status = 206, .first = first, .length = last - first + 1};
}

struct image_part image_part_wanted(const struct image_conditions *conditions, const char *etag,
				    uint64_t size)
{
	struct asked asked;

	if (conditions->if_none_match && names_tag(conditions->if_none_match, etag))
		return (struct image_part){.status = 304};
	/* A date cannot be equal to a tag, and then all is sent. */
	bool same = !conditions->if_range || strcmp(conditions->if_range, etag) == 0;
	if (!conditions->range || !same || !read_range(conditions->range, &asked))
		return (struct image_part){.status = 200, .length = size};
	return cut(&asked, size);
}
