/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the files of a configuration into its structs. */
#include "server/conf/confreader.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "server/conf/assignment.h"
#include "server/conf/inifile.h"
#include "server/conf/lookalikecheck.h"
#include "server/conf/section.h"

#define FILE_LIMIT (1 << 20)
#define NAME_LIMIT 48 /* inih keeps the first 49 bytes of a section's name */

/* A file that is being read. */
struct reading {
	struct conf *conf;
	struct findings *findings;
	const char *file; /* as messages name it */
	const char *folder; /* where its relative paths start */
	struct conf_service *service; /* the present section, or NULL */
};

static bool
is_service_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] != '\0' && strlen(name) <= NAME_LIMIT &&
	       name[strspn(name, letters)] == '\0';
}

/* Reports a heading that does not name a new service. */
static void
check_heading(
    const struct reading *reading, int line, const char *text, const char *name)
{
	const struct conf_place place = { .file = reading->file, .line = line };

	if (text[1 + strcspn(text + 1, "]\n")] != ']')
		findings_error(reading->findings,
		    "%s:%d: [%s: the ] is missing: add it", reading->file, line, name);
	else if (lookalikecheck_name(&place, name, reading->findings))
		; /* reported already */
	else if (!is_service_name(name))
		findings_error(reading->findings,
		    "%s:%d: [%s]: not a name of a service: use 1-%d letters, digits, "
		    "dots, dashes and underscores",
		    reading->file, line, name, NAME_LIMIT);
	else if (section_has_service(reading->conf, name))
		findings_error(reading->findings,
		    "%s:%d: [%s]: is defined twice: give each service its own name",
		    reading->file, line, name);
}

static void
begin_section(void *context, int line, const char *text)
{
	struct reading *reading = context;
	char *name = memory_format("%.*s", (int)strcspn(text + 1, "]\n"), text + 1);

	check_heading(reading, line, text, name);
	reading->service = section_add_service(reading->conf, reading->file, name);
	free(name);
}

static void
set_key(void *context, int line, const char *name, const char *value)
{
	const struct reading *reading = context;
	const struct assignment assignment = { .place = { .file = reading->file,
						   .line = line },
		.folder = reading->folder,
		.name = name,
		.value = value };

	assignment_make(
	    &assignment, reading->conf, reading->service, reading->findings);
}

static void
read_file(struct conf *conf, const char *path, struct findings *findings)
{
	char *data;
	size_t size;

	if (file_read(path, FILE_LIMIT, &data, &size) < 0) {
		findings_read_error(findings, path, errno);
		return;
	}
	stringlist_add(&conf->files, path, strlen(path));
	const char *slash = strrchr(path, '/');
	char *folder = slash != NULL ? memory_format("%.*s", (int)(slash - path), path)
	                             : memory_copy(".");
	char *resolved = realpath(folder[0] != '\0' ? folder : "/", NULL);
	struct reading reading = { .conf = conf,
		.findings = findings,
		.file = conf->files.items[conf->files.count - 1],
		.folder = resolved };
	const struct inifile_reader reader = {
		.take_heading = begin_section, .take_key = set_key, .context = &reading
	};
	inifile_read(reading.file, data, size, &reader, findings);
	free(resolved);
	free(folder);
	free(data);
}

static int
is_ini_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 4 &&
	       strcmp(entry->d_name + length - 4, ".ini") == 0;
}

/* Reads the *.ini files of a folder, in the order of their names. */
static void
read_folder(struct conf *conf, const char *path, struct findings *findings)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_ini_file, alphasort);

	if (count < 0) {
		findings_error(findings, "%s: %s", path, strerrordesc_np(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *file = memory_format("%s/%s", path, entries[i]->d_name);
		read_file(conf, file, findings);
		free(file);
		free(entries[i]);
	}
	free(entries);
}

void
confreader_read(struct conf *conf, const char *path, struct findings *findings)
{
	read_file(conf, path, findings);
	/* The included files may include others, which lengthens the list. */
	for (size_t i = 0; i < conf->process.include.count; i++) {
		const char *included = conf->process.include.items[i];
		struct stat st;

		if (stringlist_has(&conf->files, included))
			findings_error(findings,
			    "include: %s: is included twice: remove one", included);
		else if (stat(included, &st) == 0 && S_ISDIR(st.st_mode))
			read_folder(conf, included, findings);
		else
			read_file(conf, included, findings);
	}
}
