#include "web/framing.h"
#include "base/own.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct framing {
	unsigned lengths;
	bool has_body, is_unclear;
};

/* RFC 9110, 5.6.2 */
static bool is_token(const char *words)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

	return words[0] != '\0' && words[strspn(words, letters)] == '\0';
}

static bool has_control(const char *words)
{
	for (; *words; words++)
		if (((unsigned char)*words < ' ' && *words != '\t') || *words == 0x7f)
			return true;
	return false;
}

/* libmicrohttpd puts the second line of a header behind its name: "Content-Length:" and " 5" come as "Content-Length5". */
static bool is_folded(const char *name)
{
	static const char *const telling[] = {MHD_HTTP_HEADER_CONTENT_LENGTH,
					      MHD_HTTP_HEADER_TRANSFER_ENCODING};

	for (size_t i = 0; i < countof(telling); i++) {
		size_t length = strlen(telling[i]);
		if (strncasecmp(name, telling[i], length) == 0 && name[length] != '\0')
			return true;
	}
	return false;
}

static enum MHD_Result look_at(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *framing = context;
	const char *words = value ? value : "";

	(void)kind;
	if (!is_token(name) || has_control(words) || is_folded(name))
		framing->is_unclear = true;
	if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0)
		framing->has_body = true;
	if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) != 0)
		return MHD_YES;
	framing->lengths++;
	if (strcmp(words, "0") != 0)
		framing->has_body = true;
	return MHD_YES;
}

enum web_framing web_framing_of(struct MHD_Connection *connection)
{
	struct framing framing = {0};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at, &framing);
	if (framing.is_unclear || framing.lengths > 1)
		return WEB_FRAMING_UNCLEAR;
	return framing.has_body ? WEB_FRAMING_BODY : WEB_FRAMING_PLAIN;
}
