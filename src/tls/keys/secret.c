/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with secrets in them. */
#include "tls/keys/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"

enum { FILE_LIMIT = 4096 };

int
secret_read(const char *path, struct secret *secret, struct findings *findings)
{
	*secret = (struct secret){ NULL, 0 };
	if (file_read_text(path, FILE_LIMIT, &secret->text, &secret->size) < 0) {
		findings_read_error(findings, path, errno);
		*secret = (struct secret){ NULL, 0 };
		return -1;
	}
	secret->text[strcspn(secret->text, "\r\n")] = '\0';
	secret_check_rights(path, "the passphrase", findings);
	if (secret->text[0] != '\0')
		return 0;
	findings_error(
	    findings, "%s: its first line is empty: write the passphrase there", path);
	secret_wipe(secret);
	return -1;
}

void
secret_wipe(struct secret *secret)
{
	memory_wipe(secret->text, secret->size);
	free(secret->text);
	*secret = (struct secret){ NULL, 0 };
}

void
secret_check_rights(const char *path, const char *what, struct findings *findings)
{
	struct stat st;

	if (stat(path, &st) < 0 || (st.st_mode & 07) == 0)
		return;
	findings_warning(findings,
	    "%s: everyone may %s the file with %s (mode %04o): run chmod o= %s", path,
	    (st.st_mode & 02) != 0 ? "write" : "read", what,
	    (unsigned)st.st_mode & 07777, path);
}
