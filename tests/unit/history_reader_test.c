/* The history of a database: how many calls and bodies it takes to show a part of a batch. */
#include "base/text.h"
#include "bridge/review/history_reader.h"
#include "tests/fakes/http_server.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it wants declared */
#include <cmocka.h>

#define ENTRIES 1000  /* of the one batch that there is */
#define FIRST   10000 /* the number behind which those of the items begin */
#define BATCH   1700000000000

struct world {
	struct fake_server *server;
	struct http *http;
	struct couch_client *couch;
	pthread_mutex_t lock;
	size_t id_requests, body_requests, bodies;
};

static size_t number_behind(const char *words, const char *name, size_t otherwise)
{
	const char *found = strstr(words, name);

	return found ? strtoul(found + strlen(name), NULL, 10) : otherwise;
}

/* _all_docs of the batch: rows from behind the one that the start key names. */
static void answer(void *context, struct fake_request *request)
{
	struct world *world = context;
	const char *start = strstr(request->target, "startkey=");
	size_t limit = number_behind(request->target, "limit=", 0);
	size_t first = start ? number_behind(start, "-item-i", FIRST) - FIRST : 0;
	bool bodies = strstr(request->target, "include_docs=true");
	struct text rows = {0};
	size_t count = 0;

	for (; count < limit && first + count < ENTRIES; count++) {
		scoped_text id = own_format("zzd-history-me-%lld-item-i%zu-item_updated-1700000000001-0001",
					    (long long)BATCH, FIRST + first + count + 1);
		text_format(&rows, "%s{\"id\":\"%s\",\"key\":\"%s\",\"value\":{\"rev\":\"1-a\"}",
			    count ? "," : "", id, id);
		if (bodies)
			text_format(&rows, ",\"doc\":{\"_id\":\"%s\",\"_rev\":\"1-a\"}", id);
		text_add(&rows, "}");
	}
	scoped_text body = own_format("{\"total_rows\":1,\"offset\":0,\"rows\":[%s]}", text_or_empty(&rows));
	text_done(&rows);
	pthread_mutex_lock(&world->lock);
	world->id_requests += !bodies;
	world->body_requests += bodies;
	world->bodies += bodies ? count : 0;
	pthread_mutex_unlock(&world->lock);
	fake_answer(request, 200, "Content-Type: application/json\r\n", body);
}

static void world_open(struct world *world)
{
	*world = (struct world){0};
	pthread_mutex_init(&world->lock, NULL);
	world->server = fake_server_open(answer, world);
	world->http = http_open("davenport-test");
	world->couch =
		couch_client_open(world->http, &(struct couch_address){.url = fake_server_url(world->server),
								       .user = "ann",
								       .password = "not-for-logs",
								       .database = "db"});
}

static void world_close(struct world *world)
{
	couch_client_close(&world->couch);
	http_close(&world->http);
	fake_server_close(&world->server);
	pthread_mutex_destroy(&world->lock);
}

static bool count_one(void *context, struct json_object *entry, struct error *error)
{
	size_t *count = context;

	(void)entry;
	(void)error;
	++*count;
	return true;
}

static const struct archive_case {
	const char *name;
	const char *created_by;
	size_t most, visited;
	bool more;
	size_t id_requests, body_requests, bodies;
} cases[] = {
	{"one of many", "me", 1, 1, true, 0, 1, 2},
	{"a page", "me", 199, 199, true, 0, 1, 200},
	{"more than a page", "me", 250, 250, true, 0, 2, 400},
	{"all but one", "me", ENTRIES - 1, ENTRIES - 1, true, 0, 5, ENTRIES},
	{"as many as there are", "me", ENTRIES, ENTRIES, false, 0, 6, ENTRIES},
	{"more than there are", "me", 5000, ENTRIES, false, 0, 6, ENTRIES},
	{"everybody's, of whom the _ids tell", NULL, 1, 1, true, 1, 1, 2},
};

static void no_more_is_read_than_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		const struct archive_case *one = &cases[i];
		struct world world;
		struct error error = {0};
		size_t visited = 0;
		bool more = false;
		world_open(&world);
		const struct history_wish wish = {one->created_by, BATCH, one->most};
		bool good = history_read_batch(world.couch, &wish, count_one, &visited, &more, &error);
		if (!good || visited != one->visited || more != one->more ||
		    world.id_requests != one->id_requests || world.body_requests != one->body_requests ||
		    world.bodies != one->bodies)
			fail_msg("%s: %s: %zu visited, more %d, %zu requests of ids, %zu of bodies, %zu "
				 "bodies",
				 one->name, error.text, visited, more, world.id_requests, world.body_requests,
				 world.bodies);
		world_close(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_is_read_than_is_shown),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
