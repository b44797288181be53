/* Where a redirect leads. */
#include "base/http_location.h"
#include "tests/unit/cases.h"

#include <string.h>

static const struct {
	const char *sentence, *url, *location, *found; /* found NULL: nowhere */
} redirects[] = {
	{"a complete address", "http://a.example/x", "https://b.example/y?z=1", "https://b.example/y?z=1"},
	{"a path", "http://a.example:81/x/y?z", "/w", "http://a.example:81/w"},
	{"a relative path", "http://a.example/x/y", "w", "http://a.example/x/w"},
	{"a path that climbs", "http://a.example/x/y/z", "../w", "http://a.example/x/w"},
	{"another host", "https://a.example/x", "//b.example/w", "https://b.example/w"},
	{"another query", "http://a.example/x?y", "?z", "http://a.example/x?z"},
	{"a fragment is left out", "http://a.example/x", "/w#top", "http://a.example/w"},
	{"another protocol", "http://a.example/x", "ftp://a.example/x", NULL},
	{"a file", "http://a.example/x", "file:///etc/passwd", NULL},
	{"data", "http://a.example/x", "data:text/plain,x", NULL},
	{"no host", "http://a.example/x", "http://", NULL},
};

static void check(void **state)
{
	const __typeof__(redirects[0]) *redirect = *state;
	scoped_text found = http_location(redirect->url, redirect->location);

	if (redirect->found)
		assert_string_equal(found, redirect->found);
	else
		assert_null(found);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, redirects, check);
	return cases_run("http location", &cases);
}
