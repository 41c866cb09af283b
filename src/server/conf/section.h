/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_SECTION_H
#define TLSD_SERVER_CONF_SECTION_H

/* The sections of a configuration: the keys before the first [section], and one section for each
 * service. Main thread. */

#include <stdbool.h>

#include "server/conf/conffields.h"
#include "server/conf/keytable.h"

/* Initializes a zeroed section of `file` whose member `is_service` is set. `name` is the text in
 * its brackets, or "". section_fini() frees the memory that the section owns. */
void section_init(struct conf_section *section, const char *file, const char *name);
void section_fini(struct conf_section *section);

/* Adds a section for a service and returns it. `conf` owns it. */
struct conf_service *section_add_service(
    struct conf *conf, const char *file, const char *name);

/* True if `conf` has a service of that name. */
bool section_has_service(const struct conf *conf, const char *name);

/* Returns the scope of the keys that the section has. */
enum key_scope section_scope(const struct conf_section *section);

/* Returns the field of `key`, which must be of the section's scope. */
void *section_field(struct conf_section *section, const struct key *key);

/* Returns the place where `key` was set; its line is 0 if it was not set. */
struct conf_place *section_place(
    const struct conf_section *section, const struct key *key);

/* Returns the value of `key` as text, which the caller frees. */
char *section_format(const struct conf_section *section, const struct key *key);

/* True if the key `name` was set in the section, or was inherited from one that sets it. */
bool section_is_set(const struct conf_section *section, const char *name);

/* True if the section sets `key` to something other than its default. */
bool section_changes(const struct conf_section *section, const struct key *key);

/* Fills in the keys that were not set, from `defaults`, which may be NULL, or with their own
 * defaults. */
void section_fill_in(struct conf_section *section, const struct conf_section *defaults);

#endif
