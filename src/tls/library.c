/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TLS library as a whole. */
#include "config.h"

#include "tls/library.h"

#include <gnutls/gnutls.h>
#include <stddef.h>

#include "tls/accel/libcrypto.h"

int
library_start(void)
{
	if (gnutls_check_version(GNUTLS_VERSION) == NULL)
		return -1;
	return gnutls_global_init() < 0 ? -1 : 0;
}

void
library_stop(void)
{
	gnutls_global_deinit();
}

const char *
library_version(void)
{
	return gnutls_check_version(NULL);
}

void
library_print(FILE *out)
{
	const char *signing = libcrypto_version();

	fprintf(out, "GnuTLS %s", library_version());
	if (signing != NULL)
		fprintf(out, ", libcrypto %s", signing);
#ifdef HAVE_LIB25519
	fputs(", lib25519", out);
#endif
}
