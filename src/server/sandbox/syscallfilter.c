/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter of system calls. */
#include "config.h"

#include "server/sandbox/syscallfilter.h"

#include <errno.h>

#ifdef HAVE_SECCOMP
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/net.h>
#include <linux/sockios.h>

/* By purpose. Names that a processor lacks are left out. */
static const char *const memory[] = { "brk", "madvise", "membarrier", "mincore",
	"mlock", "mlock2", "mlockall", "mremap", "mseal", "munlock", "munlockall",
	"munmap", NULL };

static const char *const threads[] = { "arch_prctl", "exit", "exit_group", "futex",
	"futex_time64", "futex_waitv", "get_robust_list", "getcpu", "getpid", "getppid",
	"gettid", "map_shadow_stack", "rseq", "restart_syscall", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
	"rt_sigtimedwait", "sched_get_priority_max", "sched_get_priority_min",
	"sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_yield",
	"set_robust_list", "set_tid_address", "sigaltstack", "sigreturn", NULL };

static const char *const time_[] = { "clock_getres", "clock_getres_time64",
	"clock_gettime", "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64",
	"getitimer", "getrusage", "gettimeofday", "nanosleep", "time", "timerfd_create",
	"timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64",
	"times", NULL };

/* Landlock restricts where files may be written. */
static const char *const files[] = { "_llseek", "access", "chdir", "close",
	"close_range", "copy_file_range", "dup", "dup2", "dup3", "faccessat",
	"faccessat2", "fadvise64", "fadvise64_64", "fchdir", "fcntl", "fcntl64",
	"fdatasync", "flock", "fstat", "fstat64", "fstatat64", "fstatfs", "fstatfs64",
	"fsync", "ftruncate", "ftruncate64", "getcwd", "getdents", "getdents64",
	"lseek", "lstat", "lstat64", "newfstatat", "open", "openat", "openat2",
	"pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read",
	"readahead", "readlink", "readlinkat", "readv", "sendfile", "sendfile64",
	"splice", "stat", "stat64", "statfs", "statfs64", "statx", "tee", "umask",
	"unlink", "unlinkat", "vmsplice", "write", "writev", NULL };

static const char *const sockets[] = { "accept", "accept4", "bind", "connect",
	"getpeername", "getsockname", "getsockopt", "listen", "recv", "recvfrom",
	"recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg",
	"sendto", "setsockopt", "shutdown", NULL };

static const char *const waiting[] = { "_newselect", "epoll_create", "epoll_create1",
	"epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2",
	"inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch",
	"memfd_create", "pidfd_open", "pipe", "pipe2", "poll", "ppoll", "ppoll_time64",
	"pselect6", "pselect6_time64", "select", "signalfd", "signalfd4", "wait4",
	"waitpid", NULL };

static const char *const knowing_itself[] = { "capget", "getegid", "getegid32",
	"geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32",
	"getpgid", "getpgrp", "getpriority", "getrandom", "getresgid", "getresgid32",
	"getresuid", "getresuid32", "getrlimit", "getsid", "getuid", "getuid32",
	"sysinfo", "ugetrlimit", "uname", NULL };

static const char *const *const harmless[] = { memory, threads, time_, files, sockets,
	waiting, knowing_itself, NULL };

static const char *const running[] = { "execve", "execveat", NULL };

/* Calls that neither a server nor its programs need. */
static const char *const hostile[] = { "acct", "add_key", "adjtimex", "bpf",
	"clock_adjtime", "clock_adjtime64", "clock_settime", "clock_settime64",
	"delete_module", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick",
	"init_module", "io_uring_enter", "io_uring_register", "io_uring_setup",
	"ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
	"lookup_dcookie", "modify_ldt", "mount", "mount_setattr", "move_mount",
	"name_to_handle_at", "nfsservctl", "open_by_handle_at", "open_tree",
	"perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise",
	"process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "quotactl_fd",
	"reboot", "request_key", "setdomainname", "sethostname", "setns",
	"settimeofday", "stime", "swapoff", "swapon", "syslog", "umount", "umount2",
	"unshare", "uselib", "userfaultfd", "vhangup", NULL };

