/* Reads: any bytes as a file of settings, with every type of setting, and as one "address:port". Holds: a refusal is a
 * sentence, and shows no secret; what is taken is complete. */
#define _GNU_SOURCE /* memfd_create(), memmem() */

#include "base/settings.h"
#include "base/log.h"
#include "base/settings_file.h"
#include "tests/fuzz/fuzz.h"
#include <sys/mman.h>
#include <unistd.h>

#define SECRET "kept-to-itself"

struct all {
	char *text, *secret, *token, *url, *listen, *list;
	int seconds, count;
	struct settings_family family;
};

static const struct setting table[] = {
	{"TEXT", SETTING_TEXT, offsetof(struct all, text), "usual", 0, 0, "words"},
	{"SECRET", SETTING_SECRET, offsetof(struct all, secret), NULL, 0, 0, "words"},
	{"TOKEN", SETTING_TOKEN, offsetof(struct all, token), NULL, 0, 0, "words"},
	{"URL", SETTING_URL, offsetof(struct all, url), "http://usual", 0, 0, "words"},
	{"LISTEN", SETTING_LISTEN, offsetof(struct all, listen), "127.0.0.1:80", 0, 0, "words"},
	{"LIST", SETTING_LIST, offsetof(struct all, list), NULL, 0, 0, "words"},
	{"SECONDS", SETTING_SECONDS, offsetof(struct all, seconds), "30", 1, 86400, "words"},
	{"COUNT", SETTING_COUNT, offsetof(struct all, count), "0", 0, 0, "words"},
	{"OF_*", SETTING_TEXT, offsetof(struct all, family), NULL, 0, 0, "words"},
};

static char path[64];

static void prepare(void)
{
	static int file = -1;

	if (file >= 0)
		return;
	file = memfd_create("settings", 0);
	must(file >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	setenv("CONFIG", path, 1);
	log_set_level(LOG_ERROR);
}

static void write_file(const uint8_t *bytes, size_t length)
{
	must(truncate(path, 0) == 0);
	FILE *file = fopen(path, "w");
	must(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

static void check_all(const struct all *all)
{
	char host[64];
	int port = 0;

	must(all->text && all->secret && all->token && all->url && all->list);
	must(!strpbrk(all->token, " \t\r\n\"#"));
	must(strncmp(all->url, "http://", 7) == 0 || strncmp(all->url, "https://", 8) == 0 || !all->url[0]);
	must(!all->url[0] || all->url[strlen(all->url) - 1] != '/');
	must(all->seconds >= 1 && all->seconds <= 86400 && all->count >= 0);
	must(!all->listen[0] || setting_value_listen(all->listen, host, sizeof(host), &port, NULL) &&
					port >= 0 && port <= 65535);
	for (size_t i = 0; i < all->family.count; i++)
		must(settings_family_get(&all->family, all->family.members[i].name));
}

/* In a line of its own: elsewhere, as in a path, the words are no secret. */
static bool sets_secret(const uint8_t *bytes, size_t length)
{
	static const char line[] = "\nSECRET=" SECRET;

	return memmem(bytes, length, line, strlen(line)) ||
	       (length >= strlen(line + 1) && memcmp(bytes, line + 1, strlen(line + 1)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct all all = {0};
	struct error error = {0};
	char host[64], *value = NULL;
	int port;

	prepare();
	write_file(bytes, length);
	if (settings_load(table, countof(table), "CONFIG", &all, &error)) {
		check_all(&all);
		settings_done(table, countof(table), &all);
	} else {
		must(error.kind == ERROR_FATAL && text_is_utf8(error.text, strlen(error.text)));
		must(!strstr(error.text, SECRET) || !sets_secret(bytes, length));
	}
	if (settings_value_read(path, &value, NULL)) {
		(void)!setting_value_listen(value, host, sizeof(host), &port, NULL);
		free(value);
	}
	return 0;
}
