/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: whatever stands in the file, and what is printed reads the same. */
#include "server/conf.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "fuzz.h"

/* A file in memory; `path`, which names it, is the caller's. */
static int
memory_file(const void *bytes, size_t size, char path[64])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_EXPECT(fd >= 0);
	FUZZ_EXPECT(file_write_all(fd, bytes, size) == 0);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/* What is in effect, printed; NULL after an error. */
static char *
read_and_print(const void *bytes, size_t size)
{
	struct findings findings;
	char path[64], *text = NULL;
	size_t length;
	int fd = memory_file(bytes, size, path);

	findings_init(&findings);
	struct conf *conf = conf_read(path, &findings);
	if (findings.errors == 0) {
		FILE *out = open_memstream(&text, &length);
		FUZZ_EXPECT(out != NULL);
		conf_print(conf, out);
		fclose(out);
	}
	conf_free(conf);
	findings_fini(&findings);
	close(fd);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* What it includes is not the fuzzer's to choose, and would not be the same twice. */
	if (memmem(data, size, "include", 7) != NULL)
		return 0;
	char *printed = read_and_print(data, size);
	if (printed == NULL)
		return 0;
	char *again = read_and_print(printed, strlen(printed));
	FUZZ_EXPECT(again != NULL && strcmp(printed, again) == 0);
	free(again);
	free(printed);
	return 0;
}
