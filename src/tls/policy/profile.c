/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The profiles as priority strings. */
#include "tls/policy/profile.h"

#include <stddef.h>

#include "base/memory/memory.h"

enum { MODERN, TLS13 };

#define MODERN_CIPHERS "+AES-128-GCM:+CHACHA20-POLY1305:+AES-256-GCM"
#define SIGNATURES "+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1"

/* A profile is a priority string in parts; its versions come first. */
static const struct {
	const char *name;
	int tls_min;
	const char *groups; /* all but the first two */
	const char *suites;
	const char *rest;
} profiles[] = {
	/* RFC 9325, 4.2: ephemeral key exchange and AEAD only; no tickets in TLS 1.2,
	 * which would undo forward secrecy (4.2.1). */
	[MODERN] = { "modern", PROFILE_TLS12, "+GROUP-SECP384R1",
	    "+ECDHE-ECDSA:+ECDHE-RSA:" MODERN_CIPHERS ":+AEAD",
	    SIGNATURES ":%SERVER_PRECEDENCE:%NO_TICKETS_TLS12" },
	[TLS13] = { "tls13", PROFILE_TLS13, "+GROUP-SECP384R1", MODERN_CIPHERS ":+AEAD",
	    SIGNATURES ":%SERVER_PRECEDENCE" },
	/* CBC suites after the others, for clients from before 2014. */
	[PROFILE_COMPATIBLE] = { "compatible", PROFILE_TLS12,
	    "+GROUP-SECP384R1:+GROUP-SECP521R1",
	    "+ECDHE-ECDSA:+ECDHE-RSA:" MODERN_CIPHERS
	    ":+AES-128-CBC:+AES-256-CBC:+AEAD:+SHA256:+SHA384:+SHA1",
	    "+SIGN-ALL:%SERVER_PRECEDENCE:%NO_TICKETS_TLS12" },
};

static const struct {
	const char *name;
	const char *priority;
} versions[] = {
	[PROFILE_TLS12] = { "1.2", "+VERS-TLS1.2" },
	[PROFILE_TLS13] = { "1.3", "+VERS-TLS1.3" },
};

#define LENGTH(array) ((int)(sizeof(array) / sizeof(array)[0]))

const char *
profile_name(int profile)
{
	return profile < LENGTH(profiles) ? profiles[profile].name : NULL;
}

const char *
profile_version_name(int version)
{
	return version < LENGTH(versions) ? versions[version].name : NULL;
}

int
profile_oldest_version(int profile, int tls_min)
{
	int min = profiles[profile].tls_min;

	return tls_min > min ? tls_min : min;
}

const char *
profile_suites(int profile)
{
	return profiles[profile].suites;
}

char *
profile_groups(int profile, const char *first)
{
	return memory_format("%s%s", first, profiles[profile].groups);
}

char *
profile_compose(
    int profile, int oldest, int newest, const char *groups, const char *suites)
{
	char *text = memory_copy("NONE");

	for (int version = newest; version >= oldest; version--)
		memory_append(&text, ":%s", versions[version].priority);
	memory_append(&text, ":%s:%s:%s", groups, suites, profiles[profile].rest);
	return text;
}
