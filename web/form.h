/* What a form or the end of an address says: "name=value&name=value", percent-encoded. */
#pragma once
#include "base/own.h"
#include <stdbool.h>
#include <stddef.h>

#define WEB_FORM_FIELDS_MOST 32

struct web_form {
	size_t count;
	struct web_form_field {
		char *name, *value; /* owned */
	} fields[WEB_FORM_FIELDS_MOST];
};

/* False, with nothing kept: too many fields, a '%' without two digits behind it, a NUL, or what is no UTF-8. */
must_use bool web_form_read(const char *words, size_t length, struct web_form *form_out);
/* NULL: there is none of that name, or there are several, which two readers could take for different ones. */
const char *web_form_value(const struct web_form *form, const char *name);
void web_form_done(struct web_form *form);