static const uint32_t ioctls[] = { FIONREAD, FIONBIO, FIOCLEX, TIOCOUTQ, TIOCGWINSZ,
	SIOCGIFINDEX, SIOCGIFNAME, 0x5401 /* TCGETS */ };

/* Adds a rule for each name. A name that the library does not know needs none. A number below 0
 * belongs to a call that only other architectures have. */
static int
add_rules(scmp_filter_ctx filter, uint32_t action, const char *const *names)
{
	for (; *names != NULL; names++) {
		int number = seccomp_syscall_resolve_name(*names);
		if (number == __NR_SCMP_ERROR)
			continue;
		int code = seccomp_rule_add(filter, action, number, 0);
		if (code < 0)
			return code;
	}
	return 0;
}

/* The argument of clone(2) that has the flags. */
#ifdef __s390x__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

/* Arguments are compared as the kernel reads them: ints have no upper half. */
#define LOW(bits) (0xffffffffu & (bits))
#define IS(index, value) SCMP_CMP(index, SCMP_CMP_MASKED_EQ, LOW(~0u), LOW(value))
#define HAS(index, mask, value) \
	SCMP_CMP(index, SCMP_CMP_MASKED_EQ, LOW(mask), LOW(value))
#define ALLOW(filter, ...) seccomp_rule_add(filter, SCMP_ACT_ALLOW, __VA_ARGS__)

static int
allow_sockets(scmp_filter_ctx filter)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6 };
	const unsigned kinds = ~(unsigned)(SOCK_CLOEXEC | SOCK_NONBLOCK);
	int code = 0;

	for (size_t i = 0; i < sizeof families / sizeof families[0] && code == 0; i++) {
		code = ALLOW(filter, SCMP_SYS(socket), 2, IS(0, (unsigned)families[i]),
		    HAS(1, kinds, SOCK_STREAM));
		if (code == 0)
			code = ALLOW(filter, SCMP_SYS(socket), 2,
			    IS(0, (unsigned)families[i]), HAS(1, kinds, SOCK_DGRAM));
	}
	/* getaddrinfo(3) asks which addresses this machine has. */
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(socket), 2, IS(0, AF_NETLINK), IS(2, 0));
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(socketpair), 1, IS(0, AF_UNIX));
	/* On i386 and s390x libc calls socketcall(2) with a pointer to the arguments. The
	 * filter cannot read them, so it allows all kinds of sockets. */
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(socketcall), 1, IS(0, SYS_SOCKET));
	return code;
}

/* Allows mapping code, because modules of libc are loaded late, but not writable code. */
static int
allow_mappings(scmp_filter_ctx filter)
{
#ifdef __s390x__
	/* mmap(2) takes a pointer to its arguments, which the filter cannot read. */
	static const char *const names[] = { "mprotect" };
	int code = ALLOW(filter, SCMP_SYS(mmap), 0);
#else
	static const char *const names[] = { "mmap", "mmap2", "mprotect" };
	int code = 0;
#endif

	for (size_t i = 0; i < sizeof names / sizeof names[0] && code == 0; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);
		if (number < 0)
			continue;
		code = ALLOW(filter, number, 1, HAS(2, PROT_EXEC, 0));
		if (code == 0)
			code = ALLOW(filter, number, 1,
			    HAS(2, PROT_EXEC | PROT_WRITE, PROT_EXEC));
	}
	return code;
}

/* Allows threads, not processes. The filter cannot read the struct that clone3(2) takes; if that
 * fails, libc uses clone(2). */
