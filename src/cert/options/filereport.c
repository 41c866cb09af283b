/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of findings on the terminal. */
#include "cert/options/filereport.h"

#include <stdio.h>

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
