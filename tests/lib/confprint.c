/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configurations as text. */
#include "lib/confprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/conf/answerkind.h"
#include "server/conf/conf.h"
#include "server/conf/keytable.h"
#include "server/conf/section.h"

static void
print_section(const struct conf_section *section, int kind, FILE *out)
{
	for (size_t i = 0; i < keytable_count(); i++) {
		const struct key *key = keytable_key(i);
		if (key->scope != section_scope(section) ||
		    answerkind_ignores(kind, key))
			continue;
		char *value = section_format(section, key);
		fprintf(out, "%s = %s\n", key->name, value);
		free(value);
	}
}

char *
confprint(const struct conf *conf)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	print_section(&conf->process.section, 0, out);
	for (size_t i = 0; i < conf->service_count; i++) {
		const struct conf_service *service = conf->services[i];
		fprintf(out, "\n[%s]\n", service->section.name);
		print_section(&service->section, service->responder.kind, out);
	}
	fclose(out);
	return text;
}
