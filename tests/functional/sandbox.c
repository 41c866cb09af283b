/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "server/sandbox/capabilities.h"
#include "server/process/chroot.h"
#include "server/sandbox/landlock.h"
#include "server/sandbox/memoryguard.h"
#include "server/sandbox/syscallfilter.h"
#include "lib/suite.h"

/* An action that a confined process tries. Returns 0, or the errno of its failure. */
typedef int deed(void);

/* Calls `confine` and then `attempt` in a child. Returns the result of `attempt`, or
 * 256 plus the signal that killed the child. */
static int
end_of(deed *confine, deed *attempt)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || confine() != 0)
			_exit(255);
		_exit(attempt());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
as_server(void)
{
	return syscallfilter_allow_server();
}

static int
as_programs(void)
{
	return syscallfilter_allow_programs();
}

static int
run_a_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? errno : 0;
}

static int
mount_something(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL) < 0 ? errno : 0;
}

static int
look_into_memory(void)
{
	struct iovec none = { 0 };

	return process_vm_readv(getppid(), &none, 1, &none, 1, 0) < 0 ? errno : 0;
}

START_TEST(hostile_system_call_kills_the_server)
{
	ck_assert_int_eq(end_of(as_server, run_a_program), 256 + SIGSYS);
	ck_assert_int_eq(end_of(as_server, trace), 256 + SIGSYS);
	ck_assert_int_eq(end_of(as_server, mount_something), 256 + SIGSYS);
	ck_assert_int_eq(end_of(as_server, look_into_memory), 256 + SIGSYS);
}
END_TEST

static int
open_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int
open_raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 ? errno : 0;
}

static int
fork_once(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int
map_code_that_can_be_written(void)
{
	void *map = mmap(
	    NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return map == MAP_FAILED ? errno : 0;
}

static int
make_code_of_data(void)
{
	void *map = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return 1;
	return mprotect(map, 4096, PROT_WRITE | PROT_EXEC) < 0 ? errno : 0;
}

static int
end_another(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static int
change_rights(void)
{
	/* A server that is not root sets modes of sockets, but none of the other bits. */
	return chmod("/nonexistent", geteuid() == 0 ? 0777 : 04777) < 0 ? errno : 0;
}

/* True if the kernel takes a pointer to the arguments of socket calls, which the filter
 * cannot read. */
#if defined __i386__ || defined __s390x__
enum { HIDES_SOCKETS = true };
#else
enum { HIDES_SOCKETS = false };
#endif
#ifdef __s390x__
enum { HIDES_MAPPINGS = true };
#else
enum { HIDES_MAPPINGS = false };
#endif

START_TEST(unused_system_call_fails_with_enosys)
{
	if (!HIDES_SOCKETS) {
		ck_assert_int_eq(end_of(as_server, open_packet_socket), ENOSYS);
		ck_assert_int_eq(end_of(as_server, open_raw_socket), ENOSYS);
	}
	ck_assert_int_eq(end_of(as_server, fork_once), ENOSYS);
	if (!HIDES_MAPPINGS)
		ck_assert_int_eq(
		    end_of(as_server, map_code_that_can_be_written), ENOSYS);
	ck_assert_int_eq(end_of(as_server, make_code_of_data), ENOSYS);
	ck_assert_int_eq(end_of(as_server, end_another), ENOSYS);
	ck_assert_int_eq(end_of(as_server, change_rights), ENOSYS);
}
END_TEST

static void *
do_nothing(void *argument)
{
	return argument;
}

static int
start_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, do_nothing, NULL) != 0)
		return 1;
	return pthread_join(thread, NULL);
}

static int
resolve_a_name(void)
{
	struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG }, *list;
	int code = getaddrinfo("localhost", "443", &hints, &list);

	if (code == 0)
		freeaddrinfo(list);
	return code == 0 ? 0 : 1;
}

static int
open_a_socket(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 && errno != EAFNOSUPPORT ? errno : 0;
}

