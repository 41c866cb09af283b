/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd that answers with programs: respond = exec. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "responders/program/child.h"
#include "lib/suite.h"
#include "lib/talk.h"

#define MIB ((size_t)1 << 20)

/* Starts tlsd with the program `command` and the lines `more`. */
static struct daemon *
serve(const char *command, const char *more)
{
	return daemon_serve(suite_format("respond = exec\nexec = %s\n%s%s", command,
	    strstr(more, "workers") == NULL ? "workers = 2\n" : "", more));
}

/* Starts tlsd with a shell script and the lines `more`. */
static struct daemon *
serve_script(const char *script, const char *more)
{
	char *command = memory_format("/bin/sh '%s'", suite_file("script", script));
	struct daemon *daemon = serve(command, more);

	free(command);
	return daemon;
}

/* Sends `words`, expects `answer` and a proper end. */
static void
expect_answer(struct daemon *daemon, const char *words, const char *answer)
{
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.words = words };

	talk_run(&talk);
	ck_assert_msg(talk.code == 0, "the end: %s", gnutls_strerror(talk.code));
	ck_assert_str_eq(talk.answer, answer);
	peer_free(talk.peer);
}

/* Sends `words` without closing, expects `answer` and an improper end. The log must
 * contain `line`. */
static void
expect_break(
    struct daemon *daemon, const char *words, const char *answer, const char *line)
{
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.words = words,
		.open = true };

	talk_run(&talk);
	ck_assert_msg(talk.code != 0, "a break looks like a proper end");
	ck_assert_str_eq(talk.answer, answer);
	daemon_expect(daemon, line);
	peer_free(talk.peer);
}

/* Waits for a line in the file `name`. Returns its number. */
static pid_t
read_number(const char *name)
{
	long long deadline = daemon_deadline();
	char text[32] = "";

	for (;;) {
		FILE *file = fopen(suite_path(name), "r");
		if (file != NULL) {
			bool whole = fgets(text, sizeof text, file) != NULL &&
			             strchr(text, '\n') != NULL;
			fclose(file);
			if (whole)
				return (pid_t)strtol(text, NULL, 10);
		}
		daemon_pause(deadline, name);
	}
}

/* Waits until the process does not exist any more, even as a zombie. */
static void
expect_gone(pid_t pid)
{
	long long deadline = daemon_deadline();

	while (kill(pid, 0) == 0 || errno != ESRCH)
		daemon_pause(deadline, "the program's end");
}

/* Waits until the daemon has no children, not even zombies. */
static void
expect_no_child(const struct daemon *daemon)
{
	char *path =
	    memory_format("/proc/%d/task/%d/children", daemon->pid, daemon->pid);
	long long deadline = daemon_deadline();
	char text[64];
	size_t length;

	do {
		FILE *file = fopen(path, "r");
		ck_assert_ptr_nonnull(file);
		length = fread(text, 1, sizeof text, file);
		fclose(file);
		daemon_pause(deadline, "the last child's end");
	} while (length > 0);
	free(path);
}

/* --- data -------------------------------------------------------------------------- */

START_TEST(program_reads_the_client_and_answers)
{
	struct daemon *daemon = serve("/bin/cat", "");

	expect_answer(daemon, "over and out\n", "over and out\n");
	expect_answer(daemon, "", "");
	daemon_expect_times(daemon, ": tlsd: done ", 2);
	daemon_expect(daemon, " in=13 out=13 ");
	expect_no_child(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(megabytes_go_through_both_ways_at_once)
{
	struct daemon *daemon = serve("/bin/cat", "");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL),
		.size = 20 * MIB };

	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	ck_assert_uint_eq(talk.heard, 20 * MIB);
	peer_free(talk.peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_close_is_the_end_of_input_of_the_program)
{
	struct daemon *daemon = serve("/usr/bin/wc -c", "");

	expect_answer(daemon, "12345", "5\n");
	daemon_stop(daemon);
}
END_TEST

START_TEST(program_that_never_reads_may_answer)
{
	struct daemon *daemon = serve("/bin/echo hello", "");

	expect_answer(daemon, "", "hello\n");
	expect_answer(daemon, "who is there?\n", "hello\n");
	daemon_expect_times(daemon, ": tlsd: done ", 2);
	daemon_stop(daemon);
}
END_TEST

START_TEST(arguments_are_split_without_a_shell)
{
	struct daemon *daemon =
	    serve("/usr/bin/printf '<%s>' one 'two  words' \"th'ree\" fo\\ ur ''", "");

	expect_answer(daemon, "", "<one><two  words><th'ree><fo ur><>");
	daemon_stop(daemon);
}
END_TEST

/* --- a program's environment ------------------------------------------------------- */

/* Returns the environment that `env` prints to a client with these options. */
static char *
ask_environment(struct daemon *daemon, const struct peer_options *options)
{
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), options),
		.words = "" };

	talk_run(&talk);
	ck_assert_int_eq(talk.code, 0);
	peer_free(talk.peer);
	return memory_format("\n%s", talk.answer);
}

