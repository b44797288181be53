/* What is called otherwise on the servers than in the world that is played again: rows, and documents made from rows. */
#pragma once
#include "base/json.h"
#include "bridge/fields/field.h"

enum { NAMES_MOST = 64 };

struct name {
	enum table table;
	char world[20], server[20];       /* record ids */
	char world_id[37], server_id[37]; /* of the documents that are made from these rows */
};
struct names {
	size_t count;
	struct name list[NAMES_MOST];
};

void names_add(struct names *names, enum table table, const char *world, const char *server);
const char *names_server_row(const struct names *names, const char *world_row); /* or NULL */
bool names_has_server_row(const struct names *names, const char *server_row);
/* The two rows change names. */
void names_swap(struct name *a, struct name *b);
/* With every name in it, also within texts, as the other side has it. The caller puts. */
struct json_object *names_to_server(const struct names *names, struct json_object *json);
struct json_object *names_to_world(const struct names *names, struct json_object *json);
/* The same for one word; the caller frees. */
char *names_word_to_server(const struct names *names, const char *word);