START_TEST(system_calls_of_a_server_are_allowed)
{
	ck_assert_int_eq(end_of(as_server, start_a_thread), 0);
	ck_assert_int_eq(end_of(as_server, resolve_a_name), 0);
	ck_assert_int_eq(end_of(as_server, open_a_socket), 0);
}
END_TEST

/* Makes a system call of a 32-bit program: with the numbers of that ABI, and arguments of 0. */
static int
call_as_32_bit(int number)
{
	int result = -number;

#ifdef __x86_64__
	result = number;
	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(0), "c"(0), "d"(0), "S"(0), "D"(0)
			 : "memory", "r8", "r9", "r10", "r11");
#endif
	return result;
}

static int
know_itself_as_32_bit(void)
{
	return call_as_32_bit(20) == getpid() ? 0 : EPERM;
}

static int
trace_as_32_bit(void)
{
	return -call_as_32_bit(26);
}

static int
umount_as_32_bit(void)
{
	return -call_as_32_bit(22); /* oldumount, which 64-bit programs lack */
}

static int
remain(void)
{
	return 0;
}

START_TEST(programs_of_32_bits_run_but_do_not_look_into_others)
{
	if (end_of(remain, know_itself_as_32_bit) != 0) {
		fputs("SKIPPED: this kernel runs no 32-bit programs\n", stderr);
		return;
	}
	ck_assert_int_eq(end_of(as_programs, know_itself_as_32_bit), 0);
	ck_assert_int_eq(end_of(as_programs, trace_as_32_bit), EPERM);
	ck_assert_int_eq(end_of(as_programs, umount_as_32_bit), EPERM);
	ck_assert_int_eq(end_of(as_server, know_itself_as_32_bit), 256 + SIGSYS);
}
END_TEST

#ifdef __x86_64__
enum { X32 = 0x40000000, X32_PTRACE = X32 + 521 };

/* Few kernels support these calls, but the filter applies to all. */
static int
know_itself_as_x32(void)
{
	return syscall(X32 + SYS_getpid) == getpid() || errno == ENOSYS ? 0 : errno;
}

static int
trace_as_x32(void)
{
	return syscall(X32_PTRACE, PTRACE_TRACEME, 0, 0, 0) < 0 ? errno : 0;
}

static int
umount_as_x32(void)
{
	return syscall(X32 + SYS_umount2, "/nonexistent", 0) < 0 ? errno : 0;
}
#else
static int
know_itself_as_x32(void)
{
	return 0;
}

static int
trace_as_x32(void)
{
	return EPERM;
}

static int
umount_as_x32(void)
{
	return EPERM;
}
#endif

START_TEST(programs_for_x32_run_but_do_not_look_into_others)
{
	ck_assert_int_eq(end_of(as_programs, know_itself_as_x32), 0);
	ck_assert_int_eq(end_of(as_programs, trace_as_x32), EPERM);
	ck_assert_int_eq(end_of(as_programs, umount_as_x32), EPERM);
}
END_TEST

START_TEST(programs_run_but_do_not_look_into_others)
{
	ck_assert_int_eq(end_of(as_programs, run_a_program), 0);
	ck_assert_int_eq(end_of(as_programs, fork_once), 0);
	ck_assert_int_eq(end_of(as_programs, trace), EPERM);
	ck_assert_int_eq(end_of(as_programs, mount_something), EPERM);
	ck_assert_int_eq(end_of(as_programs, look_into_memory), EPERM);
}
END_TEST

static const char *in_writable, *in_removable, *elsewhere;

/* Confines the process to two of three folders, each of which has a file. */
static int
to_places(void)
{
	struct landlock_places places = { 0 };
	const char *writable = suite_path("writable");
	const char *removable = suite_path("removable");

	stringlist_add(&places.writable, writable, strlen(writable));
	stringlist_add(&places.removable, removable, strlen(removable));
	int version = landlock_confine(&places);
	stringlist_fini(&places.writable);
	stringlist_fini(&places.removable);
	return version > 0 ? 0 : -1;
}

