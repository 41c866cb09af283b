/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of findings, and of lines for tlsd.ini, on the terminal. */
#include "cert/options/filereport.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log/findings.h"

void
filereport_findings(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		fprintf(stderr, "tlscert: %s%s\n",
		    findings->items[i].kind == FINDING_WARNING ? "warning: " : "",
		    findings->items[i].text);
	findings_fini(findings);
}

void
filereport_setting(const char *key, const char *path)
{
	char *absolute = realpath(path, NULL);

	printf("    %s = %s\n", key, absolute != NULL ? absolute : path);
	free(absolute);
}
