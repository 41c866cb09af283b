/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_SUBJECT_H
#define TLSD_CERT_SUBJECT_H

/*
 * Whom a certificate is for: a common name, and alternative names read from the command
 * line, each of which is told apart by its form. One thread at a time.
 */

#include <stddef.h>

struct findings;

enum subject_kind { SUBJECT_DNS, SUBJECT_IP, SUBJECT_URI, SUBJECT_EMAIL };

struct subject_name {
	enum subject_kind kind;
	char *text; /* the name, of an IP address its usual form */
	unsigned char ip[16]; /* of an IP address */
	size_t ip_size; /* 4 or 16 */
};

struct subject {
	char *common_name; /* at most 64 characters (RFC 5280, A.1) */
	struct subject_name *names;
	size_t count;
};

/*
 * Each fills the all-zero `subject` from `count` >= 1 texts. 0, or -1 after an error in
 * `findings` for each text that is not right; subject_fini() is right after both.
 *
 * A server has DNS names, with a wildcard as the whole first label at most, and IP
 * addresses. A client's first text is its common name, any printable ASCII; what is an
 * e-mail address, a URI, an IP address or a DNS name with a dot is an alternative name too.
 * An authority has a common name only.
 */
int subject_server(
    struct subject *subject, char *const *texts, int count, struct findings *findings);
int subject_client(
    struct subject *subject, char *const *texts, int count, struct findings *findings);
int subject_authority(
    struct subject *subject, const char *text, struct findings *findings);
void subject_fini(struct subject *subject);

#endif
