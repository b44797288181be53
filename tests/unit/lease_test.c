/* Who holds a lease, and what may leave: short stories of two processes, A and B, on a clock that moves only where they say so. */
#include "bridge/lease/lease.h"
#include "bridge/lease/lease_document.h"

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/cases.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the state database ---- */

static struct scene {
	int64_t steady_ms, wall_ms[2];
	struct json_object *document; /* owned */
	int revisions;
	bool no_database;
	/* Of the next write, or of all. */
	enum error_kind refusal;
	bool refuses_all, is_unanswered;
	int64_t arrives_after_ms, answers_after_ms;
	unsigned draws;
	struct process processes[2];
	bool gone[2];
	struct lease *leases[2];
	size_t acting;
	int writes; /* asked for */
} scene;

static int64_t steady_ms(void *context)
{
	(void)context;
	return scene.steady_ms;
}

static int64_t now_ms(void *context)
{
	(void)context;
	return scene.steady_ms + scene.wall_ms[scene.acting];
}

static void draw(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, (int)++scene.draws, length);
}

static bool read_document(void *self, const char *id, struct json_object **document_out, struct error *error)
{
	(void)self;
	assert_string_equal(id, "lease-w");
	if (scene.no_database)
		return error_set(error, ERROR_LOST, "no database");
	*document_out = scene.document ? json_copy(scene.document) : NULL;
	return true;
}

static bool put(const struct json_object *document, char rev_out[80])
{
	struct json_object *copy = json_copy((struct json_object *)(uintptr_t)document);

	snprintf(rev_out, 80, "%d-x", ++scene.revisions);
	json_put_text(copy, "_rev", rev_out);
	json_release(scene.document);
	scene.document = copy;
	return true;
}

static bool write_document(void *self, const char *id, struct json_object *document, char rev_out[80],
			   struct error *error)
{
	enum error_kind refusal = scene.refusal;
	bool is_unanswered = scene.is_unanswered;
	char revision[80];

	(void)self;
	scene.writes++;
	assert_string_equal(json_text_or(document, "_id", ""), id);
	scene.steady_ms += scene.arrives_after_ms;
	if (!scene.refuses_all)
		scene.refusal = ERROR_NONE;
	scene.is_unanswered = false;
	scene.arrives_after_ms = 0;
	if (scene.no_database)
		return error_set(error, ERROR_LOST, "no database");
	if (refusal != ERROR_NONE)
		return error_set(error, refusal, "refused (test)");
	if (strcmp(json_text_or(document, "_rev", ""), json_text_or(scene.document, "_rev", "")) != 0)
		return error_set(error, ERROR_CONFLICT, "409");
	put(document, revision);
	scene.steady_ms += scene.answers_after_ms;
	scene.answers_after_ms = 0;
	if (is_unanswered)
		return error_set(error, ERROR_RETRY, "in doubt (test)");
	snprintf(rev_out, 80, "%s", revision);
	return true;
}

static bool is_gone(const struct process *process)
{
	return scene.gone[process->pid - 1];
}

static void open_scene(void)
{
	static const struct clock_source source = {
		.now_ms = now_ms, .steady_ms = steady_ms, .random_bytes = draw};

	scene = (struct scene){.steady_ms = 1000000, .wall_ms = {1795428000000, -3600000}};
	clock_replace(&source);
	log_set_level(LOG_ERROR);
	for (size_t i = 0; i < 2; i++) {
		scene.processes[i] = (struct process){.host = "nas", .pid = (int64_t)i + 1};
		struct lease_setup setup = {
			.store = {read_document, write_document, NULL},
			.integration_id = "w",
			.command = "run",
			.process = &scene.processes[i],
			.is_gone = is_gone,
		};
		scene.leases[i] = lease_open(&setup);
	}
}

static void close_scene(void)
{
	for (size_t i = 0; i < 2; i++)
		lease_close(&scene.leases[i]);
	json_release(scene.document);
	clock_replace(NULL);
	log_set_level(LOG_INFO);
}

/* ---- what is told ---- */

#define MAY_MS LEASE_WRITE_MS

static enum error_kind claim(void)
{
	struct error error = {0};

