/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of a configuration, and the values of their keys. */
#include "server/conf/section.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"

void
section_init(struct conf_section *section, const char *file, const char *name)
{
	section->name = memory_copy(name);
	section->label =
	    name[0] != '\0' ? memory_format("%s: [%s]", file, name) : memory_copy(file);
	section->places = memory_new(keytable_count() * sizeof *section->places);
}

void
section_fini(struct conf_section *section)
{
	for (size_t i = 0; i < keytable_count(); i++) {
		const struct key *key = keytable_key(i);
		if (key->scope == section_scope(section))
			setting_clear(&key->setting, section_field(section, key));
	}
	free(section->places);
	free(section->label);
	free(section->name);
}

struct conf_service *
section_add_service(struct conf *conf, const char *file, const char *name)
{
	struct conf_service *service = memory_new(sizeof *service);

	service->section.is_service = true;
	section_init(&service->section, file, name);
	service->responder.service = service->section.name;
	conf->services = memory_resize(
	    conf->services, (conf->service_count + 1) * sizeof *conf->services);
	conf->services[conf->service_count++] = service;
	return service;
}

bool
section_has_service(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->service_count; i++)
		if (strcmp(conf->services[i]->section.name, name) == 0)
			return true;
	return false;
}

enum key_scope
section_scope(const struct conf_section *section)
{
	return section->is_service ? KEY_SERVICE : KEY_PROCESS;
}

void *
section_field(struct conf_section *section, const struct key *key)
{
	return (char *)section + key->offset;
}

struct conf_place *
section_place(const struct conf_section *section, const struct key *key)
{
	return &section->places[keytable_index(key)];
}

char *
section_format(const struct conf_section *section, const struct key *key)
{
	return setting_format(&key->setting, (const char *)section + key->offset);
}

bool
section_is_set(const struct conf_section *section, const char *name)
{
	const struct key *key = keytable_find(name, section_scope(section));

	assert(key != NULL);
	return section_place(section, key)->line > 0;
}

bool
section_changes(const struct conf_section *section, const struct key *key)
{
	if (key->scope != section_scope(section) ||
	    section_place(section, key)->line == 0)
		return false;
	char *value = section_format(section, key);
	bool changes = strcmp(value, key->standard) != 0;
	free(value);
	return changes;
}

static void
fill_in_key(struct conf_section *section, const struct key *key,
    const struct conf_section *defaults)
{
	void *field = section_field(section, key);

	if (defaults != NULL && section_place(defaults, key)->line > 0) {
		*section_place(section, key) = *section_place(defaults, key);
		setting_copy(
		    &key->setting, (const char *)defaults + key->offset, field);
	} else {
		free(setting_parse(&key->setting, key->standard, NULL, field));
	}
}

void
section_fill_in(struct conf_section *section, const struct conf_section *defaults)
{
	for (size_t i = 0; i < keytable_count(); i++) {
		const struct key *key = keytable_key(i);
		if (key->scope == section_scope(section) &&
		    section_place(section, key)->line == 0)
			fill_in_key(section, key, defaults);
	}
}
