#include "sandbox/options.h"
#include "base/log.h"
#include "base/settings.h"
#include "sandbox/save.h"
#include "sandbox/template.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE_LIMIT 16

struct reading {
	struct sandbox *sandbox;
	const char *load_file;
	size_t template_count;
	const char *templates[TEMPLATE_LIMIT];
	bool seeded, help;
	int64_t seed;
};

static bool refuse(struct error *error, const char *value)
{
	return error_set(error, ERROR_FATAL, "\"%s\" will not do", value);
}

static bool whole_number(const char *value, int64_t most, int64_t *number_out, struct error *error)
{
	char *end;
	long long number = strtoll(value, &end, 10);

	if (!*value || *end || number < 0 || number > most)
		return refuse(error, value);
	*number_out = number;
	return true;
}

static void keep(char **place, const char *value)
{
	free(*place);
	*place = own_copy(value);
}

static bool set_port(struct reading *reading, const char *value, struct error *error)
{
	int64_t port = 0;

	if (!whole_number(value, 65535, &port, error))
		return false;
	reading->sandbox->options.port = (int)port;
	return true;
}

/* An address, or address:port. */
static bool set_listen(struct reading *reading, const char *value, struct error *error)
{
	struct sandbox_options *options = &reading->sandbox->options;
	const char *colon = strchr(value, ':');
	char host[64];

	if (!colon || (*value != '[' && strchr(colon + 1, ':'))) {
		keep(&options->listen, value);
		return true;
	}
	if (!setting_value_listen(value, host, sizeof(host), &options->port, error))
		return false;
	keep(&options->listen, host);
	return true;
}

static bool set_load(struct reading *reading, const char *value, struct error *error)
{
	(void)error;
	reading->load_file = value;
	return true;
}

static bool set_template(struct reading *reading, const char *value, struct error *error)
{
	if (reading->template_count == TEMPLATE_LIMIT || !*value || strpbrk(value, "/?#% "))
		return refuse(error, value);
	reading->templates[reading->template_count++] = value;
	return true;
}

static bool set_save(struct reading *reading, const char *value, struct error *error)
{
	(void)error;
	keep(&reading->sandbox->options.save_file, value);
	return true;
}

static bool set_save_always(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->options.save_always = true;
	return true;
}

static bool set_rate(struct reading *reading, const char *value, struct error *error)
{
	struct sandbox *sandbox = reading->sandbox;
	char *end = NULL;
	double rate = strcmp(value, "on") == 0 ? 1 : strcmp(value, "off") == 0 ? 0 : strtod(value, &end);

	if ((end && (*end || end == value)) || !sandbox_rate_fits(rate))
		return refuse(error, value);
	sandbox->options.rate = rate;
	sandbox_limits_set(&sandbox->limits, rate);
	return true;
}

static bool set_latency(struct reading *reading, const char *value, struct error *error)
{
	return whole_number(value, SANDBOX_LATENCY_LIMIT_MS, &reading->sandbox->options.latency_ms, error);
}

/* TOKEN or TOKEN=app…,app… */
static bool set_token(struct reading *reading, const char *value, struct error *error)
{
	struct sandbox_options *options = &reading->sandbox->options;
	const char *equals = strchr(value, '=');

	if (options->token_count == SANDBOX_TOKEN_LIMIT || !*value || equals == value)
		return error_set(error, ERROR_FATAL, "a token is empty, or they are too many");
	struct sandbox_token *token = &options->tokens[options->token_count++];
	token->token = equals ? own_copy_bytes(value, (size_t)(equals - value)) : own_copy(value);
	token->bases = equals ? own_copy(equals + 1) : NULL;
	return true;
}

static bool set_seed(struct reading *reading, const char *value, struct error *error)
{
	reading->seeded = true;
	return whole_number(value, INT64_MAX, &reading->seed, error);
}

static bool set_iterator(struct reading *reading, const char *value, struct error *error)
{
	return whole_number(value, 86400000, &reading->sandbox->options.iterator_ms, error);
}

static bool set_body_limit(struct reading *reading, const char *value, struct error *error)
{
	int64_t limit = 0;

	if (!whole_number(value, 1 << 30, &limit, error))
		return false;
	reading->sandbox->options.body_limit = (size_t)limit;
	return true;
}

static bool set_bump(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->store->bump_equal = true;
	return true;
}

static bool set_fresh(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->store->fresh_unmodified = true;
	return true;
}

static bool set_quoted(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->store->quoted_refusals = true;
	return true;
}

static bool set_times(struct reading *reading, const char *value, struct error *error)
{
	return sandbox_times_of_name(value, &reading->sandbox->store->times) || refuse(error, value);
}

static bool set_keep_text(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->store->keep_text = true;
	return true;
}

static bool set_fetch(struct reading *reading, const char *value, struct error *error)
{
	bool on = strcmp(value, "on") == 0;

	reading->sandbox->options.fetch = on;
	return on || strcmp(value, "off") == 0 || refuse(error, value);
}

static bool set_kill(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->options.allow_kill = true;
	return true;
}

static bool set_published(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->sandbox->options.published = true;
	return true;
}

static bool set_log(struct reading *reading, const char *value, struct error *error)
{
	enum log_level level;

	(void)reading;
	if (!log_level_from_name(value, &level))
		return refuse(error, value);
	log_set_level(level);
	return true;
}

