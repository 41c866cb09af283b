#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers of the sources: no include cycle, no include upwards, and the libraries only
# where they belong.
# shellcheck disable=SC2013 # no source has a space in its name
set -eu
cd "${top_srcdir:-.}/src"
failed=0

complain() {
	printf '%s\n' "$*" >&2
	failed=1
}

# "FILE INCLUDED" for each quoted include.
edges() {
	find . -name '*.[ch]' | sed 's,^\./,,' | sort | while read -r file; do
		sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" |
			sed '/^config\.h$/d' | sed "s,^,$file ,"
	done
}

layer() {
	case $1 in
	base/*) echo 0 ;;
	tls/*) echo 1 ;;
	responders/*) echo 2 ;;
	server/*) echo 3 ;;
	*) echo 4 ;;
	esac
}

edges | grep '\.h [^ ]*\.h$' | tsort >/dev/null 2>/tmp/tlsd-layers.$$ ||
	complain "include cycle: $(cat /tmp/tlsd-layers.$$)"
rm -f /tmp/tlsd-layers.$$

edges >/tmp/tlsd-edges.$$
while read -r from to; do
	[ "$(layer "$from")" -ge "$(layer "$to")" ] ||
		complain "src/$from includes $to, which is a layer above it"
done </tmp/tlsd-edges.$$
rm -f /tmp/tlsd-edges.$$

for file in $(grep -rl --include='*.[ch]' '<gnutls/' . | sed 's,^\./,,'); do
	case $file in
	tls/* | client/* | cert/*) ;;
	*) complain "src/$file includes GnuTLS; only src/tls, src/client and src/cert may" ;;
	esac
done
for file in $(grep -rl --include='*.[ch]' '<ini\.h>' . | sed 's,^\./,,'); do
	[ "$file" = server/conf.c ] ||
		complain "src/$file includes ini.h; only src/server/conf.c may"
done
# exit() belongs to the mains; _exit() behind fork() and abort() are other things.
for file in $(grep -rlE --include='*.c' '(^|[^_[:alnum:]])exit\(' . | sed 's,^\./,,'); do
	grep -q '^main(' "$file" || complain "src/$file calls exit(); only a main may"
done
exit $failed
