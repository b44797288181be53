/* What strangers send as words: escaped in pages, read out of forms, cookies and Host headers. */
#include "tests/unit/cases.h"
#include "web/cookie.h"
#include "web/form.h"
#include "web/host.h"
#include "web/html.h"

#include <string.h>

/* ---- HTML ---- */

static const struct escape_case {
	const char *sentence, *words, *escaped;
} escape_cases[] = {
	{"plain words stay", "Desk lamp, 工具箱 🔋", "Desk lamp, 工具箱 🔋"},
	{"markup is none", "<img src=x onerror=\"a()\">", "&lt;img src=x onerror=&quot;a()&quot;&gt;"},
	{"an attribute in single quotes is not left", "' onclick='a()", "&#39; onclick=&#39;a()"},
	{"an entity stays the words that it is", "&lt;b&gt; & more", "&amp;lt;b&amp;gt; &amp; more"},
	{"line breaks and tabs stay", "a\tb\r\nc", "a\tb\r\nc"},
	{"control characters go", "a\x01\x1b[31mb\x7f", "a\xEF\xBF\xBD\xEF\xBF\xBD[31mb\xEF\xBF\xBD"},
	{"late control characters go",
	 "a\xC2\x9B"
	 "b",
	 "a\xEF\xBF\xBD"
	 "b"},
	{"what is no UTF-8 goes, a byte at a time",
	 "a\xC0\xBC"
	 "b\xFF",
	 "a\xEF\xBF\xBD\xEF\xBF\xBD"
	 "b\xEF\xBF\xBD"},
	{"a cut character at the end goes", "a\xE5\xB7", "a\xEF\xBF\xBD\xEF\xBF\xBD"},
	{"nothing gives nothing", NULL, ""},
};

static void check_escape(void **state)
{
	const struct escape_case *row = *state;
	struct text text = {0};

	html_add(&text, row->words);
	assert_string_equal(text_or_empty(&text), row->escaped);
	text_done(&text);
}

static void check_format(void **state)
{
	struct text text = {0};

	(void)state;
	html_format(&text, "<p title=\"%s\">%d of %zu, %lld %%</p>", "\"<", -1, (size_t)2, 3LL);
	assert_string_equal(text_or_empty(&text), "<p title=\"&quot;&lt;\">-1 of 2, 3 %</p>");
	text_done(&text);
}

/* ---- forms ---- */

static const struct form_case {
	const char *sentence, *words;
	const char *value; /* of "a", or NULL */
	bool is_refused;
} form_cases[] = {
	{"a value", "a=b", "b", false},
	{"one of several", "x=1&a=b&y=2", "b", false},
	{"an empty value", "a=", "", false},
	{"a name without a value", "a", "", false},
	{"another name", "aa=b&A=c", NULL, false},
	{"nothing at all", "", NULL, false},
	{"empty places between", "&&a=b&", "b", false},
	{"a plus is a blank, an encoded one is a plus", "a=b+c%2Bd", "b c+d", false},
	{"encoded letters, in the name too", "%61=%e5%b7%a5", "工", false},
	{"an encoded sign divides nothing", "a=b%26c%3Dd", "b&c=d", false},
	{"a sign in the value", "a=b=c", "b=c", false},
	{"twice the same name is none", "a=b&a=c", NULL, false},
	{"a percent sign alone", "a=%", NULL, true},
	{"a percent sign with one digit", "a=%4", NULL, true},
	{"a percent sign with no digits", "a=%zz", NULL, true},
	{"an encoded NUL", "a=b%00c", NULL, true},
	{"what is no UTF-8", "a=%ff", NULL, true},
	{"an overlong slash", "a=%c0%af", NULL, true},
	{"as many fields as there may be",
	 "1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17&18&19&20&21&22&23&24&25&26&27&28&29&30&31&a=b", "b",
	 false},
	{"one field too many",
	 "1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17&18&19&20&21&22&23&24&25&26&27&28&29&30&31&32&a=b", NULL,
	 true},
};

