/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_PROFILE_H
#define TLSD_TLS_POLICY_PROFILE_H

/* The named profiles, as parts of GnuTLS priority strings. Pure functions. */

/* The versions of TLS, by their index. */
enum { PROFILE_TLS12, PROFILE_TLS13 };

/* The index of the profile that has the most suites and groups. */
enum { PROFILE_COMPATIBLE = 2 };

/* The first groups of a profile. Which of them is preferred depends on the client. */
#define PROFILE_X25519_FIRST "+GROUP-X25519:+GROUP-SECP256R1:"
#define PROFILE_P256_FIRST "+GROUP-SECP256R1:+GROUP-X25519:"

/* Returns "modern", "tls13" or "compatible"; NULL after the last index. */
const char *profile_name(int profile);

/* Returns "1.2" or "1.3"; NULL after the last index. */
const char *profile_version_name(int version);

/* Returns the index of the oldest version of the profile that is not before `tls_min`. */
int profile_oldest_version(int profile, int tls_min);

/* Returns key exchanges, ciphers and MACs of the profile as a part of a priority string. */
const char *profile_suites(int profile);

/* Returns the groups of the profile, with `first` in front. The caller frees them. */
char *profile_groups(int profile, const char *first);

/* Returns the profile as a priority string with these versions, groups and suites, the newest
 * version first. The caller frees it. */
char *profile_compose(
    int profile, int oldest, int newest, const char *groups, const char *suites);

#endif