static int
allow_threads(scmp_filter_ctx filter)
{
	int code = ALLOW(filter, SCMP_SYS(clone), 1,
	    HAS(CLONE_FLAGS, CLONE_THREAD | CLONE_NEWUSER, CLONE_THREAD));

	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(prctl), 1, IS(0, PR_SET_NAME));
	if (code == 0) /* of the calling thread */
		code = ALLOW(
		    filter, SCMP_SYS(setpriority), 2, IS(0, PRIO_PROCESS), IS(1, 0));
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(tgkill), 1, IS(0, (unsigned)getpid()));
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(prlimit64), 1,
		    SCMP_CMP(2, SCMP_CMP_MASKED_EQ, ~(scmp_datum_t)0, 0));
	for (size_t i = 0; i < sizeof ioctls / sizeof ioctls[0] && code == 0; i++)
		code = ALLOW(filter, SCMP_SYS(ioctl), 1, IS(1, ioctls[i]));
	return code;
}

/* Allows changes to files of Unix-domain sockets at a reload, except for root, which could change
 * other files too. */
static int
allow_owning(scmp_filter_ctx filter)
{
	int code = 0;

	if (geteuid() == 0)
		return 0;
	code = ALLOW(filter, SCMP_SYS(chmod), 1, HAS(1, ~0777u, 0));
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(fchmodat), 1, HAS(2, ~0777u, 0));
	if (code == 0)
		code = ALLOW(filter, SCMP_SYS(fchownat), 0);
	return code;
}

static int
fill_for_server(scmp_filter_ctx filter)
{
	int code = 0;

	for (size_t i = 0; harmless[i] != NULL && code == 0; i++)
		code = add_rules(filter, SCMP_ACT_ALLOW, harmless[i]);
	if (code == 0)
		code = add_rules(filter, SCMP_ACT_KILL_PROCESS, hostile);
	if (code == 0)
		code = add_rules(filter, SCMP_ACT_KILL_PROCESS, running);
	if (code == 0)
		code = allow_sockets(filter);
	if (code == 0)
		code = allow_mappings(filter);
	if (code == 0)
		code = allow_threads(filter);
	if (code == 0)
		code = allow_owning(filter);
	return code;
}

/* Adds the other architectures whose code this processor may run, with other numbers. Calls of
 * architectures that the library does not know fail. */
static void
add_kinds_of_code(scmp_filter_ctx filter)
{
	switch (seccomp_arch_native()) {
	case SCMP_ARCH_X86_64:
		seccomp_arch_add(filter, SCMP_ARCH_X86);
		seccomp_arch_add(filter, SCMP_ARCH_X32);
		break;
	case SCMP_ARCH_AARCH64:
		seccomp_arch_add(filter, SCMP_ARCH_ARM);
		break;
	case SCMP_ARCH_S390X:
		seccomp_arch_add(filter, SCMP_ARCH_S390);
		break;
	default:
		break;
	}
}

static int
fill_for_programs(scmp_filter_ctx filter)
{
	seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
	add_kinds_of_code(filter);
	return add_rules(filter, SCMP_ACT_ERRNO(EPERM), hostile);
}

/* Loads the filter that `fill` makes, with the action `otherwise` for all other calls. */
static int
load_filter(uint32_t otherwise, int (*fill)(scmp_filter_ctx filter))
{
	scmp_filter_ctx filter = seccomp_init(otherwise);
	int code = -ENOMEM;

	if (filter == NULL)
		goto out;
	/* Let auditd(8) see every call that is not simply allowed. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	code = fill(filter);
	if (code == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
out:
	errno = -code;
	return code < 0 ? -1 : 0;
}

bool
syscallfilter_can_be_filtered(void)
{
	return true;
}

int
syscallfilter_allow_server(void)
{
	return load_filter(SCMP_ACT_ERRNO(ENOSYS), fill_for_server);
}

int
syscallfilter_allow_programs(void)
{
	return load_filter(SCMP_ACT_ALLOW, fill_for_programs);
}

#else

bool
syscallfilter_can_be_filtered(void)
{
	return false;
}

int
syscallfilter_allow_server(void)
{
	errno = ENOSYS;
	return -1;
}

int
syscallfilter_allow_programs(void)
{
	errno = ENOSYS;
	return -1;
}

#endif