static void check_form(void **state)
{
	const struct form_case *row = *state;
	struct web_form form = {0};

	assert_int_equal(web_form_read(row->words, strlen(row->words), &form), !row->is_refused);
	const char *value = web_form_value(&form, "a");
	if (row->value) {
		assert_non_null(value);
		assert_string_equal(value, row->value);
	} else {
		assert_null(value);
	}
	web_form_done(&form);
}

static void check_form_of_bytes(void **state)
{
	struct web_form form = {0};

	(void)state;
	assert_false(web_form_read("a=b\0c", 5, &form));
	assert_int_equal(form.count, 0);
}

/* ---- cookies ---- */

static const struct cookie_case {
	const char *sentence, *header;
	const char *value; /* of "s", "" */
} cookie_cases[] = {
	{"alone", "s=abc", "abc"},
	{"among others", "a=1; s=abc; b=2", "abc"},
	{"without blanks between", "a=1;s=abc;b=2", "abc"},
	{"with a blank behind", "s=abc ; b=2", "abc"},
	{"a name that ends so", "ss=abc", ""},
	{"a name that begins so", "s2=abc", ""},
	{"in the value of another", "a=s=abc", ""},
	{"with a blank in its name", "s =abc", ""},
	{"of another case", "S=abc", ""},
	{"empty", "s=", ""},
	{"too long for its place", "s=abcdefgh", ""},
	{"just fitting", "s=abcdefg", "abcdefg"},
	{"twice: which of them is ours is not known", "s=abc; s=def", ""},
	{"twice, the first too long", "s=abcdefghi; s=def", ""},
	{"no value at all", "s", ""},
	{"none", "", ""},
	{"no header", NULL, ""},
};

static void check_cookie(void **state)
{
	const struct cookie_case *row = *state;
	char value[8] = "before";

	assert_int_equal(web_cookie_find(row->header, "s", value, sizeof(value)), row->value[0] != '\0');
	assert_string_equal(value, row->value);
}

/* ---- hosts ---- */

static const struct host_case {
	const char *sentence, *header;
	bool is_ours;
} host_cases[] = {
	{"an address", "127.0.0.1", true},
	{"an address with a port", "192.0.2.7:8791", true},
	{"an IPv6 address", "[::1]:8791", true},
	{"localhost", "localhost", true},
	{"localhost with a port", "LocalHost:8791", true},
	{"a name of the list", "davenport.example", true},
	{"another name of the list, with a port", "inventory.lan:443", true},
	{"in capitals, with a full stop", "Inventory.LAN.", true},
	{"a stranger's name", "evil.example", false},
	{"a name within localhost", "evil.localhost", false},
	{"a name that begins so", "localhost.evil.example", false},
	{"a name that ends so", "evil.davenport.example", false},
	{"a listed name with another before it", "xinventory.lan", false},
	{"two names of the list as one", "davenport.example,inventory.lan", false},
	{"an address with something behind", "127.0.0.1.evil.example", false},
	{"a number that some take for an address", "2130706433", false},
	{"a short address", "127.1", false},
	{"a user before it", "localhost@evil.example", false},
	{"a port that is none", "localhost:80a", false},
	{"a port without digits", "localhost:", false},
	{"a port alone", ":80", false},
	{"a blank behind", "localhost ", false},
	{"empty", "", false},
	{"none", NULL, false},
};

static void check_host(void **state)
{
	const struct host_case *row = *state;

	assert_int_equal(web_host_is_ours(row->header, "davenport.example,inventory.lan"), row->is_ours);
	assert_false(web_host_is_ours("davenport.example", ""));
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, escape_cases, check_escape);
	cases_add(&cases, own_copy("markup has places for words and numbers"), check_format, NULL);
	cases_add_table(&cases, form_cases, check_form);
	cases_add(&cases, own_copy("a form with a NUL is none"), check_form_of_bytes, NULL);
	cases_add_table(&cases, cookie_cases, check_cookie);
	cases_add_table(&cases, host_cases, check_host);
	return cases_run("words of strangers", &cases);
}
