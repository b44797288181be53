/* One thread for each decoding: it starts the child, reads the pipe until it ends, buries the child, judges.
 *
 * The child is a child of this thread and not of the caller's: it is to be killed when the program dies, and the kernel ties that to
 * the thread that started it. */
#define _GNU_SOURCE /* Linux's own calls */
#include "photos/decode.h"

#include "photos/child.h"
#include "photos/confine.h"
#include "photos/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

struct photo_decoding {
	int file;   /* borrowed */
	char *name; /* owned, or NULL */
	void (*over)(void *context);
	void *context;
	const char *program; /* borrowed; a literal or a test's */
	int most_ms;
	pthread_t thread;
	bool threaded; /* 'thread' is one, not yet joined */
	int stop;      /* eventfd, readable from the stop on; or -1 */
	atomic_bool is_over;
	struct photo photo; /* the thread's until it is over */
};

enum end { END_OF_ANSWER, END_TOO_LONG, END_LATE, END_STOPPED };

static int64_t now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the child ---- */

static bool order_files(posix_spawn_file_actions_t *actions, int file, int answer)
{
	return posix_spawn_file_actions_adddup2(actions, file, STDIN_FILENO) == 0 &&
	       posix_spawn_file_actions_adddup2(actions, answer, STDOUT_FILENO) == 0 &&
	       posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
	       posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1) == 0;
}

/* Signals as a fresh program has them: ours ignores some and blocks others. */
static bool order_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawnattr_setsigmask(attributes, &none) == 0 &&
	       posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
	       posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