static void
expect_lines(const char *text, const char *const *lines)
{
	for (; *lines != NULL; lines++) {
		char *line = memory_format("\n%s", *lines);
		ck_assert_msg(
		    strstr(text, line) != NULL, "%s is not in%s", *lines, text);
		free(line);
	}
}

START_TEST(environment_describes_client_and_session)
{
	static const char *const lines[] = { "PATH=/usr/local/sbin:", "SERVICE=tlsd\n",
		"PROTO=TCP\n", "TCPREMOTEIP=127.0.0.1\n",
		"TCPREMOTEPORT=", "TCPLOCALIP=127.0.0.1\n", "REMOTE_HOST=127.0.0.1\n",
		"REMOTE_PORT=", "SSL_PROTOCOL=TLSv1.3\n",
		"SSL_CIPHER=TLS_AES_128_GCM_SHA256\n", "SSL_TLS_SNI=localhost\n",
		"SSL_CLIENT_VERIFY=NONE\n", "SSL_SESSION_RESUMED=Initial\n", NULL };
	static const struct peer_options named = { .name = "localhost" };

	setenv("LD_PRELOAD_NOT", "1", 1);
	struct daemon *daemon = serve("/usr/bin/env", "");
	char *text = ask_environment(daemon, &named);
	expect_lines(text, lines);
	ck_assert_ptr_null(strstr(text, "LD_PRELOAD_NOT"));
	ck_assert_ptr_null(strstr(text, "HOME="));
	ck_assert_ptr_null(strstr(text, "SSL_TLS_ALPN="));
	free(text);
	daemon_stop(daemon);
}
END_TEST

START_TEST(environment_knows_tls_1_2_and_alpn)
{
	static const char *const lines[] = { "SSL_PROTOCOL=TLSv1.2\n",
		"SSL_CIPHER=TLS_ECDHE_ECDSA_AES_128_GCM_SHA256\n", "SSL_TLS_ALPN=ftp\n",
		NULL };
	static const struct peer_options old = {
		.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2", .alpn = "ftp"
	};
	struct daemon *daemon = serve("/usr/bin/env", "alpn = ftp\n");
	char *text = ask_environment(daemon, &old);

	expect_lines(text, lines);
	ck_assert_ptr_null(strstr(text, "SSL_TLS_SNI="));
	free(text);
	daemon_stop(daemon);
}
END_TEST

START_TEST(program_inherits_three_descriptors_and_no_signals)
{
	/* The fourth descriptor is the folder that ls reads. A signal of the C
	 * library's own may be ignored: the daemon inherits that if its starter was
	 * itself started by posix_spawn(3). */
	struct daemon *daemon =
	    serve_script("ls /proc/self/fd | tr '\\n' ' '\n"
			 "grep -cE '^Sig(Blk|Ign):.0{8}[08]0{7}$' /proc/self/status\n"
			 "pwd; umask; ulimit -Sn\n",
		"");

	expect_answer(daemon, "", "0 1 2 3 2\n/\n0022\n1024\n");
	daemon_stop(daemon);
}
END_TEST

