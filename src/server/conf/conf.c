/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole configuration: reading, completing and comparing it. */
#include "server/conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "server/conf/answerkind.h"
#include "server/conf/confreader.h"
#include "server/conf/keytable.h"
#include "server/conf/section.h"
#include "tls/keys/certdir.h"
#include "tls/keys/token.h"

/* The default of `max-lifetime` is only for answers that tlsd gives itself. */
static void
settle_lifetime(struct conf_service *service)
{
	if (!section_is_set(&service->section, "max-lifetime") &&
	    responder_kind_lasts(service->responder.kind))
		service->max_lifetime_ms = 0;
}

static void
fill_in_all(struct conf *conf)
{
	/* A file without a section is one service. */
	if (conf->service_count == 0)
		section_add_service(conf, conf->process.section.label, "tlsd");
	for (size_t i = 0; i < conf->service_count; i++) {
		section_fill_in(&conf->services[i]->section, &conf->defaults.section);
		settle_lifetime(conf->services[i]);
	}
	section_fill_in(&conf->defaults.section, NULL);
	section_fill_in(&conf->process.section, NULL);
}

struct conf *
conf_read(const char *path, struct findings *findings)
{
	struct conf *conf = memory_new(sizeof *conf);

	conf->defaults.section.is_service = true;
	section_init(&conf->process.section, path, "");
	section_init(&conf->defaults.section, path, "");
	confreader_read(conf, path, findings);
	answerkind_settle(conf, findings);
	fill_in_all(conf);
	return conf;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < conf->service_count; i++) {
		section_fini(&conf->services[i]->section);
		free(conf->services[i]);
	}
	free(conf->services);
	section_fini(&conf->defaults.section);
	section_fini(&conf->process.section);
	stringlist_fini(&conf->files);
	free(conf);
}

/* Returns the place of the key that `text` starts with, before its colon; NULL if there is
 * none. */
static const struct conf_place *
find_key_place(const struct conf_section *section, const char *text)
{
	char *name = memory_format("%.*s", (int)strcspn(text, ":"), text);
	const struct key *key = keytable_find(name, section_scope(section));

	free(name);
	if (key == NULL || section_place(section, key)->line == 0)
		return NULL;
	return section_place(section, key);
}

void
conf_locate(
    const struct conf_section *section, struct findings *from, struct findings *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct finding *one = &from->items[i];
		const struct conf_place *place = find_key_place(section, one->text);
		if (place != NULL)
			findings_add(
			    to, one, "%s:%d: %s", place->file, place->line, one->text);
		else
			findings_add(to, one, "%s: %s", section->label, one->text);
	}
	findings_fini(from);
}

static void
add_files_of_key(
    const struct conf_service *service, const struct key *key, struct stringlist *files)
{
	const void *field = (const char *)service + key->offset;

	if (key_is_list(key)) {
		const struct stringlist *list = field;
		for (size_t i = 0; i < list->count; i++)
			if (!token_is_url(list->items[i]))
				stringlist_add(
				    files, list->items[i], strlen(list->items[i]));
	} else {
		const char *path = *(char *const *)field;
		if (path[0] != '\0')
			stringlist_add(files, path, strlen(path));
	}
}

void
conf_watched_files(const struct conf *conf, struct stringlist *files)
{
	for (size_t i = 0; i < conf->service_count; i++) {
		const char *folder = conf->services[i]->context.pairs.cert_dir;
		for (size_t k = 0; k < keytable_count(); k++)
			if (keytable_key(k)->watched)
				add_files_of_key(
				    conf->services[i], keytable_key(k), files);
		if (folder[0] != '\0')
			certdir_watched(folder, files);
	}
}

char *
conf_fixed_differences(const struct conf *old, const struct conf *new)
{
	char *names = memory_copy("");

	for (size_t i = 0; i < keytable_count(); i++) {
		const struct key *key = keytable_key(i);
		if (key->scope != KEY_PROCESS || !key->fixed)
			continue;
		char *before = section_format(&old->process.section, key);
		char *after = section_format(&new->process.section, key);
		if (strcmp(before, after) != 0)
			memory_append(
			    &names, "%s%s", names[0] != '\0' ? ", " : "", key->name);
		free(before);
		free(after);
	}
	return names;
}