	return lease_claim(scene.leases[scene.acting], &error) ? ERROR_NONE : error.kind;
}

static void does_claim(void)
{
	assert_int_equal(claim(), ERROR_NONE);
	assert_true(lease_is_held(scene.leases[scene.acting]));
}

static void does_wait(void)
{
	assert_int_equal(claim(), ERROR_CONFLICT);
	assert_false(lease_is_held(scene.leases[scene.acting]));
}

static void does_fail(void)
{
	assert_int_equal(claim(), ERROR_RETRY);
}

static void does_miss_database(void)
{
	assert_int_equal(claim(), ERROR_LOST);
}

static void does_tick(void)
{
	lease_tick(scene.leases[scene.acting]);
}

static void may(void)
{
	assert_true(lease_may_leave(scene.leases[scene.acting], MAY_MS));
}

static void may_not(void)
{
	assert_false(lease_may_leave(scene.leases[scene.acting], MAY_MS));
}

static void holds(void)
{
	assert_true(lease_is_held(scene.leases[scene.acting]));
}

static void has_lost(void)
{
	assert_true(lease_is_lost(scene.leases[scene.acting]));
	may_not();
}

static void gives_back(void)
{
	lease_give_back(scene.leases[scene.acting]);
	may_not();
}

static void sees_life(void)
{
	assert_true(lease_holder_lives(scene.leases[scene.acting]));
}

static void sees_none(void)
{
	assert_false(lease_holder_lives(scene.leases[scene.acting]));
}

static void dies(void)
{
	scene.gone[scene.acting] = true;
}

static void goes_on(void)
{
	for (int second = 0; second < 60; second++) {
		scene.steady_ms += 1000;
		does_tick();
	}
}

static const struct {
	const char *words;
	void (*act)(void);
} acts[] = {
	{"claims", does_claim},   {"waits", does_wait},
	{"fails", does_fail},     {"finds no database", does_miss_database},
	{"ticks", does_tick},     {"may", may},
	{"may not", may_not},     {"holds", holds},
	{"has lost", has_lost},   {"gives back", gives_back},
	{"sees life", sees_life}, {"sees no life", sees_none},
	{"dies", dies},           {"goes on a minute", goes_on},
};

static void next_write_fails(void)
{
	scene.refusal = ERROR_RETRY;
}

static void writes_are_refused(void)
{
	scene.refusal = ERROR_FATAL;
	scene.refuses_all = true;
}

static void writes_are_taken(void)
{
	scene.refusal = ERROR_NONE;
	scene.refuses_all = false;
}

static void next_write_unanswered(void)
{
	scene.is_unanswered = true;
}

static void next_write_arrives_late(void)
{
	scene.arrives_after_ms = 12000;
}

static void next_answer_is_late(void)
{
	scene.answers_after_ms = 12000;
}

static void document_goes(void)
{
	json_object_close(&scene.document);
}

static void document_is_damaged(void)
{
	json_put_text(scene.document, "v", "x");
}

static void document_says_longer(void)
{
	json_put(scene.document, "lasts_ms", json_new_int(90000));
}

static void database_goes(void)
{
	json_object_close(&scene.document);
	scene.no_database = true;
}

static void database_is_back(void)
{
	scene.no_database = false;
}

static const struct {
	const char *words;
	void (*act)(void);
} events[] = {
	{"the next write fails", next_write_fails},
	{"writes are refused", writes_are_refused},
	{"writes are taken", writes_are_taken},
	{"the next write is done, and not answered", next_write_unanswered},
	{"the next write takes 12 s to arrive", next_write_arrives_late},
	{"the next answer takes 12 s", next_answer_is_late},
	{"the document goes", document_goes},
	{"the document is damaged", document_is_damaged},
	{"the document says 90 s", document_says_longer},
	{"the database goes", database_goes},
	{"the database is back", database_is_back},
};