/* Starts a program while descriptors without O_CLOEXEC are open. Expects it to have
 * three; the fourth is the folder that ls reads. */
static void
expect_three_descriptors(void)
{
	char shell[] = "/bin/sh", option[] = "-c", search_path[] = "PATH=/usr/bin:/bin";
	char script[] = "ls /proc/self/fd | tr '\\n' ' '; cat <&9 || echo none";
	char *const arguments[] = { shell, option, script, NULL };
	char *const environment[] = { search_path, NULL };
	int fd = open(suite_file("secret", "secret\n"), O_RDWR);
	int output = open(suite_file("output", ""), O_RDWR | O_APPEND | O_CLOEXEC);
	struct child_plan plan = { .arguments = arguments,
		.environment = environment,
		.stream = output,
		.complaints = open("/dev/null", O_RDWR | O_CLOEXEC) };
	struct child child;
	char text[128] = "";

	ck_assert_int_eq(dup2(fd, 9), 9);
	ck_assert_int_eq(dup2(fd, 200), 200);
	ck_assert_int_eq(child_start(&child, &plan), 0);
	child_reap(&child);
	ck_assert_int_gt(pread(output, text, sizeof text - 1, 0), 0);
	ck_assert_str_eq(text, "0 1 2 3 none\n");
}

START_TEST(program_inherits_nothing_from_the_starter_of_tlsd)
{
	expect_three_descriptors();
}
END_TEST

