/* What a decoder that a file has taken over could do: nothing. Each case runs in a child of its own, since there is no way back. */
#define _GNU_SOURCE
#include "photos/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

enum { HELD = 0, DID_NOT_HOLD = 1, NOT_CONFINED = 2 };

/* ---- what is forbidden: each answers what the call does ---- */

static long open_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long make_file(void)
{
	return syscall(SYS_open, "/tmp/davenport-confine-test", O_CREAT | O_WRONLY, 0600);
}

static long make_memory_file(void)
{
	return memfd_create("x", MFD_CLOEXEC);
}

static long remove_file(void)
{
	return unlink("/nowhere");
}

static long list_folder(void)
{
	return syscall(SYS_getdents64, STDIN_FILENO, NULL, 0);
}

static long internet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long local_socket(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static long connect_socket(void)
{
	struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

	return connect(STDIN_FILENO, &nowhere, sizeof nowhere);
}

static long send_message(void)
{
	return send(STDIN_FILENO, "x", 1, 0);
}

static long new_process(void)
{
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (child == 0)
		_exit(0);
	return child;
}

static long virtual_fork(void)
{
	long child = syscall(SYS_fork);

	if (child == 0)
		_exit(0);
	return child;
}

static long run_program(void)
{
	char *const words[] = {NULL};

	return execve("/bin/true", words, words);
}

static long signal_parent(void)
{
	return kill(getppid(), 0);
}

static long look_into_parent(void)
{
	return ptrace(PTRACE_ATTACH, 1, NULL, NULL);
}

static long read_parent(void)
{
	return syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
}

static long raise_limit(void)
{
	const struct rlimit limits = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_CPU, &limits);
}

static long become_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1);
}

static long ring_of_requests(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static const struct {
	const char *name;
	long (*call)(void);
} forbidden[] = {
	{"a file is opened", open_file},
	{"a file is made", make_file},
	{"a file in memory is made", make_memory_file},
	{"a file is removed", remove_file},
	{"a folder is listed", list_folder},
	{"a socket to the network", internet_socket},
	{"a socket on this machine", local_socket},
	{"a connection", connect_socket},
	{"a message", send_message},
	{"a process", new_process},
	{"a process in the old way", virtual_fork},
	{"a program", run_program},
	{"a signal to the parent", signal_parent},
	{"a look into another process", look_into_parent},
	{"its memory", read_parent},
	{"a limit is raised", raise_limit},
	{"others may look into it", become_dumpable},
	{"requests past the filter", ring_of_requests},
};

static int in_child(int (*run)(void *context), void *context)
{
	int status = 0;

	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(run(context));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int try_forbidden(void *context)
{
	long (*const *call)(void) = context;

	if (!confine_process() || !confine_calls())
		return NOT_CONFINED;
	errno = 0;
	long result = (*call)();
	return result == -1 && errno == EPERM ? HELD : DID_NOT_HOLD;
}

static void test_forbidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(forbidden); i++) {
		long (*call)(void) = forbidden[i].call;
		print_message("%s\n", forbidden[i].name);
		assert_int_equal(in_child(try_forbidden, &call), HELD);
	}
}

/* ---- what it needs ---- */

static void *fill_memory(void *context)
{
	char *bytes = malloc((size_t)8 << 20);

	if (!bytes)
		return NULL;
	bytes[1000] = 1;
	free(bytes);
	*(bool *)context = true;
	return NULL;
}

static int work(void *context)
{
	int *pipe = context;
	pthread_t thread;
	bool filled = false;

	/* Numbers that stay open. */
	if (dup2(pipe[1], STDOUT_FILENO) < 0 || !confine_process() || !confine_calls())
		return NOT_CONFINED;
	if (pthread_create(&thread, NULL, fill_memory, &filled) != 0)
		return DID_NOT_HOLD;
	pthread_join(thread, NULL);
	return filled && write(STDOUT_FILENO, "done", 4) == 4 ? HELD : DID_NOT_HOLD;
}

static void test_works(void **state)
{
	int ends[2];
	char words[5] = "";

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(in_child(work, ends), HELD);
	assert_int_equal(read(ends[0], words, 4), 4);
	assert_string_equal(words, "done");
	close(ends[0]);
	close(ends[1]);
}

/* ---- limits ---- */

static int look_at_limits(void *context)
{
	struct rlimit cpu, files, core, data;
	int signal_of_death = 0, open_one = *(int *)context;

	setenv("DAVENPORT_TEST_SECRET", "secret", 1);
	if (!confine_process())
		return NOT_CONFINED;
	getrlimit(RLIMIT_CPU, &cpu);
	getrlimit(RLIMIT_FSIZE, &files);
	getrlimit(RLIMIT_CORE, &core);
	getrlimit(RLIMIT_DATA, &data);
	prctl(PR_GET_PDEATHSIG, &signal_of_death);
	bool memory = data.rlim_max == CONFINE_MEMORY_MOST;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	memory = true;
#endif
	bool held = cpu.rlim_max == DECODE_SECONDS && files.rlim_max == 0 && core.rlim_max == 0 && memory &&
		    signal_of_death == SIGKILL && prctl(PR_GET_DUMPABLE) == 0 &&
		    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && !getenv("DAVENPORT_TEST_SECRET") &&
		    fcntl(open_one, F_GETFD) < 0;
	return held ? HELD : DID_NOT_HOLD;
}

static void test_limits(void **state)
{
	int open_one = dup(STDERR_FILENO);

	(void)state;
	assert_int_equal(in_child(look_at_limits, &open_one), HELD);
	close(open_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_works),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("photo confine", tests, NULL, NULL);
}
