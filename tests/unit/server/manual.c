/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares the table of keys in keytable.c with tlsd.ini(5). In the section of its scope,
 * the manual has an item "It Ic KEY" for each key. A line "Default: VALUE." follows the
 * item, or an item in a section to which both refer. If several keys share an item, the
 * line applies to all. */
#include "server/conf/conf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "lib/confprint.h"
#include "lib/suite.h"
#include "responders/responder.h"

enum { ITEMS_MAX = 200 };

/* An item's key, as the manual describes it. */
struct item {
	char *key;
	char *section;
	char *value; /* NULL: the item has no default line */
	int group; /* number shared by the items of one head */
};

struct manual {
	struct item items[ITEMS_MAX];
	int count;
	char *section;
	int depth, group;
};

static char *
read_manual(void)
{
	const char *folder = getenv("top_srcdir");
	char *path = memory_format("%s/conf/tlsd.ini.5", folder != NULL ? folder : ".");
	char *data;
	size_t size;

	ck_assert_msg(file_read(path, 1 << 20, &data, &size) == 0, "%s", path);
	free(path);
	return data;
}

/* Adds each key of the line ".It Ic KEY No * , Ic KEY , KEY". */
static void
read_head(struct manual *manual, char *line)
{
	char *rest;

	manual->group++;
	for (char *word = strtok_r(line, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		if (!islower((unsigned char)word[0]))
			continue;
		ck_assert_int_lt(manual->count, ITEMS_MAX);
		manual->items[manual->count++] =
		    (struct item){ .key = memory_copy(word),
			    .section = memory_copy(manual->section),
			    .group = manual->group };
	}
}

/* Returns the value in the line "Default: VALUE." as confprint() would write it. */
static char *
read_value(const char *line)
{
	const char *text = line + strlen("Default: ");
	size_t length = strlen(text);

	ck_assert_msg(length > 1 && text[length - 1] == '.', "no full stop: %s", line);
	if (strcmp(text, "empty.") == 0)
		return memory_copy("");
	/* The manual has the paths of a distribution's package. */
	if (strncmp(text, "/run/", 5) == 0)
		return memory_format(
		    TLSD_RUNSTATEDIR "%.*s", (int)(length - 5), text + 4);
	const char *escape = strstr(text, "\\e");
	return escape == NULL ? memory_format("%.*s", (int)(length - 1), text)
	                      : memory_format("%.*s\\%.*s", (int)(escape - text), text,
				    (int)(strlen(escape + 2) - 1), escape + 2);
}

/* Sets the default of the keys of the last head. */
static void
read_default(struct manual *manual, const char *line)
{
	for (int i = 0; i < manual->count; i++) {
		struct item *item = &manual->items[i];
		if (item->group != manual->group)
			continue;
		ck_assert_msg(item->value == NULL, "%s: two defaults", item->key);
		item->value = read_value(line);
	}
}

static void
read_line(struct manual *manual, char *line)
{
	if (strncmp(line, ".Sh ", 4) == 0) {
		free(manual->section);
		manual->section = memory_copy(line + 4);
		manual->group++;
	} else if (strncmp(line, ".Bl ", 4) == 0) {
		manual->depth++;
	} else if (strcmp(line, ".El") == 0) {
		manual->depth--;
	} else if (strncmp(line, ".It Ic ", 7) == 0 && manual->depth == 1) {
		read_head(manual, line + 7);
	} else if (strncmp(line, "Default", 7) == 0) {
		ck_assert_msg(strncmp(line, "Default: ", 9) == 0, "%s", line);
		read_default(manual, line);
	}
	ck_assert_msg(strstr(line, ".Pq the default") == NULL &&
			  strcmp(line, "The default.") != 0,
	    "a default that is not a line of its own: %s: %s", manual->section, line);
}

static struct manual *
load(void)
{
	struct manual *manual = memory_new(sizeof *manual);
	char *data = read_manual();
	char *rest;

	manual->section = memory_copy("");
	for (char *line = strtok_r(data, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		read_line(manual, line);
	free(data);
	return manual;
}

static void
unload(struct manual *manual)
{
	for (int i = 0; i < manual->count; i++) {
		free(manual->items[i].key);
		free(manual->items[i].section);
		free(manual->items[i].value);
	}
	free(manual->section);
	free(manual);
}

/* True if the manual's section describes keys of that scope. */
static bool
is_about(const char *section, bool service)
{
	return strcmp(section, "LIMITS") == 0 ||
	       strcmp(section,
		   service ? "KEYS FOR SERVICES" : "KEYS FOR THE PROCESS") == 0 ||
	       (service && strcmp(section, "CLIENT CERTIFICATES") == 0);
}

/* Expects a key of the table to have exactly one item and one default. */
static void
assert_documented(
    const struct manual *manual, const char *key, bool service, const char *value)
{
	const char *section = service ? "KEYS FOR SERVICES" : "KEYS FOR THE PROCESS";
	int paragraphs = 0, defaults = 0;

	for (int i = 0; i < manual->count; i++) {
		const struct item *item = &manual->items[i];
		if (strcmp(item->key, key) != 0 || !is_about(item->section, service))
			continue;
		paragraphs += strcmp(item->section, section) == 0;
		defaults += item->value != NULL;
		if (item->value != NULL)
			ck_assert_msg(strcmp(item->value, value) == 0,
			    "%s: %s: the manual has the default \"%s\", the table "
			    "\"%s\"",
			    section, key, item->value, value);
	}
	ck_assert_msg(paragraphs == 1, "%s: %d items for %s", section, paragraphs, key);
	ck_assert_msg(defaults == 1, "%s: %d defaults for %s", section, defaults, key);
}

/* Returns the printed defaults of a service of each kind, because a kind is printed
 * without the keys of the others. The caller frees the text. */
static char *
print_defaults(void)
{
	struct findings findings = { 0 };
	char *ini = memory_copy("");
	const char *kind;

	for (int i = 0; (kind = responder_kind_name(i)) != NULL; i++)
		memory_append(&ini, "[%s]\nrespond = %s\n", kind, kind);
	struct conf *conf = conf_read(suite_file("tlsd.ini", ini), &findings);
	char *text = confprint(conf);
	conf_free(conf);
	free(ini);
	return text;
}

/* Calls `use` once for each key of the table, with its scope and default. */
static void
for_each_key(struct manual *manual,
    void (*use)(const struct manual *, const char *, bool, const char *))
{
	char *text = print_defaults(), *rest;
	bool service = false;
	struct stringlist done[2] = { 0 }; /* keys of the process; of services */

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *equals = strstr(line, " = ");
		service = service || line[0] == '[';
		if (equals == NULL)
			continue;
		*equals = '\0';
		if (stringlist_has(&done[service], line))
			continue;
		stringlist_format(&done[service], "%s", line);
		use(manual, line, service, equals + strlen(" = "));
	}
	stringlist_fini(&done[0]);
	stringlist_fini(&done[1]);
	free(text);
}

START_TEST(the_manual_has_each_key_of_the_table_with_its_default)
{
	struct manual *manual = load();

	for_each_key(manual, assert_documented);
	unload(manual);
}
END_TEST

/* Clears the section of the items that describe a key. */
static void
strike_out(
    const struct manual *manual, const char *key, bool service, const char *value)
{
	(void)value;
	for (int i = 0; i < manual->count; i++) {
		const struct item *item = &manual->items[i];
		if (strcmp(item->key, key) == 0 && is_about(item->section, service))
			item->section[0] = '\0';
	}
}

START_TEST(each_key_of_the_manual_is_in_the_table)
{
	struct manual *manual = load();

	for_each_key(manual, strike_out);
	for (int i = 0; i < manual->count; i++) {
		const struct item *item = &manual->items[i];
		ck_assert_msg(
		    !is_about(item->section, true) && !is_about(item->section, false),
		    "%s: the table has no %s", item->section, item->key);
	}
	unload(manual);
}
END_TEST

SUITE("manual", the_manual_has_each_key_of_the_table_with_its_default,
    each_key_of_the_manual_is_in_the_table)