static void play(const char *words)
{
	char *end;
	double seconds = strtod(words, &end);

	if (end != words && strcmp(end, " s") == 0) {
		scene.steady_ms += (int64_t)(seconds * 1000);
		return;
	}
	for (size_t i = 0; i < countof(events); i++)
		if (strcmp(events[i].words, words) == 0) {
			events[i].act();
			return;
		}
	scene.acting = words[0] == 'B';
	for (size_t i = 0; i < countof(acts); i++)
		if (strcmp(acts[i].words, words + 2) == 0) {
			acts[i].act();
			return;
		}
	fail_msg("nobody knows what \"%s\" means", words);
}

struct story {
	const char *sentence;
	const char *words; /* with ". " between */
};

static const struct story stories[] = {
	{"who claims first has it, the other waits", "A claims. A may. B waits. B may not"},
	{"a claim of one's own is no other's", "A claims. A claims. A may"},
	{"nobody writes without it", "A may not. A ticks. A may not"},
	{"it is renewed as long as its holder lives",
	 "A claims. A goes on a minute. A may. B waits. B sees no life"},
	{"a renewal is a sign of life",
	 "A claims. B waits. B sees no life. 6 s. A ticks. B waits. B sees life"},
	{"a write leaves while the lease lasts longer than the write",
	 "A claims. writes are refused. 4 s. A ticks. 4 s. A ticks. 4 s. A ticks. 3 s. A may. 0.1 s. A may "
	 "not"},
	{"and again when it was renewed",
	 "A claims. writes are refused. 4 s. A ticks. 4 s. A ticks. 4 s. A ticks. 4 s. A ticks. A may not. "
	 "writes are taken. 2 s. A ticks. A may"},
	{"a renewal that is refused is not the end of it",
	 "A claims. writes are refused. A goes on a minute. A holds. A may not. writes are taken. 4 s. A "
	 "ticks. 4 s. A ticks. A may"},
	{"it counts from before it was claimed",
	 "the next answer takes 12 s. A claims. 3 s. A may. 0.1 s. A may not"},
	{"also where the claim was under way for long",
	 "the next write takes 12 s to arrive. A claims. 3 s. A may. 0.1 s. A may not"},
	{"without a sign of life it is taken when it has ended and a write's deadline has passed",
	 "A claims. B waits. 44.9 s. B waits. 0.1 s. B claims. B may"},
	{"the last sign of life counts",
	 "A claims. B waits. 40 s. A ticks. B waits. 44.9 s. B waits. 0.1 s. B claims"},
	{"one that is seen for the first time may be a fresh one",
	 "A claims. 600 s. B waits. 45 s. B claims"},
	{"what its document says of its times counts",
	 "A claims. the document says 90 s. B waits. 104 s. B waits. 1 s. B claims"},
	{"who lost it finds out, and does not claim again",
	 "A claims. B waits. 45 s. B claims. A may not. A ticks. A has lost. A waits. B may"},
	{"a process that stood still writes nothing before it has renewed",
	 "A claims. 5 s. A may. 0.1 s. A may not. A ticks. A may"},
	{"nor when the renewal fails",
	 "A claims. 6 s. the next write fails. A ticks. A may not. 1 s. A ticks. A may"},
	{"nor when it stood still while it renewed",
	 "A claims. 6 s. the next answer takes 12 s. A ticks. A may. the next write takes 12 s to arrive. 6 "
	 "s. A ticks. 3 s. A may. "
	 "0.1 s. A may not"},
	{"a pass that begins renews what may not leave any more",
	 "A claims. 6 s. A may not. A claims. A may"},
	{"also what does not last long enough",
	 "the next answer takes 12 s. A claims. 3.1 s. A may not. A claims. A may"},
	{"it does not begin as long as that fails",
	 "A claims. 6 s. the next write fails. A fails. A may not. A claims. A may"},
	{"or finds out that it is lost", "A claims. B waits. 45 s. B claims. A waits. A has lost"},
	{"a claim whose answer was lost is claimed again",
	 "the next write is done, and not answered. A fails. A may not. A claims. A may. B waits"},
	{"a renewal whose answer was lost is its own",
	 "A claims. 6 s. the next write is done, and not answered. A ticks. 1 s. A ticks. A holds. A ticks. "
	 "A may. B waits"},
	{"given back it is anybody's at once", "A claims. B waits. A gives back. B claims. B may. A may not"},
	{"also after a lost answer",
	 "A claims. the next write is done, and not answered. A gives back. B claims"},
	{"not given back, it runs out",
	 "A claims. B waits. the next write fails. A gives back. B waits. 45 s. B claims"},
	{"who is known to be gone does not hold it", "A claims. A dies. B claims. B may"},
	{"what went with its document is waited for by those who saw it",
	 "A claims. B waits. the document goes. B waits. 45 s. B claims. A ticks. A has lost"},
	{"its holder finds out that the document is gone",
	 "A claims. the document goes. 6 s. A ticks. A has lost"},
	{"a damaged document is somebody's",
	 "A claims. the document is damaged. B waits. 44 s. B waits. 1 s. B claims. A ticks. A has lost"},
	{"without a state database there is none",
	 "the database goes. A finds no database. A may not. the database is back. A claims"},
	{"a state database that goes takes it along",
	 "A claims. the database goes. 6 s. A ticks. A has lost"},
};