/* Lets close_range(2) fail with ENOSYS, as before Linux 5.9. */
static void
forget_close_range(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					  offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

START_TEST(program_inherits_three_descriptors_without_close_range)
{
	forget_close_range();
	expect_three_descriptors();
}
END_TEST

START_TEST(program_leads_a_session_of_its_own)
{
	struct daemon *daemon = serve_script(
	    "read -r pid name state ppid group session rest </proc/$$/stat\n"
	    "[ $pid = $group ] && [ $pid = $session ] && echo alone\n",
	    "");

	expect_answer(daemon, "", "alone\n");
	daemon_stop(daemon);
}
END_TEST

START_TEST(root_runs_a_program_as_another_user)
{
	if (geteuid() != 0) {
		daemon_stop(serve("/bin/true", ""));
		return;
	}
	struct daemon *daemon =
	    serve("/bin/sh -c 'id -un; id -G; grep CapEff /proc/self/status'",
		"exec-user = nobody\n");
	expect_answer(daemon, "", "nobody\n65534\nCapEff:\t0000000000000000\n");
	daemon_stop(daemon);
	daemon = serve("/bin/sh -c 'id -un; id -G'", "exec-user = 65534\n");
	expect_answer(daemon, "", "nobody\n65534\n");
	daemon_stop(daemon);
}
END_TEST

/* --- a program's end --------------------------------------------------------------- */

START_TEST(nonzero_exit_status_is_an_unclean_end)
{
	struct daemon *daemon = serve_script("echo half; exit 3\n", "");

	expect_break(daemon, "", "half\n",
	    ": tlsd: exec: /bin/sh exited with status 3 after 0 bytes in, 5 out");
	expect_no_child(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(program_crash_is_an_unclean_end)
{
	struct daemon *daemon =
	    serve_script("echo half; ulimit -c 0; kill -SEGV $$\n", "");

	expect_break(daemon, "", "half\n",
	    ": tlsd: exec: /bin/sh was ended by signal 11 after ");
	expect_no_child(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_that_leaves_ends_the_program)
{
	char *script = memory_format(
	    "echo $$ >'%s'\nsleep 1000 &\necho $! >'%s'\nread -r line\nwait\n",
	    suite_path("pid"), suite_path("grandchild"));
	struct daemon *daemon = serve_script(script, "");
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	pid_t pid = read_number("pid"), grandchild = read_number("grandchild");

	peer_free(peer);
	expect_gone(pid);
	expect_gone(grandchild);
	daemon_expect(daemon, ": tlsd: done ");
	expect_no_child(daemon);
	daemon_stop(daemon);
	free(script);
}
END_TEST

/* Sends a byte, receives the answer, and leaves without close_notify. */
static void
ask_and_leave(struct daemon *daemon)
{
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);

	talk_expect_echo(peer);
	peer_free(peer);
}

START_TEST(program_that_had_answered_is_done_however_the_client_leaves)
{
	/* This program runs until it is told to end; the next one ends by itself. */
	struct daemon *daemon = serve_script("exec cat\n", "");

	ask_and_leave(daemon);
	daemon_expect(daemon, ": tlsd: done ");
	daemon_expect(daemon, " in=1 out=1 end=fin ");
	daemon_stop(daemon);
	daemon = serve_script("head -c 1; sleep 0.3\n", "");
	ask_and_leave(daemon);
	daemon_expect(daemon, ": tlsd: done ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(program_that_fails_after_its_client_has_left_has_failed)
{
	struct daemon *daemon = serve_script("head -c 1; sleep 0.3; exit 3\n", "");

	ask_and_leave(daemon);
	daemon_expect(daemon, ": tlsd: exec: /bin/sh exited with status 3 after ");
	daemon_expect(daemon, " client=- in=1 out=1 end=fin ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(answer_to_a_client_that_has_left_is_lost)
{
	struct daemon *daemon =
	    serve_script("head -c 1 >/dev/null; sleep 0.3; echo late; sleep 100\n", "");
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);

	ck_assert_int_eq(gnutls_record_send(peer->tls, "x", 1), 1);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: early-close: ");
	daemon_expect(daemon, " in=1 out=0 end=fin ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(program_that_ignores_sigterm_is_killed)
{
	char *script = memory_format("trap '' TERM\necho $$ >'%s'\n"
				     "for i in $(seq 200); do sleep 1; done\n",
	    suite_path("pid"));
	struct daemon *daemon = serve_script(script, "");
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	pid_t pid = read_number("pid");

	peer_free(peer);
	expect_gone(pid);
	daemon_expect(daemon, ": tlsd: done ");
	daemon_stop(daemon);
	free(script);
}
END_TEST

START_TEST(program_that_takes_too_long_is_ended)
{
	struct daemon *daemon =
	    serve_script("trap 'exit 0' TERM\necho begun\nsleep 1000 & wait\n",
		"exec-timeout = 3s\n");

	expect_break(
	    daemon, "", "begun\n", ": tlsd: exec: /bin/sh did not end in 3000 ms");
	expect_no_child(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(program_that_never_reads_ends_when_nothing_moves)
{
	struct daemon *daemon = serve("/bin/sleep 1000", "idle-timeout = 300ms\n");
	struct talk talk = { .peer = talk_meet(daemon_port(daemon), NULL) };
	long long deadline = daemon_deadline();

	while (daemon_count(daemon, ": tlsd: idle-timeout: ") == 0) {
		talk_press(&talk);
		daemon_pause(deadline, "no idle-timeout");
	}
	peer_free(talk.peer);
	expect_no_child(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(background_child_of_a_program_does_not_keep_the_connection_open)
{
	char *script = memory_format(
	    "sleep 1000 &\necho $! >'%s'\necho done\n", suite_path("pid"));
	struct daemon *daemon = serve_script(script, "");

	expect_answer(daemon, "", "done\n");
	expect_gone(read_number("pid"));
	daemon_stop(daemon);
	free(script);
}
END_TEST

START_TEST(program_that_closes_its_output_ends_the_answer)
{
	char *script = memory_format(
	    "echo $$ >'%s'\necho bye\nexec </dev/null >/dev/null\nexec sleep 1000\n",
	    suite_path("pid"));
	struct daemon *daemon = serve_script(script, "");

	expect_answer(daemon, "", "bye\n");
	expect_gone(read_number("pid"));
	expect_no_child(daemon);
	daemon_stop(daemon);
	free(script);
}
END_TEST

START_TEST(stop_ends_the_program)
{
	char *script =
	    memory_format("echo $$ >'%s'\nexec sleep 1000\n", suite_path("pid"));
	struct daemon *daemon = serve_script(script, "shutdown-timeout = 300ms\n");
	struct peer *peer = talk_meet(daemon_port(daemon), NULL);
	pid_t pid = read_number("pid");

	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	ck_assert_int_eq(kill(pid, 0), -1);
	peer_free(peer);
	daemon_stop(daemon);
	free(script);
}
END_TEST

START_TEST(nothing_is_lost_in_many_programs)
{
	struct daemon *daemon = serve("/bin/cat", "");
	size_t before = daemon_descriptors(daemon);

	for (int i = 0; i < 50; i++)
		expect_answer(daemon, "again\n", "again\n");
	expect_no_child(daemon);
	daemon_expect_descriptors(daemon, before);
	daemon_stop(daemon);
}
END_TEST

enum { CROWD = 40 };

/* KiB that may remain of a connection's buffers, which have 250 KiB. */
#define LEFT_KIB 150

/* Each client sends enough to use all buffers of its connection, and then waits. */
START_TEST(connections_in_which_nothing_moves_give_memory_back)
{
	struct daemon *daemon = serve("/bin/cat", "workers = 40\n");
	struct talk talks[CROWD];
	long long deadline = daemon_deadline();

	size_t before = daemon_resident_kib(daemon);

	for (size_t i = 0; i < CROWD; i++) {
		talks[i] = (struct talk){ .peer = talk_meet(daemon_port(daemon), NULL),
			.size = MIB,
			.open = true };
		while (talks[i].heard < MIB) {
			talk_speak(&talks[i]);
			ck_assert(!talk_hear(&talks[i]));
			talk_pause(&talks[i]);
		}
	}
	while (!daemon_grew_at_most(daemon, before, CROWD * LEFT_KIB))
		daemon_pause(deadline, "memory to be given back");
	for (size_t i = 0; i < CROWD; i++) {
		talks[i].size = 2 * MIB;
		talks[i].open = false;
		talk_run(&talks[i]);
		ck_assert_int_eq(talks[i].code, 0);
		ck_assert_uint_eq(talks[i].heard, 2 * MIB);
		peer_free(talks[i].peer);
	}
	daemon_stop(daemon);
}
END_TEST

/* --- standard error ---------------------------------------------------------------- */

START_TEST(standard_error_goes_to_the_log_line_by_line)
{
	struct daemon *daemon = serve_script(
	    "echo one >&2\nprintf 'two\\033[2J\\001\\n' >&2\nprintf three >&2\n", "");

	expect_answer(daemon, "", "");
	daemon_expect(daemon, ": tlsd: exec: one id=1\n");
	daemon_expect(daemon, ": tlsd: exec: two\\x1b[2J\\x01 id=1\n");
	daemon_expect(daemon, ": tlsd: exec: three id=1\n");
	ck_assert_ptr_nonnull(strstr(daemon_log(daemon), "[127.0.0.1]:"));
	daemon_expect_clean_log(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(flood_of_standard_error_is_bounded)
{
	struct daemon *daemon =
	    serve_script("i=0\nwhile [ $i -lt 200 ]; do echo flood flood flood >&2; "
			 "i=$((i+1)); done\n"
			 "head -c 10000000 /dev/zero >&2\necho alive\n",
		"");

	expect_answer(daemon, "", "alive\n");
	daemon_expect(daemon, " lines left out id=1\n");
	ck_assert_uint_lt(daemon_count(daemon, "exec: flood"), 200);
	ck_assert_uint_ge(daemon_count(daemon, "exec: flood"), 20);
	ck_assert_uint_lt(strlen(daemon_log(daemon)), 40000);
	daemon_stop(daemon);
}
END_TEST

START_TEST(standard_error_does_not_keep_a_connection_alive)
{
	struct daemon *daemon = serve_script(
	    "while :; do echo busy >&2; sleep 0.05; done\n", "idle-timeout = 300ms\n");

	expect_break(daemon, "", "", ": tlsd: idle-timeout: ");
	daemon_stop(daemon);
}
END_TEST

/* --- errors ------------------------------------------------------------------------ */

/* Expects `-t` to fail with `text` for these lines. */
static void
expect_error(const char *lines, const char *text)
{
	const char *output;
	char *more = memory_format("respond = exec\n%s", lines);
	const char *path = suite_file("wrong.ini", daemon_ini(more));
	const char *const arguments[] = { "-t", "-c", path };

	ck_assert_int_eq(daemon_run(&output, arguments), 2);
	ck_assert_msg(strstr(output, text) != NULL, "no \"%s\" in %s", text, output);
	free(more);
}

START_TEST(unusable_program_is_an_error_with_its_place)
{
	expect_error("", "exec: is empty, but respond = exec");
	expect_error("exec = cat\n", "wrong.ini:5: exec: cat: is not an absolute path");
	expect_error("exec = /no/such\n", "exec: /no/such: No such file or directory: "
					  "install the program, or correct its path");
	expect_error("exec = /bin\n", "exec: /bin: is not a file");
	expect_error("exec = /etc/passwd\n", "/etc/passwd: uid ");
	expect_error("exec = /bin/cat | /bin/cat\n", "no shell reads this");
	expect_error("exec = /bin/cat 'x\n", "a closing ' is missing");
}
END_TEST

START_TEST(unusable_exec_user_is_an_error)
{
	expect_error("exec = /bin/cat\nexec-user = nobody-at-all\n",
	    "exec-user: \"nobody-at-all\": there is no user of that name");
	expect_error("exec = /bin/cat\nexec-user = 3999999999\n",
	    "exec-user: \"3999999999\": there is no user of that name or number");
	if (geteuid() == 0)
		expect_error("exec = /bin/cat\nexec-user = nobody\nuser = nobody\n",
		    "exec-user: the daemon runs as nobody");
	else
		expect_error("exec = /bin/cat\nexec-user = nobody\n",
		    "exec-user: only root can");
}
END_TEST

START_TEST(program_removed_after_load_is_named_in_the_log)
{
	const char *path = suite_file("program", "#!/bin/sh\necho here\n");

	ck_assert_int_eq(chmod(path, 0755), 0);
	struct daemon *daemon = serve(path, "");
	expect_answer(daemon, "", "here\n");
	ck_assert_int_eq(unlink(path), 0);
	expect_break(daemon, "", "", "/program cannot be started: No such file or");
	suite_file("program", "no program at all\n");
	ck_assert_int_eq(chmod(path, 0755), 0);
	expect_break(daemon, "", "", "/program cannot be started: Exec format error");
	expect_no_child(daemon);
	daemon_stop(daemon);
}
END_TEST

SUITE("exec", program_reads_the_client_and_answers,
    megabytes_go_through_both_ways_at_once,
    client_close_is_the_end_of_input_of_the_program,
    program_that_never_reads_may_answer, arguments_are_split_without_a_shell,
    environment_describes_client_and_session, environment_knows_tls_1_2_and_alpn,
    program_inherits_three_descriptors_and_no_signals,
    program_inherits_nothing_from_the_starter_of_tlsd,
    program_inherits_three_descriptors_without_close_range,
    program_leads_a_session_of_its_own, root_runs_a_program_as_another_user,
    nonzero_exit_status_is_an_unclean_end, program_crash_is_an_unclean_end,
    client_that_leaves_ends_the_program,
    program_that_had_answered_is_done_however_the_client_leaves,
    program_that_fails_after_its_client_has_left_has_failed,
    answer_to_a_client_that_has_left_is_lost, program_that_ignores_sigterm_is_killed,
    program_that_takes_too_long_is_ended,
    program_that_never_reads_ends_when_nothing_moves,
    background_child_of_a_program_does_not_keep_the_connection_open,
    program_that_closes_its_output_ends_the_answer, stop_ends_the_program,
    nothing_is_lost_in_many_programs,
    connections_in_which_nothing_moves_give_memory_back,
    standard_error_goes_to_the_log_line_by_line, flood_of_standard_error_is_bounded,
    standard_error_does_not_keep_a_connection_alive,
    unusable_program_is_an_error_with_its_place, unusable_exec_user_is_an_error,
    program_removed_after_load_is_named_in_the_log)
