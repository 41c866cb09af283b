/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file authorized-certs. */
#include "tls/clientauth/authorized.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "base/file/readerror.h"
#include "tls/x509/pin.h"

#define FILE_LIMIT ((size_t)16 << 20)
#define NAME_MAX_BYTES 255 /* struct identity has as much room */

struct entry {
	struct pin pin;
	char *name; /* NULL without one */
	int line;
	struct authorized_client client;
};

struct authorized {
	struct entry *entries; /* sorted by pin once all are read */
	size_t count;
};

/* A file that is being read, and the number of the current line. */
struct reading {
	struct authorized *authorized;
	struct findings *findings;
	const char *path, *service;
	int line;
};

/* A word of a line, not terminated. */
struct word {
	const char *text;
	size_t length;
};

static const char blanks[] = " \t\r";

static struct word
take_word(const char **text)
{
	const char *start = *text + strspn(*text, blanks);
	struct word word = { start, strcspn(start, blanks) };

	*text = start + word.length;
	return word;
}

/* Takes the value of "KEY=VALUE". Returns false for anything else. */
static bool
take_value(const struct word *word, const char *key, struct word *value)
{
	size_t length = strlen(key);

	if (word->length <= length || memcmp(word->text, key, length) != 0 ||
	    word->text[length] != '=')
		return false;
	*value = (struct word){ word->text + length + 1, word->length - length - 1 };
	return true;
}

static void
report_word(struct reading *reading, const struct word *word, const char *remedy)
{
	char text[80];

	text_escape(text, sizeof text, word->text, word->length);
	findings_error(reading->findings, "authorized-certs: %s:%d: \"%s\" %s",
	    reading->path, reading->line, text, remedy);
}

/* Names go to logs, environments and other servers, so bytes that may be special there are
 * refused. */
static bool
is_name(const struct word *name)
{
	if (name->length == 0 || name->length > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < name->length; i++)
		if (name->text[i] <= ' ' || name->text[i] > '~' ||
		    strchr("\\\"'=", name->text[i]) != NULL)
			return false;
	return true;
}

/* Finds out if `list` has the service. Returns false after an error. */
static bool
find_service(struct reading *reading, const struct word *list, bool *found)
{
	struct stringlist names = { 0 };
	char *text = memory_format("%.*s", (int)list->length, list->text);
	const char *wrong = stringlist_split(&names, text);

	if (wrong != NULL)
		report_word(reading, list, wrong);
	*found = stringlist_has(&names, reading->service);
	stringlist_fini(&names);
	free(text);
	return wrong == NULL;
}

/* The options of a line, which follow its pin. */
struct options {
	struct word name;
	bool for_us;
};

/* Returns false after an error. */
static bool
read_options(struct reading *reading, const char *text, struct options *options)
{
	struct word word, value;

	*options = (struct options){ .for_us = true };
	while ((word = take_word(&text)).length > 0) {
		if (take_value(&word, "service", &value)) {
			if (!find_service(reading, &value, &options->for_us))
				return false;
		} else if (take_value(&word, "name", &options->name)) {
			if (is_name(&options->name))
				continue;
			report_word(reading, &word,
			    "is not a name: use 1-255 printable characters without "
			    "quotes, backslashes and =");
			return false;
		} else {
			report_word(
			    reading, &word, "is neither name=NAME nor service=SERVICE");
			return false;
		}
	}
	return true;
}

static void
read_line(struct reading *reading, const char *text)
{
	struct authorized *authorized = reading->authorized;
	struct word word = take_word(&text);
	struct entry entry = { .line = reading->line };
	struct options options;

	if (word.length == 0 || word.text[0] == '#')
		return;
	if (pin_parse(word.text, word.length, &entry.pin) < 0) {
		report_word(reading, &word,
		    "is not a pin: copy the pin-sha256:... that \"tlscert show\" "
		    "prints");
		return;
	}
	if (!read_options(reading, text, &options) || !options.for_us)
		return;
	if (options.name.length > 0)
		entry.name =
		    memory_format("%.*s", (int)options.name.length, options.name.text);
	entry.client.name = entry.name;
	authorized->entries =
	    memory_resize(authorized->entries, (authorized->count + 1) * sizeof entry);
	authorized->entries[authorized->count++] = entry;
}

static void
read_lines(struct reading *reading, char *data)
{
	char *line;

	while ((line = strsep(&data, "\n")) != NULL) {
		reading->line++;
		read_line(reading, line);
	}
}

static int
compare_pins(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return memcmp(x->pin.hash, y->pin.hash, sizeof x->pin.hash);
}

/* Two lines for one key would leave its identity ambiguous. */
static void
sort_entries(const struct reading *reading)
{
	const struct authorized *authorized = reading->authorized;
	struct entry *entries = authorized->entries;

	if (authorized->count > 0)
		qsort(entries, authorized->count, sizeof *entries, compare_pins);
	for (size_t i = 1; i < authorized->count; i++) {
		int a = entries[i - 1].line, b = entries[i].line;
		if (pin_equal(&entries[i - 1].pin, &entries[i].pin))
			findings_error(reading->findings,
			    "authorized-certs: %s:%d: has the pin of line %d, for the "
			    "same service: remove one",
			    reading->path, a > b ? a : b, a > b ? b : a);
	}
}

static void
load_authorized_file(struct reading *reading)
{
	char *data;
	size_t size;

	if (file_read_text(reading->path, FILE_LIMIT, &data, &size) < 0) {
		char *why = readerror_why(reading->path, errno);
		findings_error(reading->findings, "authorized-certs: %s", why);
		free(why);
		return;
	}
	read_lines(reading, data);
	free(data);
	sort_entries(reading);
}

struct authorized *
authorized_new(const char *path, const char *service, struct findings *findings)
{
	struct authorized *authorized = memory_new(sizeof *authorized);
	size_t errors = findings->errors;
	struct reading reading = { .authorized = authorized,
		.findings = findings,
		.path = path,
		.service = service };

	load_authorized_file(&reading);
	if (findings->errors == errors)
		return authorized;
	authorized_free(authorized);
	return NULL;
}

void
authorized_free(struct authorized *authorized)
{
	if (authorized == NULL)
		return;
	for (size_t i = 0; i < authorized->count; i++)
		free(authorized->entries[i].name);
	free(authorized->entries);
	free(authorized);
}

const struct authorized_client *
authorized_find(const struct authorized *authorized, struct gnutls_x509_crt_int *cert)
{
	struct entry wanted = { .line = 0 };

	if (authorized->count == 0 || pin_read(cert, &wanted.pin) < 0)
		return NULL;
	const struct entry *found = bsearch(&wanted, authorized->entries,
	    authorized->count, sizeof wanted, compare_pins);
	return found != NULL ? &found->client : NULL;
}

size_t
authorized_count(const struct authorized *authorized)
{
	return authorized->count;
}