static const char *
folder_with_file(const char *name)
{
	char *file = memory_format("%s/file", name);

	ck_assert_int_eq(mkdir(suite_path(name), 0700), 0);
	const char *path = suite_file(file, "old");
	free(file);
	return path;
}

static void
make_places(void)
{
	in_writable = folder_with_file("writable");
	in_removable = folder_with_file("removable");
	elsewhere = folder_with_file("elsewhere");
}

static int
write_to(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | flags, 0600);

	return fd < 0 ? errno : 0;
}

static int
change_elsewhere(void)
{
	return write_to(elsewhere, O_APPEND);
}

static int
truncate_elsewhere(void)
{
	return truncate(elsewhere, 0) < 0 ? errno : 0;
}

static int
make_elsewhere(void)
{
	return write_to(suite_path("elsewhere/new"), O_CREAT);
}

static int
remove_elsewhere(void)
{
	return unlink(elsewhere) < 0 ? errno : 0;
}

static int
write_removable(void)
{
	return write_to(in_removable, O_APPEND);
}

START_TEST(other_paths_cannot_be_changed_or_executed)
{
	make_places();
	ck_assert_int_eq(end_of(to_places, change_elsewhere), EACCES);
	ck_assert_int_eq(end_of(to_places, make_elsewhere), EACCES);
	ck_assert_int_eq(end_of(to_places, remove_elsewhere), EACCES);
	ck_assert_int_eq(end_of(to_places, write_removable), EACCES);
	ck_assert_int_eq(end_of(to_places, run_a_program), EACCES);
}
END_TEST

START_TEST(other_paths_cannot_be_truncated)
{
	make_places();
	ck_assert_int_eq(end_of(to_places, truncate_elsewhere), EACCES);
}
END_TEST

static int
change_writable(void)
{
	int code = write_to(in_writable, O_APPEND);

	return code != 0 ? code : write_to(suite_path("writable/new"), O_CREAT);
}

static int
remove_removable(void)
{
	return unlink(in_removable) < 0 ? errno : 0;
}

static int
read_elsewhere(void)
{
	return access(elsewhere, R_OK) < 0 || open(elsewhere, O_RDONLY) < 0 ? errno : 0;
}

static int
write_null(void)
{
	return write_to("/dev/null", 0);
}

START_TEST(needed_paths_are_writable_and_all_paths_are_readable)
{
	make_places();
	ck_assert_int_eq(end_of(to_places, change_writable), 0);
	ck_assert_int_eq(end_of(to_places, remove_removable), 0);
	ck_assert_int_eq(end_of(to_places, read_elsewhere), 0);
	ck_assert_int_eq(end_of(to_places, write_null), 0);
}
END_TEST

static int
without_capabilities(void)
{
	return capabilities_drop(0);
}

static int
with_those_of_programs(void)
{
	return capabilities_drop(CAPABILITIES_FOR_PROGRAMS);
}

static int
become_another(void)
{
	return setuid(1) < 0 ? errno : 0;
}

static int
change_host_name(void)
{
	return sethostname("tlsd", 4) < 0 ? errno : 0;
}

static int
with_those_to_write(void)
{
	return capabilities_drop(CAPABILITIES_TO_WRITE);
}

static const char *strange; /* a file that only another user may read and write */

static int
read_strange(void)
{
	return open(strange, O_RDONLY) < 0 ? errno : 0;
}

static int
write_strange(void)
{
	return open(strange, O_WRONLY) < 0 ? errno : 0;
}

START_TEST(root_without_capabilities_reads_files_of_other_users)
{
	strange = suite_file("strange", "");
	ck_assert_int_eq(chmod(strange, 0600), 0);
	ck_assert_int_eq(chown(strange, 4711, 4711), 0);
	ck_assert_int_eq(end_of(without_capabilities, read_strange), 0);
	ck_assert_int_eq(end_of(without_capabilities, write_strange), EACCES);
	ck_assert_int_eq(end_of(with_those_to_write, write_strange), 0);
}
END_TEST

