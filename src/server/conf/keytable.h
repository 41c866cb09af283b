/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_KEYTABLE_H
#define TLSD_SERVER_CONF_KEYTABLE_H

/* The table of configuration keys: the name, section, type and default of each. Pure functions. */

#include <stdbool.h>
#include <stddef.h>

#include "server/conf/setting.h"

/* The struct in conffields.h that has the key's field. */
enum key_scope { KEY_PROCESS, KEY_SERVICE };

struct key {
	const char *name, *alias;
	enum key_scope scope;
	bool watched; /* names files that `watch` observes */
	bool prose; /* may have typographic characters */
	bool fixed; /* takes effect at a start only, not at a reload */
	size_t offset; /* of its field */
	struct setting setting;
	const char *standard; /* the default */
};

/* Return the number of keys, the key at `index`, and the index of `key`. */
size_t keytable_count(void);
const struct key *keytable_key(size_t index);
size_t keytable_index(const struct key *key);

/* Returns the key `name`, the one in `scope` if there is one in each; NULL if there is none. */
const struct key *keytable_find(const char *name, enum key_scope scope);

/* Returns the name that is most like `name`, or NULL if none is like it. */
const char *keytable_nearest(const char *name);

/* Returns the key that `text` begins with if more words follow it; otherwise NULL. */
const struct key *keytable_find_first_word(const char *text);

/* True if the key may be set several times, because its values form a list. */
bool key_is_list(const struct key *key);

#endif
