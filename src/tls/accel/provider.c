/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of libcrypto's default provider. */
#include "config.h"

#include "tls/accel/provider.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static OSSL_PROVIDER *provider; /* NULL if it cannot be loaded */

static void
load(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1)
		provider = OSSL_PROVIDER_load(NULL, "default");
}

/* True if `name` is the first of `names`, which are separated by colons. */
static bool
is_first(const char *names, const char *name)
{
	size_t length = strcspn(names, ":");

	return strlen(name) == length && strncmp(names, name, length) == 0;
}

const OSSL_DISPATCH *
provider_functions(int operation, const char *name)
{
	int may_change;

	pthread_once(&once, load);
	if (provider == NULL)
		return NULL;
	const OSSL_ALGORITHM *one =
	    OSSL_PROVIDER_query_operation(provider, operation, &may_change);
	while (one != NULL && one->algorithm_names != NULL &&
	       !is_first(one->algorithm_names, name))
		one++;
	return one != NULL && one->algorithm_names != NULL ? one->implementation : NULL;
}

void *
provider_context(void)
{
	return OSSL_PROVIDER_get0_provider_ctx(provider);
}
