/* From a terminal it is asked for twice, unseen; else the first line of stdin is it. */
#include "bridge/cli/command_password.h"

#include "base/json.h"
#include "bridge/cli/command_databases.h"
#include "web/password.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LINE_SIZE (PASSWORD_MOST + 2) /* its line's end and the NUL: what is longer is seen to be */

/* Without the end of the line. */
static bool read_line(char line_out[LINE_SIZE], struct error *error)
{
	if (!fgets(line_out, LINE_SIZE, stdin))
		return error_set(error, ERROR_REFUSED, "no password came");
	line_out[strcspn(line_out, "\r\n")] = '\0';
	return true;
}

static bool ask(const char *words, char line_out[LINE_SIZE], struct error *error)
{
	struct termios shown, hidden;

	fprintf(stderr, "%s: ", words);
	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return error_set(error, ERROR_FATAL,
				 "the terminal cannot hide what is typed: give the password on stdin");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	bool good = read_line(line_out, error);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fprintf(stderr, "\n");
	return good;
}

static bool ask_twice(char password_out[LINE_SIZE], struct error *error)
{
	char again[LINE_SIZE];

	bool good = ask("Password for the admin pages", password_out, error) &&
		    ask("The same again", again, error);
	bool same = good && strcmp(password_out, again) == 0;
	sodium_memzero(again, sizeof again);
	return good && (same || error_set(error, ERROR_REFUSED, "these were two different passwords"));
}

static bool make_hash(char hash_out[PASSWORD_HASH_SIZE], struct error *error)
{
	char password[LINE_SIZE] = "";

	bool good = isatty(STDIN_FILENO) ? ask_twice(password, error) : read_line(password, error);
	good = good && password_hash(password, hash_out, error);
	sodium_memzero(password, sizeof password);
	return good;
}

int password_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	char hash[PASSWORD_HASH_SIZE];
	struct error error = {0};

	(void)settings;
	bool good = make_hash(hash, &error);
	int status = good ? EXIT_DONE : command_fails(&error, answer);
	if (good)
		json_put_text(answer, "hash", hash);
	if (options->json)
		command_prints(answer);
	else if (good)
		printf("%s\n", hash);
	return status;
}