/* 0 or an errno. */
static int start_child(const struct photo_decoding *decoding, int answer, pid_t *child_out)
{
	char program[] = "davenport", command[] = PHOTO_CHILD_COMMAND;
	char *words[] = {program, command, NULL}, *environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;

	if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
		own_out_of_memory();
	int status = ENOMEM;
	if (order_files(&actions, decoding->file, answer) && order_signals(&attributes))
		status = posix_spawn(child_out, decoding->program, &actions, &attributes, words, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return status;
}

static int bury(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Whether it ends by itself: one that has closed its pipe may go on all the same. */
static bool ends(pid_t child, int64_t until_ms)
{
	struct pollfd wanted = {.fd = pidfd_open(child, 0), .events = POLLIN};
	int ready = 0;

	while (wanted.fd >= 0 && ready <= 0 && now_ms() < until_ms)
		ready = poll(&wanted, 1, (int)(until_ms - now_ms()));
	if (wanted.fd >= 0)
		close(wanted.fd);
	return ready > 0;
}

/* ---- its answer ---- */

/* What came of one read: false at the end of the answer, or when it is above what one may have. */
static bool read_piece(int pipe, struct text *answer)
{
	char piece[PIECE];
	ssize_t length = read(pipe, piece, sizeof(piece));

	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (length <= 0)
		return false;
	text_add_bytes(answer, piece, (size_t)length);
	return !answer->full;
}

static enum end read_answer(const struct photo_decoding *decoding, int pipe, int64_t until_ms,
			    struct text *answer)
{
	for (;;) {
		struct pollfd wanted[] = {{.fd = pipe, .events = POLLIN},
					  {.fd = decoding->stop, .events = POLLIN}};
		int64_t left_ms = until_ms - now_ms();
		if (left_ms <= 0)
			return END_LATE;
		if (poll(wanted, countof(wanted), (int)left_ms) <= 0)
			continue;
		if (wanted[1].revents)
			return END_STOPPED;
		if (!read_piece(pipe, answer))
			return answer->full ? END_TOO_LONG : END_OF_ANSWER;
	}
}

/* ---- what became of it ---- */

static void judge_signal(struct photo_decoding *decoding, int number)
{
	char words[32];

	snprintf(words, sizeof(words), "signal %d", number);
	if (number == SIGXCPU)
		photo_fail(&decoding->photo, PHOTO_TOO_SLOW, decoding->name, "");
	else
		photo_fail(&decoding->photo, number == SIGKILL ? PHOTO_KILLED : PHOTO_CRASHED, decoding->name,
			   words);
}

static void judge_answer(struct photo_decoding *decoding, const struct text *answer)
{
	char detail[PHOTO_DETAIL_SIZE] = "";

	if (!frame_read(text_or_empty(answer), answer->length, &decoding->photo, detail))
		photo_fail(&decoding->photo, PHOTO_GARBLED, decoding->name, "");
	else if (decoding->photo.outcome != PHOTO_READY)
		photo_fail(&decoding->photo, decoding->photo.outcome, decoding->name, detail);
}

/* An answer counts only from a child that ended well. */
static void judge(struct photo_decoding *decoding, enum end end, int status, const struct text *answer)
{
	char words[32];

	snprintf(words, sizeof(words), "exit %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	if (end == END_STOPPED)
		photo_fail(&decoding->photo, PHOTO_STOPPED, decoding->name, "");
	else if (end == END_LATE)
		photo_fail(&decoding->photo, PHOTO_TOO_SLOW, decoding->name, "");
	else if (end == END_TOO_LONG)
		photo_fail(&decoding->photo, PHOTO_GARBLED, decoding->name, "");
	else if (WIFSIGNALED(status))
		judge_signal(decoding, WTERMSIG(status));
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		photo_fail(&decoding->photo, PHOTO_CRASHED, decoding->name, words);
	else
		judge_answer(decoding, answer);
}

/* Both descriptors are closed in children of other threads, too. */
static int open_pipe(int pipe[2])
{
	return pipe2(pipe, O_CLOEXEC) == 0 ? 0 : errno;
}

static void decode(struct photo_decoding *decoding)
{
	struct text answer = {.ceiling = FRAME_MOST};
	int pipe[2];
	pid_t child = 0;

	int status = open_pipe(pipe);
	if (status == 0) {
		status = start_child(decoding, pipe[1], &child);
		close(pipe[1]);
		if (status != 0)
			close(pipe[0]);
	}
	if (status != 0) {
		photo_fail(&decoding->photo, PHOTO_NO_DECODER, decoding->name, strerrordesc_np(status));
		return;
	}
	int64_t until_ms = now_ms() + decoding->most_ms;
	enum end end = read_answer(decoding, pipe[0], until_ms, &answer);
	if (end == END_OF_ANSWER && !ends(child, until_ms))
		end = END_LATE;
	if (end != END_OF_ANSWER)
		kill(child, SIGKILL);
	close(pipe[0]);
	judge(decoding, end, bury(child), &answer);
	text_done(&answer);
}

static void *run(void *context)
{
	struct photo_decoding *decoding = context;

	decode(decoding);
	atomic_store(&decoding->is_over, true);
	if (decoding->over)
		decoding->over(decoding->context);
	return NULL;
}

/* ---- the outside ---- */

/* Signals are for the program's other threads. */
static bool start_thread(struct photo_decoding *decoding)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int status = pthread_create(&decoding->thread, NULL, run, decoding);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status == 0;
}

struct photo_decoding *photo_decode_start(int file, const struct photo_order *order)
{
	struct photo_decoding *decoding = own_alloc(sizeof(*decoding));

	decoding->file = file;
	decoding->name = own_copy(order->name);
	decoding->over = order->over;
	decoding->context = order->context;
	decoding->program = order->program ? order->program : "/proc/self/exe";
	decoding->most_ms = order->most_ms > 0 ? order->most_ms : DECODE_SECONDS * 1000;
	decoding->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	decoding->threaded = decoding->stop >= 0 && start_thread(decoding);
	if (decoding->threaded)
		return decoding;
	photo_fail(&decoding->photo, PHOTO_NO_DECODER, decoding->name, "no threads or descriptors are left");
	atomic_store(&decoding->is_over, true);
	if (decoding->over)
		decoding->over(decoding->context);
	return decoding;
}

bool photo_decode_is_over(struct photo_decoding *decoding)
{
	return atomic_load(&decoding->is_over);
}

void photo_decode_wait(struct photo_decoding *decoding)
{
	if (decoding->threaded)
		pthread_join(decoding->thread, NULL);
	decoding->threaded = false;
}

struct photo *photo_decode_photo(struct photo_decoding *decoding)
{
	return &decoding->photo;
}

void photo_decode_stop(struct photo_decoding *decoding)
{
	if (decoding->stop >= 0)
		(void)eventfd_write(decoding->stop, 1); /* fails only when it was said 2⁶⁴ times */
}

void photo_decode_close(struct photo_decoding **decoding)
{
	if (!*decoding)
		return;
	photo_decode_stop(*decoding);
	photo_decode_wait(*decoding);
	if ((*decoding)->stop >= 0)
		close((*decoding)->stop);
	photo_done(&(*decoding)->photo);
	free((*decoding)->name);
	free(take(*decoding));
}