static void
expect_capabilities(const char *more, const char *expected)
{
	struct daemon *daemon = daemon_serve(more);

	daemon_expect(daemon, expected);
	daemon_stop(daemon);
}

#define READ_ONLY "capabilities: net_bind_service dac_read_search;"
#define READ_AND_WRITE "capabilities: net_bind_service dac_read_search dac_override;"

START_TEST(root_keeps_dac_override_only_if_the_configuration_needs_it)
{
	expect_capabilities("", READ_ONLY);
	expect_capabilities("respond = connect\nconnect = 127.0.0.1:1\n", READ_ONLY);
	expect_capabilities("respond = connect\nconnect = /run/x\n", READ_AND_WRITE);
}
END_TEST

START_TEST(root_writes_a_log_of_another_user)
{
	const char *log = suite_file("log", "");
	char *more = memory_format("log-file = %s\n", log);
	struct daemon_options options = { .ini = daemon_ini(more), .log = log };

	ck_assert_int_eq(chown(log, 4711, 4711), 0);
	ck_assert_int_eq(chmod(log, 0600), 0);
	struct daemon *daemon = daemon_spawn(&options);
	daemon_expect(daemon, READ_AND_WRITE);
	daemon_signal(daemon, SIGUSR1);
	daemon_expect(daemon, "log file reopened");
	daemon_stop(daemon);
	free(more);
}
END_TEST

START_TEST(root_that_cannot_connect_to_sockets_of_others_asks_for_a_restart)
{
	struct daemon *daemon = daemon_serve("text = old");

	daemon_configure(
	    daemon, daemon_ini("respond = connect\nconnect = unix:/run/x\n"));
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, "connect: unix:/run/x: no backend was a Unix-domain");
	daemon_stop(daemon);
}
END_TEST

START_TEST(root_without_capabilities_cannot_become_another)
{
	ck_assert_int_eq(end_of(without_capabilities, become_another), EPERM);
	ck_assert_int_eq(end_of(with_those_of_programs, become_another), 0);
	ck_assert_int_eq(end_of(with_those_of_programs, change_host_name), EPERM);
}
END_TEST

START_TEST(process_with_secrets_is_not_dumped)
{
	setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
	memoryguard_begin();
	ck_assert_ptr_null(getenv("SSLKEYLOGFILE"));
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
	memoryguard_end();
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
}
END_TEST

START_TEST(key_log_of_others_is_not_written)
{
	const char *keys = suite_path("keys");

	setenv("SSLKEYLOGFILE", keys, 1);
	struct daemon *daemon = daemon_serve("sandbox = no\ntext = answer");
	unsetenv("SSLKEYLOGFILE");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), "answer");
	daemon_stop(daemon);
	ck_assert_int_lt(access(keys, F_OK), 0);
}
END_TEST

START_TEST(log_names_the_active_sandbox_measures)
{
	struct daemon *daemon = daemon_serve("");

	daemon_expect(daemon, "sandbox: no new privileges; capabilities: ");
	daemon_stop(daemon);
	daemon = daemon_serve("sandbox = no\n");
	daemon_expect(daemon, "sandbox: off");
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_that_needs_more_asks_for_a_restart)
{
	struct daemon *daemon = daemon_serve("text = old");
	unsigned port = daemon_port(daemon);
	char *more =
	    memory_format("log-file = %s\ntext = new", suite_path("other/log"));

	ck_assert_int_eq(mkdir(suite_path("other"), 0700), 0);
	daemon_configure(daemon, daemon_ini(more));
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, "log-file: ");
	daemon_expect(daemon, "restart tlsd");
	ck_assert_str_eq(peer_ask(port), "old");
	daemon_change(daemon, "text = new");
	ck_assert_str_eq(peer_ask(port), "new");
	free(more);
	daemon_stop(daemon);
}
END_TEST

