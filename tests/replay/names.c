#include "inventory/document.h"
#include "tests/replay/play.h"

#include "tests/worlds/world_schema.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void made_from(enum table table, const char *record_id, char id_out[37])
{
	struct json_object *model = json_at(world_schema(), table);
	const char *words[] = {REPLAY_BASE, json_text_or(model, "id", ""), record_id};

	document_id_from(words, countof(words), id_out);
}

void names_add(struct names *names, enum table table, const char *world, const char *server)
{
	assert(names->count < NAMES_MOST);
	struct name *name = &names->list[names->count++];
	name->table = table;
	snprintf(name->world, sizeof name->world, "%s", world);
	snprintf(name->server, sizeof name->server, "%s", server);
	made_from(table, world, name->world_id);
	made_from(table, server, name->server_id);
}

void names_swap(struct name *a, struct name *b)
{
	struct name former = *a;

	memcpy(a->server, b->server, sizeof a->server);
	memcpy(a->server_id, b->server_id, sizeof a->server_id);
	memcpy(b->server, former.server, sizeof b->server);
	memcpy(b->server_id, former.server_id, sizeof b->server_id);
}

const char *names_server_row(const struct names *names, const char *world_row)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i].world, world_row) == 0)
			return names->list[i].server;
	return NULL;
}

bool names_has_server_row(const struct names *names, const char *server_row)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i].server, server_row) == 0)
			return true;
	return false;
}

/* What stands at 'at' is one of the names: its length, and what to say instead. */
static size_t name_at(const struct names *names, const char *at, bool to_server, const char **instead_out)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct name *name = &names->list[i];
		const char *from[] = {to_server ? name->world : name->server,
				      to_server ? name->world_id : name->server_id};
		const char *into[] = {to_server ? name->server : name->world,
				      to_server ? name->server_id : name->world_id};
		for (size_t k = 0; k < countof(from); k++)
			if (strncmp(at, from[k], strlen(from[k])) == 0) {
				*instead_out = into[k];
				return strlen(from[k]);
			}
	}
	return 0;
}

static char *translated(const struct names *names, const char *words, bool to_server)
{
	struct text text = {0};

	while (*words) {
		const char *instead = NULL;
		size_t length = name_at(names, words, to_server, &instead);
		if (instead)
			text_add(&text, instead);
		else
			text_add_bytes(&text, words, length = 1);
		words += length;
	}
	return text_take(&text);
}

static struct json_object *translate(const struct names *names, struct json_object *json, bool to_server)
{
	scoped_text before = json_write(json);
	scoped_text after = translated(names, before, to_server);
	struct json_object *copy = NULL;
	struct error error;
	bool ok = json_read(after, strlen(after), &copy, NULL, &error);

	assert(ok);
	(void)ok;
	return copy;
}

struct json_object *names_to_server(const struct names *names, struct json_object *json)
{
	return translate(names, json, true);
}

struct json_object *names_to_world(const struct names *names, struct json_object *json)
{
	return translate(names, json, false);
}

char *names_word_to_server(const struct names *names, const char *word)
{
	return translated(names, word, true);
}
