/* Reads: any bytes as a form, as a Cookie header, as a Host header, and as words in a page. Holds: a form's names and values are whole
 * texts; a cookie's value is a piece of its header; what is escaped cannot be markup, and is UTF-8. */
#include "tests/fuzz/fuzz.h"
#include "web/cookie.h"
#include "web/form.h"
#include "web/host.h"
#include "web/html.h"

static void must_be_a_form(const char *words, size_t length)
{
	struct web_form form = {0};

	if (!web_form_read(words, length, &form)) {
		must(form.count == 0);
		return;
	}
	must(form.count <= WEB_FORM_FIELDS_MOST);
	for (size_t i = 0; i < form.count; i++) {
		const char *name = form.fields[i].name, *value = form.fields[i].value;
		must(text_is_utf8(name, strlen(name)) && text_is_utf8(value, strlen(value)));
		must(strlen(name) + strlen(value) <= length);
		const char *found = web_form_value(&form, name);
		must(!found || found == value);
	}
	web_form_done(&form);
}

static void must_be_a_cookie(const char *words)
{
	char value[16];

	if (web_cookie_find(words, "s", value, sizeof value))
		must(value[0] && strlen(value) < sizeof value && strstr(words, value) && !strchr(value, ';'));
	else
		must(value[0] == '\0');
}

static void must_be_no_markup(const char *words)
{
	struct text text = {0};

	html_add(&text, words);
	const char *escaped = text_or_empty(&text);
	must(!strpbrk(escaped, "<>\"'"));
	must(text_is_utf8(escaped, strlen(escaped)));
	text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped_text words = own_copy_bytes((const char *)bytes, length);

	must_be_a_form((const char *)bytes, length);
	must_be_a_cookie(words);
	must_be_no_markup(words);
	if (web_host_is_ours(words, "a.example"))
		must(!strpbrk(words, " /@,\r\n"));
	return 0;
}
