/* Ids of Airtable bases, as people copy them out of addresses. */
#pragma once

#include <stdbool.h>

/* "app" and letters and digits, 14 of them as far as anybody has seen: Airtable calls its ids opaque, so longer ones may come.
 * It goes into addresses and names of settings: nothing else is let in. */
bool base_id_fits(const char *id);
