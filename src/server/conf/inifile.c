/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads ini files with inih, which gets its lines from here. */
#include "server/conf/inifile.h"

#include <assert.h>
#include <ini.h>
#include <stdbool.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/shortage.h"
#include "base/text/text.h"

/* A file that is being read. */
struct inifile {
	const struct inifile_reader *reader;
	struct findings *findings;
	const char *name;
	const char *next, *end;
	int line;
};

/* Returns a problem of the whole file that shows in this line, with the remedy; or NULL. */
static const char *
line_fault(const char *line, size_t size)
{
	const char *cr = memchr(line, '\r', size);

	if (memchr(line, '\0', size) != NULL)
		return "a NUL byte: this is not a text file: save it as UTF-8";
	if (cr != NULL && cr + 1 < line + size && cr[1] != '\n')
		return "a carriage return within a line: save the file with line feeds "
		       "at the ends of lines";
	return NULL;
}

/* Reads one whole line for inih, without its indentation, and counts it. */
static char *
next_line(char *line, int room, void *stream)
{
	struct inifile *file = stream;

	/* After a shortage the result is discarded, so do not read on. */
	if (file->next >= file->end || shortage_is_noted())
		return NULL;
	const char *start = file->next;
	const char *newline = memchr(start, '\n', (size_t)(file->end - start));
	file->next = newline != NULL ? newline + 1 : file->end;
	file->line++;
	size_t size = (size_t)(file->next - start);
	const char *wrong = line_fault(start, size);
	if (wrong != NULL) {
		findings_error(
		    file->findings, "%s:%d: %s", file->name, file->line, wrong);
		file->next = file->end;
		return NULL;
	}
	size_t indent = strspn(start, " \t");
	if (indent > size)
		indent = size;
	assert(size - indent + 1 <= (size_t)room);
	memcpy(line, start + indent, size - indent);
	line[size - indent] = '\0';
	/* inih would only report a heading with its first key, so that empty sections and
	 * repeated ones would go unnoticed. */
	if (line[0] == '[')
		file->reader->take_heading(file->reader->context, file->line, line);
	return line;
}

/* Takes a value from inih. Returning 0 would only add a line number that is known already. */
static int
pass_key(void *user, const char *section, const char *name, const char *value)
{
	const struct inifile *file = user;

	(void)section; /* next_line() has seen it */
	file->reader->take_key(file->reader->context, file->line, name, value);
	return 1;
}

static size_t
longest_line(const char *data, size_t size)
{
	size_t longest = 0, start = 0;

	for (size_t i = 0; i <= size; i++)
		if (i == size || data[i] == '\n') {
			if (i - start > longest)
				longest = i - start;
			start = i + 1;
		}
	return longest;
}

/* Sets Debian's inih, which has its limits in variables. Then a line is never cut or continued, a
 * semicolon in a value stays, and a line without "=" is reported. */
static void
set_up_inih(size_t longest)
{
	int room = (int)longest + 3; /* CR, LF and NUL */

	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_initial_alloc = room;
	ini_max_line = room;
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	ini_allow_no_value = true;
	ini_stop_on_first_error = false;
}

void
inifile_read(const char *name, const char *data, size_t size,
    const struct inifile_reader *reader, struct findings *findings)
{
	struct inifile file = { .reader = reader,
		.findings = findings,
		.name = name,
		.next = text_skip_mark(data),
		.end = data + size };

	set_up_inih(longest_line(data, size));
	if (ini_parse_stream(next_line, &file, pass_key, &file) < 0)
		findings_error(findings, "%s: out of memory", name);
}
