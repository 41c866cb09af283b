/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of pre-shared keys, with arbitrary content: it is refused with printable reasons, or
 * each of its keys is found by its identity. */
#include "tls/secrets/pskfile.h"

#include <unistd.h>

#include "base/log/findings.h"
#include "fuzz.h"
#include "memoryfile.h"

static void
expect_printable(const char *text)
{
	for (; *text != '\0'; text++)
		FUZZ_EXPECT(*text >= ' ' && *text <= '~');
}

static void
check_psk(const struct pskfile *file, const struct psk *psk)
{
	FUZZ_EXPECT(psk->identity_size > 0);
	FUZZ_EXPECT(psk->identity_size <= PSKFILE_IDENTITY_MAX);
	FUZZ_EXPECT(psk->key_size >= PSKFILE_KEY_MIN);
	FUZZ_EXPECT(psk->key_size <= PSKFILE_KEY_MAX);
	FUZZ_EXPECT(pskfile_find(file, psk->identity, psk->identity_size) == psk);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings findings;
	char path[MEMORYFILE_PATH_SIZE];
	int fd = memoryfile_open(data, size, path);

	findings_init(&findings);
	struct pskfile *file = pskfile_new(path, &findings);
	FUZZ_EXPECT((file == NULL) == (findings.errors > 0));
	for (size_t i = 0; i < findings.count; i++)
		expect_printable(findings.items[i].text);
	for (size_t i = 0; file != NULL && i < pskfile_count(file); i++)
		check_psk(file, pskfile_at(file, i));
	pskfile_free(file);
	findings_fini(&findings);
	close(fd);
	return 0;
}