static bool set_help(struct reading *reading, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	reading->help = true;
	return true;
}

static const struct option {
	const char *name, *value; /* value NULL: takes none */
	bool (*set)(struct reading *reading, const char *value, struct error *error);
	const char *words;
} options[] = {
	{"--port", "PORT", set_port, "where to listen (8792); 0 takes a free one"},
	{"--listen", "ADDRESS", set_listen, "on which address (127.0.0.1), also as address:port"},
	{"--template", "BASE", set_template,
	 "an empty base of that id, with the Inventory app's tables; repeatable"},
	{"--load", "FILE", set_load, "bases and rows from a file that --save wrote"},
	{"--save", "FILE", set_save, "write all there at the end"},
	{"--save-always", NULL, set_save_always, "and within a second of each change"},
	{"--rate", "on|off|SCALE", set_rate,
	 "the rate limit: 5 a second, then 30 s of 429; 10 is ten times as fast"},
	{"--latency", "MS", set_latency, "each answer takes so long; what it does is done at its end"},
	{"--token", "TOKEN[=BASE,…]", set_token,
	 "let in this token (any that begins with pat), for these bases; repeatable"},
	{"--seed", "N", set_seed, "new ids follow from this number"},
	{"--iterator", "MS", set_iterator, "how long a listing can be continued (300000)"},
	{"--body-limit", "BYTES", set_body_limit, "of a request (1048576), else 413"},
	{"--bump-equal", NULL, set_bump, "writing an equal value counts as a modification"},
	{"--fresh-unmodified", NULL, set_fresh, "a new row has no modified time before its first edit"},
	{"--quoted-refusals", NULL, set_quoted, "a refused value is always told with its field in quotes"},
	{"--times", "rounded|cut|exact", set_times,
	 "created and modified times: to the nearest second, to the second that began, or exact"},
	{"--keep-text", NULL, set_keep_text, "texts are stored as they are given, not normalised"},
	{"--fetch", "on|off", set_fetch,
	 "attached files are fetched from the addresses that are given (on), or stay as given"},
	{"--allow-kill", NULL, set_kill, "the fault \"kill\" may end processes"},
	{"--published", NULL, set_published,
	 "in a container whose port this machine alone reaches: its page is for all that name it localhost"},
	{"--log", "LEVEL", set_log, "debug shows every request"},
	{"--help", NULL, set_help, "this"},
};

void sandbox_options_help(struct text *text)
{
	text_add(text, "airtable-sandbox: an Airtable to play with, on this machine\n\n");
	for (size_t i = 0; i < countof(options); i++) {
		scoped_text name =
			own_format("%s %s", options[i].name, options[i].value ? options[i].value : "");
		text_format(text, "  %-26s %s\n", name, options[i].words);
	}
	text_add(text, "\nIts page is at /, its API below /v0/, its controls below /_sandbox/ "
		       "(sandbox/control.h).\n");
}

static bool read_one(struct reading *reading, int count, char **words, int *at, struct error *error)
{
	const char *word = words[(*at)++];

	for (size_t i = 0; i < countof(options); i++) {
		size_t length = strlen(options[i].name);
		if (strncmp(options[i].name, word, length) != 0 || (word[length] && word[length] != '='))
			continue;
		const char *value = word[length] ? word + length + 1 : NULL;
		if (!options[i].value && value)
			return error_set(error, ERROR_FATAL, "%s takes no value", options[i].name);
		if (options[i].value && !value && *at == count)
			return error_set(error, ERROR_FATAL, "%s needs a value", options[i].name);
		if (options[i].value && !value)
			value = words[(*at)++];
		return options[i].set(reading, value, error) ? true
							     : error_wrap(error, "%s", options[i].name);
	}
	return error_set(error, ERROR_FATAL, "there is no option \"%s\"; see --help", word);
}

/* After all options: ids follow from the seed, and differ from those of what was loaded. */
static bool fill(struct reading *reading, struct error *error)
{
	struct sandbox *sandbox = reading->sandbox;
	int64_t now_ms = sandbox_clock_now(&sandbox->clock);
	struct sandbox_store *store = NULL;

	if (reading->load_file) {
		if (!sandbox_store_load(reading->load_file, now_ms, &store, error))
			return false;
		sandbox_take_store(sandbox, store);
		sandbox_trim();
	}
	if (reading->seeded)
		sandbox_store_seed(sandbox->store, (uint64_t)reading->seed ^ sandbox->store->version);
	sandbox->store->now_ms = now_ms;
	for (size_t i = 0; i < reading->template_count; i++) {
		if (!sandbox_find_base(sandbox->store, reading->templates[i]))
			sandbox_add_template(sandbox->store, reading->templates[i]);
	}
	return true;
}

bool sandbox_options_read(struct sandbox *sandbox, int count, char **words, enum sandbox_command *command_out,
			  struct error *error)
{
	struct reading reading = {.sandbox = sandbox};

	sandbox->options.port = SANDBOX_PORT;
	for (int at = 1; at < count;) {
		if (!read_one(&reading, count, words, &at, error))
			return false;
	}
	*command_out = reading.help ? COMMAND_HELP : COMMAND_RUN;
	if (reading.help)
		return true;
	if (sandbox->options.save_always && !sandbox->options.save_file)
		return error_set(error, ERROR_FATAL, "--save-always needs --save");
	return fill(&reading, error);
}
