/* An answer as libmicrohttpd sends it, with what every page has to say to the browser: it runs nothing but our own files, is shown in no
 * other page, is kept by nobody, and its address is told to no other server. */
#pragma once
#include "bridge/admin/exchange.h"
#include <microhttpd.h>

/* The caller destroys it. Takes the answer's body. */
struct MHD_Response *admin_response(struct admin_answer *answer);
/* What an answer says besides its body. */
void admin_response_add_headers(struct MHD_Response *response, const struct admin_answer *answer);
