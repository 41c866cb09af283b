/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file authorized-certs, with arbitrary content: it is refused with printable
 * reasons, or the names it gives clients are safe in logs and for other servers. */
#include "tls/clientauth/authorized.h"

#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "fuzz.h"
#include "memoryfile.h"

#define NAME_MAX_BYTES 255

/* The client certificate whose pin is in the corpus. */
static unsigned char pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeDCCAR+gAwIBAgIUCCRLkBdSf24eU1ctFGnMuVNyxpcwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGY2xpZW50MCAXDTI2MTEyODAzNDIzNVoYDzIxMjYxMTA0MDM0\n"
    "MjM1WjARMQ8wDQYDVQQDDAZjbGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AATGzm8pPw/dsfQHPMF93y8Hru6/AapGGnHyHlAqDjnoqHxyLqlM11/eBJhBv5Ty\n"
    "ydsuXZvOH77TiPnp1PAbeQ4co1MwUTAdBgNVHQ4EFgQU+MbKHx/abrkj0qX+bJpx\n"
    "30PTVaMwHwYDVR0jBBgwFoAU+MbKHx/abrkj0qX+bJpx30PTVaMwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBJ1umO63pjT63ao9bvJUng9d90kcOq\n"
    "/sI2I/t8zq6/XwIgJSE2VhKjRKrwh3M/iOliJhqm+mlQOYZwYEHB+rrlLeQ=\n"
    "-----END CERTIFICATE-----\n";
static gnutls_x509_crt_t client;

static void
set_up(void)
{
	gnutls_datum_t text = { pem, sizeof pem - 1 };

	FUZZ_EXPECT(gnutls_x509_crt_init(&client) == 0);
	FUZZ_EXPECT(gnutls_x509_crt_import(client, &text, GNUTLS_X509_FMT_PEM) == 0);
}

static void
expect_printable(const char *text)
{
	for (; *text != '\0'; text++)
		FUZZ_EXPECT(*text >= ' ' && *text <= '~');
}

static size_t
count_lines(const uint8_t *data, size_t size)
{
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

static void
check_client(const struct authorized *authorized)
{
	const struct authorized_client *found = authorized_find(authorized, client);

	if (found == NULL || found->name == NULL)
		return;
	FUZZ_EXPECT(strlen(found->name) > 0 && strlen(found->name) <= NAME_MAX_BYTES);
	FUZZ_EXPECT(strpbrk(found->name, " \"'\\=") == NULL);
	expect_printable(found->name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings findings;
	char path[MEMORYFILE_PATH_SIZE];
	int fd = memoryfile_open(data, size, path);

	if (client == NULL)
		set_up();
	findings_init(&findings);
	struct authorized *authorized = authorized_new(path, "hello", &findings);
	FUZZ_EXPECT((authorized == NULL) == (findings.errors > 0));
	for (size_t i = 0; i < findings.count; i++)
		expect_printable(findings.items[i].text);
	if (authorized != NULL) {
		FUZZ_EXPECT(authorized_count(authorized) <= count_lines(data, size));
		check_client(authorized);
	}
	authorized_free(authorized);
	findings_fini(&findings);
	close(fd);
	return 0;
}
