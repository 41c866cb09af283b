/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration, with arbitrary content: the printed one reads back as the same. */
#include "server/conf/conf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "fuzz.h"
#include "lib/confprint.h"
#include "memoryfile.h"

/* Returns the printed configuration, or NULL after an error. */
static char *
read_and_print(const void *bytes, size_t size)
{
	struct findings findings;
	char path[MEMORYFILE_PATH_SIZE], *text = NULL;
	int fd = memoryfile_open(bytes, size, path);

	findings_init(&findings);
	struct conf *conf = conf_read(path, &findings);
	if (findings.errors == 0)
		text = confprint(conf);
	conf_free(conf);
	findings_fini(&findings);
	close(fd);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Included files are not part of the input, and their content could change. */
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
