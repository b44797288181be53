/* Where a request ends. Before us may stand a proxy that reads headers by other rules than libmicrohttpd: what the two could take
 * for different requests is refused, and the connection with it, so that nobody's request begins in the middle of another's. */
#pragma once
#include <microhttpd.h>

enum web_framing {
	WEB_FRAMING_PLAIN, /* it has no body */
	WEB_FRAMING_BODY,  /* it has one, or says so */
	WEB_FRAMING_UNCLEAR, /* a blank in a header's name, a header over two lines, two lengths, a control character */
};

/* Of the request whose headers are there. */
enum web_framing web_framing_of(struct MHD_Connection *connection);