/* Returns a configuration whose files are in its chroot. The caller frees it. */
static char *
jail_ini(const char *text)
{
	daemon_ini(""); /* makes the certificate */
	return memory_format("listen = 127.0.0.1:0\ncert = server.crt\n"
			     "key = server.key\nchroot = %s\ntext = %s",
	    suite_folder(), text);
}

static void
make_null(void)
{
	ck_assert_int_eq(mkdir(suite_path("dev"), 0755), 0);
	ck_assert_int_eq(
	    mknod(suite_path("dev/null"), S_IFCHR | 0666, makedev(1, 3)), 0);
}

START_TEST(reload_works_in_another_root)
{
	char *old = jail_ini("old"), *new = jail_ini("new");

	make_null();
	struct daemon *daemon = daemon_start(old);
	unsigned port = daemon_port(daemon);
	char *link = memory_format("/proc/%ld/root", (long)daemon->pid);
	char *root = realpath(link, NULL);
	ck_assert_str_eq(root, suite_folder());
	ck_assert_str_eq(peer_ask(port), "old");
	daemon_configure(daemon, new);
	daemon_reload(daemon, "done");
	ck_assert_str_eq(peer_ask(port), "new");
	daemon_stop(daemon);
	free(root);
	free(link);
	free(new);
	free(old);
}
END_TEST

START_TEST(paths_in_another_root_are_found_from_outside)
{
	static const char *const cases[][3] = { { "", "/run/x", "/run/x" },
		{ "/srv/jail", "/run/x", "/srv/jail/run/x" },
		{ "/srv/jail", "/srv/jail/etc/x", "/srv/jail/etc/x" },
		{ "/srv/jail", "/srv/jailer/x", "/srv/jail/srv/jailer/x" },
		{ "/srv/jail", "", "" } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *path = chroot_outside(cases[i][0], cases[i][1]);
		ck_assert_str_eq(path, cases[i][2]);
		free(path);
	}
}
END_TEST

static const char *
lacks_filter(void)
{
	return syscallfilter_can_be_filtered()
	           ? NULL
	           : "this build has no filter of system calls";
}

/* Returns the kernel's version of Landlock, or 0 without Landlock. */
static int
landlock_version(void)
{
	const struct landlock_places none = { 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		int version = landlock_confine(&none);
		_exit(version < 0 ? 0 : version);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
	           ? WEXITSTATUS(status)
	           : 0;
}

static const char *
lacks_landlock(void)
{
	return landlock_version() > 0 ? NULL : "there is no Landlock here";
}

static const char *
lacks_landlock_3(void)
{
	return landlock_version() >= 3 ? NULL : "there is no Landlock 3 here";
}

static const char *
lacks_root(void)
{
	if (SUITE_IS_SANITIZED)
		return "a sanitizer needs /proc, and no other user";
	if (geteuid() == 0)
		return NULL;
	return "only root has capabilities and can change its root";
}

SUITE("sandbox", process_with_secrets_is_not_dumped, key_log_of_others_is_not_written,
    log_names_the_active_sandbox_measures, paths_in_another_root_are_found_from_outside)
SUITE_IF(lacks_filter, "syscalls", hostile_system_call_kills_the_server,
    unused_system_call_fails_with_enosys, system_calls_of_a_server_are_allowed,
    programs_run_but_do_not_look_into_others,
    programs_for_x32_run_but_do_not_look_into_others,
    programs_of_32_bits_run_but_do_not_look_into_others)
SUITE_IF(lacks_landlock, "landlock", other_paths_cannot_be_changed_or_executed,
    needed_paths_are_writable_and_all_paths_are_readable,
    reload_that_needs_more_asks_for_a_restart)
SUITE_IF(lacks_landlock_3, "landlock 3", other_paths_cannot_be_truncated)
SUITE_IF(lacks_root, "root", reload_works_in_another_root,
    root_without_capabilities_cannot_become_another,
    root_without_capabilities_reads_files_of_other_users,
    root_keeps_dac_override_only_if_the_configuration_needs_it,
    root_writes_a_log_of_another_user,
    root_that_cannot_connect_to_sockets_of_others_asks_for_a_restart)
