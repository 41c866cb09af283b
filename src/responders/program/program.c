/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that answers, as the configuration sets it. */
#include "responders/program/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/shellwords.h"
#include "responders/program/account.h"
#include "responders/program/child.h"

/* Checks that the first word is a program that the current user can execute. */
static void
check_path(const char *path, struct findings *findings)
{
	struct stat st;

	if (path[0] != '/')
		findings_error(findings,
		    "exec: %s: is not an absolute path: write one, because no folders "
		    "are searched",
		    path);
	else if (stat(path, &st) < 0)
		findings_error(findings,
		    "exec: %s: %s: install the program, or correct its path", path,
		    strerrordesc_np(errno));
	else if (!S_ISREG(st.st_mode))
		findings_error(
		    findings, "exec: %s: is not a file: set a program", path);
	else if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		findings_error(findings,
		    "exec: %s: uid %u may not execute it: %s: run chmod +x", path,
		    (unsigned)geteuid(), strerrordesc_np(errno));
}

static void
read_command(struct program *program, const char *text, struct findings *findings)
{
	char error[160];

	if (shellwords_split(text, &program->words, error, sizeof error) < 0)
		findings_error(findings, "exec: %s", error);
	else if (program->words.count == 0)
		findings_error(findings, "exec: is empty, but respond = exec needs it: "
					 "set a program with its arguments");
	else
		check_path(program->words.items[0], findings);
	if (!child_is_possible())
		findings_error(findings, "exec: pidfd_open: %s: use Linux 5.3 or later",
		    strerrordesc_np(errno));
}

static void
read_user(struct program *program, const char *name, struct findings *findings)
{
	if (name[0] == '\0')
		return;
	program->account = account_find(name);
	if (program->account == NULL)
		findings_error(findings, "exec-user: \"%s\": %s", name,
		    errno == 0 ? "there is no user of that name or number: create one "
				 "with adduser --system --group"
			       : strerrordesc_np(errno));
	else if (geteuid() != 0)
		findings_error(findings,
		    "exec-user: only root can run programs as another user: start tlsd "
		    "as root and without user, or remove exec-user");
}

/* Makes the list of arguments from the words. */
static void
list_arguments(struct program *program)
{
	size_t count = program->words.count;

	program->arguments = memory_new((count + 1) * sizeof *program->arguments);
	memcpy(program->arguments, program->words.items,
	    count * sizeof *program->arguments);
}

struct program *
program_new(const char *service, const char *command, const char *user,
    int64_t timeout_ms, struct findings *findings)
{
	struct program *program = memory_new(sizeof *program);
	size_t errors = findings->errors;

	program->service = service;
	program->timeout_ms = timeout_ms;
	read_command(program, command, findings);
	read_user(program, user, findings);
	if (findings->errors > errors) {
		program_free(program);
		return NULL;
	}
	list_arguments(program);
	return program;
}

void
program_free(struct program *program)
{
	account_free(program->account);
	free(program->arguments);
	stringlist_fini(&program->words);
	free(program);
}
