/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_TARGET_H
#define TLSD_CLIENT_TARGET_H

/* Whom to call: a host and a port, or a Unix-domain socket. */

#define TARGET_ERROR_SIZE 128

struct target {
	char *text; /* as it was written; for messages */
	char *host, *port; /* NULL for a Unix-domain socket */
	char *path; /* NULL for a host */
	char *name; /* whom the certificate should name: the host, or "localhost" */
};

/*
 * Reads "HOST:PORT", "[IPV6]:PORT", "unix:/PATH", "/PATH" or "https://HOST[:PORT][/...]", whose
 * path is left out; resolves nothing. 0, or -1 with `error` saying what would be right.
 * target_fini() frees it in both cases.
 */
int target_parse(
    struct target *target, const char *text, char error[TARGET_ERROR_SIZE]);
void target_fini(struct target *target);

#endif
