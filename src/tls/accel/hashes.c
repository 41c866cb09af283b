/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice between two implementations of hashes. */
#include "tls/accel/hashes.h"

#include <gnutls/gnutls.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* AES-NI, PCLMUL and AVX: GnuTLS's manual has a table of these bits. Without those for SSSE3 and
 * SHA, GnuTLS leaves hashes to nettle. */
#define OWN_CODE "0x1a"

GNUTLS_SKIP_GLOBAL_INIT

/* On i386, nettle does not use these instructions. */
#ifdef __x86_64__

#include <cpuid.h>

#define LEAF_FEATURES 7
#define FEATURE_SHA (1U << 29)

static bool
processor_has_sha(void)
{
	unsigned eax, ebx, ecx, edx;

	return __get_cpuid_count(LEAF_FEATURES, 0, &eax, &ebx, &ecx, &edx) != 0 &&
	       (ebx & FEATURE_SHA) != 0;
}

#else

static bool
processor_has_sha(void)
{
	return false;
}

#endif

void
hashes_choose(void)
{
	if (processor_has_sha() && gnutls_check_version("3.8.0") != NULL)
		setenv("GNUTLS_CPUID_OVERRIDE", OWN_CODE, 0);
}
