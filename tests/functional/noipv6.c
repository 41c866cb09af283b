/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * noipv6 COMMAND...: runs the command as on a kernel without IPv6, where socket(2)
 * fails with EAFNOSUPPORT. Ends with status 77 where that cannot be done: on i386, libraries
 * call socketcall(2), whose arguments a filter cannot see.
 */
#include <endian.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Offset of the half of the first argument that the kernel uses. */
#define FAMILY                                 \
	(offsetof(struct seccomp_data, args) + \
	    (__BYTE_ORDER == __BIG_ENDIAN ? sizeof(__u32) : 0))

static int
filter(void)
{
#ifdef SYS_socketcall
	errno = ENOSYS;
	return -1;
#else
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FAMILY),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof steps / sizeof steps[0],
		.filter = steps };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

int
main(int argc, char **argv)
{
	if (argc < 2 || filter() < 0) {
		perror("noipv6");
		return 77;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
