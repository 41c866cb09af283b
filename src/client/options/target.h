/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_TARGET_H
#define TLSD_CLIENT_OPTIONS_TARGET_H

/* The server to call: a host and a port, or a Unix-domain socket. */

#define TARGET_ERROR_SIZE 128

struct target {
	char *text; /* as the user wrote it, for messages */
	char *host, *port; /* NULL for a Unix-domain socket */
	char *path; /* NULL for a host */
	char *name; /* the name that the certificate needs: the host, or "localhost" */
};

/*
 * Reads "HOST:PORT", "[IPV6]:PORT", "unix:/PATH", "/PATH" or "https://HOST[:PORT][/...]", whose
 * path is ignored. Resolves nothing. Returns 0, or -1 with the remedy in `error`. target_fini()
 * frees `target` in both cases.
 */
int target_parse(
    struct target *target, const char *text, char error[TARGET_ERROR_SIZE]);
void target_fini(struct target *target);

#endif