static void test_story(void **state)
{
	const struct story *story = *state;
	char words[600];

	open_scene();
	snprintf(words, sizeof words, "%s", story->words);
	for (char *at = words, *next; at; at = next) {
		next = strstr(at, ". ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		play(at);
	}
	close_scene();
}

/* ---- processes ---- */

/* Whatever a renewal fails of, and however often the loop turns meanwhile. */
static void test_failing_renewals_are_apart(void **state)
{
	static const enum error_kind kinds[] = {ERROR_RETRY, ERROR_REFUSED, ERROR_FATAL, ERROR_CONFLICT};
	enum { MINUTE_MS = 60000, TURN_MS = 7 };

	(void)state;
	for (size_t i = 0; i < countof(kinds); i++) {
		open_scene();
		log_set_level(LOG_NOTHING);
		does_claim();
		scene.refusal = kinds[i];
		scene.refuses_all = true;
		scene.writes = 0;
		for (int at_ms = 0; at_ms < MINUTE_MS; at_ms += TURN_MS, scene.steady_ms += TURN_MS)
			lease_tick(scene.leases[0]);
		assert_in_range(scene.writes, 11, 15);
		close_scene();
	}
}

static void test_other_is_named(void **state)
{
	struct error error = {0};

	(void)state;
	open_scene();
	play("A claims");
	assert_false(lease_claim(scene.leases[1], &error));
	assert_non_null(strstr(error.text, "process 1 on nas (davenport run, since 2026-"));
	close_scene();
}

static void test_processes(void **state)
{
	struct process own, child = {0}, elsewhere;
	int ready[2];

	(void)state;
	process_identify(&own);
	assert_int_equal(own.pid, getpid());
	assert_true(own.started > 0 && own.place[0] && own.host[0]);
	assert_true(process_is_this(&own));
	assert_false(process_is_gone(&own));
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		process_identify(&child);
		_exit(write(ready[1], &child, sizeof child) == sizeof child && pause() ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &child, sizeof child), sizeof child);
	assert_false(process_is_this(&child));
	assert_false(process_is_gone(&child));
	assert_int_equal(kill(pid, SIGKILL), 0);
	siginfo_t ignored;
	assert_int_equal(waitid(P_PID, (id_t)pid, &ignored, WEXITED | WNOWAIT), 0);
	assert_true(process_is_gone(&child)); /* a zombie */
	elsewhere = child;
	elsewhere.place[0] ^= 1;
	assert_false(process_is_gone(&elsewhere));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(process_is_gone(&child));
	assert_false(process_is_gone(&elsewhere));
	struct process reused = own;
	reused.started--;
	assert_true(process_is_gone(&reused));
	assert_false(process_is_this(&reused));
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, test_story);
	cases_add(&cases, own_copy("renewals that fail are a while apart"), test_failing_renewals_are_apart,
		  NULL);
	cases_add(&cases, own_copy("whoever has it is named"), test_other_is_named, NULL);
	cases_add(&cases, own_copy("a process of this machine that has ended is known to be gone"),
		  test_processes, NULL);
	return cases_run("lease", &cases);
}
