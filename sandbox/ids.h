/* Ids as Airtable makes them: three letters that say of what, and 14 letters and digits. */
#pragma once
#include <stdbool.h>

#define SANDBOX_ID_SIZE 18 /* "rec" + 14 characters + NUL */

extern const char sandbox_id_letters[]; /* 62 */
/* Whether it has the shape of Airtable's: prefix and 14 letters and digits. */
bool sandbox_id_shaped(const char *id, const char *prefix);
