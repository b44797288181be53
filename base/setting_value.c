/* Each check changes the text to what is kept, or says what is wrong. */
#include "base/setting_value.h"
#include "base/log.h"
#include "base/own.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_WORD_LEAST = 32 }; /* a word of a secret of several lines that is itself one */

/* ---- what a file for another program, or a shell, leaves in a value ---- */

/* Docker's --env-file and systemd's EnvironmentFile= take a line's whole rest for the value. */
static bool has_comment(const char *value)
{
	return strstr(value, " #") || strstr(value, "\t#");
}

static bool is_quoted(const char *value)
{
	size_t length = strlen(value);

	return length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value;
}

const char *setting_value_complaint(const char *value)
{
	if (has_comment(value))
		return "has a comment behind it, which belongs to the value: put the comment on a line of "
		       "its own";
	return is_quoted(value) ? "has quotes around it, which belong to the value: leave them out" : NULL;
}

/* ---- texts ---- */

static const char *check_text(char *value)
{
	return text_is_utf8(value, strlen(value)) ? NULL : "is no UTF-8";
}

/* Calls for each run of bytes between those of 'between'. */
static void each_piece(const char *words, const char *between, void (*use)(const char *piece))
{
	for (words += strspn(words, between); *words; words += strspn(words, between)) {
		size_t length = strcspn(words, between);
		scoped_text piece = own_copy_bytes(words, length);
		use(piece);
		words += length;
	}
}

static void mask_word(const char *word)
{
	if (strlen(word) >= SECRET_WORD_LEAST)
		log_secret(word);
}

static void mask_line(const char *line)
{
	log_secret(line);
	each_piece(line, " \t", mask_word);
}

/* Line by line, as several keys may be given in one, and long words for themselves. */
static const char *check_secret(char *value)
{
	const char *complaint = check_text(value);

	if (complaint)
		return complaint;
	log_secret(value);
	each_piece(value, "\r\n", mask_line);
	return NULL;
}

/* It goes into a header: what no token has would be refused there, or come to another token. */
static const char *check_token(char *value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const char *complaint = check_secret(value);

	if (complaint)
		return complaint;
	for (const char *at = value; *at; at++) {
		if (*at == '\n' || *at == '\r')
			return "has a line break in it: a token is one line";
		if (*at == ' ' || *at == '\t')
			return "has a space in it, which no token has: give the token alone";
		if (!strchr(letters, *at) && !strchr(".-_~+/=", *at))
			return "has a character in it that no token has: letters, digits and . - _ ~ + / = "
			       "are "
			       "all";
	}
	return NULL;
}

/* ---- addresses ---- */

static const char *check_url(char *value)
{
	size_t scheme = strncmp(value, "https://", 8) == 0 ? 8 : strncmp(value, "http://", 7) == 0 ? 7 : 0;
	size_t length = strlen(value);

	if (scheme == 0)
		return "must begin with http:// or https://";
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at <= 0x20 || *at == 0x7F)
			return "has a space or a control character in it";
	if (strchr(value, '@'))
		return "must hold no user or password: they have settings of their own";
	if (strpbrk(value, "?#"))
		return "must have no '?' or '#'";
	if (value[scheme] == '/' || value[scheme] == ':' || value[scheme] == '\0')
		return "names no host";
	while (value[length - 1] == '/')
		value[--length] = '\0';
	return NULL;
}

bool setting_value_number(const char *value, int *number_out)
{
	char *end;

	if (!*value || strspn(value, "0123456789") != strlen(value) || strlen(value) > 10)
		return false;
	long long number = strtoll(value, &end, 10);
	if (number > INT_MAX)
		return false;
	*number_out = (int)number;
	return true;
}

/* A host of a listen text, without brackets: "::1" only came in them. */
static bool is_host(const char *host, bool bracketed)
{
	struct in6_addr address;

	if (bracketed)
		return inet_pton(AF_INET6, host, &address) == 1;
	return *host && !strpbrk(host, ": \t\r\n[]/@");
}

bool setting_value_listen(const char *listen, char *host_out, size_t host_size, int *port_out,
			  struct error *error)
{
	enum { PORT_MOST = 65535 };
	const char *colon = strrchr(listen, ':');
	int port;

	if (!colon || !setting_value_number(colon + 1, &port) || port > PORT_MOST)
		return error_set(error, ERROR_FATAL, "\"%.100s\" is no address:port", listen);
	size_t length = (size_t)(colon - listen);
	bool bracketed = length >= 2 && listen[0] == '[' && colon[-1] == ']';
	scoped_text host = own_copy_bytes(listen + bracketed, length - (bracketed ? 2 : 0));
	if (strlen(host) >= host_size || !is_host(host, bracketed))
		return error_set(error, ERROR_FATAL, "\"%.100s\" is no address:port", listen);
	memcpy(host_out, host, strlen(host) + 1);
	*port_out = port;
	return true;
}

static const char *check_listen(char *value)
{
	char host[64];
	int port;

	return setting_value_listen(value, host, sizeof(host), &port, NULL)
		       ? NULL
		       : "must be address:port, as 127.0.0.1:8791 or [::1]:8791";
}

/* ---- lists ---- */

/* "a, b ,c" is kept as "a,b,c". */
static const char *check_list(char *value)
{
	char *out = value;
	bool at_item = false;

	for (const char *in = value; *in; in++) {
		bool is_space = *in == ' ' || *in == '\t' || *in == '\r' || *in == '\n';
		if (is_space && (!at_item || in[1 + strspn(in + 1, " \t\r\n")] == ',' ||
				 in[1 + strspn(in + 1, " \t\r\n")] == '\0'))
			continue;
		if (*in == ',' && !at_item)
			return "has an empty place before a comma";
		at_item = *in != ',';
		*out++ = *in;
	}
	if (out > value && out[-1] == ',')
		return "ends with a comma";
	*out = '\0';
	return check_text(value);
}

/* ---- all ---- */

const char *setting_value_check(enum setting_type type, char *value)
{
	static const char *(*const checks[])(char *value) = {
		[SETTING_TEXT] = check_text, [SETTING_SECRET] = check_secret, [SETTING_TOKEN] = check_token,
		[SETTING_URL] = check_url,   [SETTING_LISTEN] = check_listen, [SETTING_LIST] = check_list,
	};
	/* A password may have anything in it. */
	const char *complaint = type == SETTING_SECRET ? NULL : setting_value_complaint(value);

	if (complaint && type == SETTING_TOKEN)
		log_secret(value);
	if (!*value || complaint)
		return complaint;
	return checks[type](value);
}
