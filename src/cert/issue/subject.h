/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ISSUE_SUBJECT_H
#define TLSD_CERT_ISSUE_SUBJECT_H

/*
 * The subject of a certificate: a common name, and alternative names from the command line. The
 * form of a name tells its kind. One thread at a time.
 */

#include <stddef.h>

struct findings;

enum subject_kind { SUBJECT_DNS, SUBJECT_IP, SUBJECT_URI, SUBJECT_EMAIL };

struct subject_name {
	enum subject_kind kind;
	char *text; /* the name; for an IP address, its usual form */
	unsigned char ip[16]; /* of an IP address */
	size_t ip_size; /* 4 or 16 */
};

struct subject {
	char *common_name; /* at most 64 characters (RFC 5280, A.1) */
	struct subject_name *names;
	size_t count;
};

/*
 * Each fills the all-zero `subject` from `count` >= 1 texts. Returns 0, or -1 after an error in
 * `findings` for each wrong text. Call subject_fini() in both cases.
 *
 * A server has IP addresses and DNS names, with at most a wildcard as the whole first label. A
 * client's first text is its common name, any UTF-8 text without control characters. A text
 * that is an e-mail address, a URI, an IP address or a DNS name with a dot is an alternative
 * name too. An authority has only a common name.
 */
int subject_server(
    struct subject *subject, char *const *texts, int count, struct findings *findings);
int subject_client(
    struct subject *subject, char *const *texts, int count, struct findings *findings);
int subject_authority(
    struct subject *subject, const char *text, struct findings *findings);
void subject_fini(struct subject *subject);

#endif
