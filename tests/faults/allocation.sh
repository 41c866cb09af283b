#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every n-th allocation of a connection fails, for each kind of connection. The suites, which
# wait more than they compute, run beside each other. Exits 77 if none could run.
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
program=$builddir/tests/faults/check_allocation
open_folder
began=$(date +%s)

"$program" --list >"$folder/suites"
while read -r name; do
	"$program" "$name" >"$folder/$name.out" 2>&1 </dev/null &
	printf '%s %s\n' $! "$name" >>"$folder/running"
done <"$folder/suites"
while read -r process name; do
	status=0
	wait "$process" || status=$?
	took=$(($(date +%s) - began))
	cat "$folder/$name.out"
	case $status in
	0) has_passed "$name" ;;
	77) was_skipped "$name" 'as it says' ;;
	*) has_failed "$name" ;;
	esac
done <"$folder/running"
finish
