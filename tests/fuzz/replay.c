/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzzer once for each file in its arguments: old findings are tested again,
 * also in builds without libFuzzer. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"

#define INPUT_LIMIT (1 << 20)

static int
replay(const char *path)
{
	char *data;
	size_t size;

	if (file_read(path, INPUT_LIMIT, &data, &size) < 0) {
		perror(path);
		return -1;
	}
	/* If the fuzzer aborts, its input is the last file printed. */
	printf("%s\n", path);
	fflush(stdout);
	/* The copy ends with the input, so that sanitizers detect a read beyond. */
	uint8_t *input = malloc(size > 0 ? size : 1);
	if (input == NULL)
		abort();
	memcpy(input, data, size);
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) < 0)
			return 1;
	return 0;
}
