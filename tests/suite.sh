# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034 # variables for the suites
# What the shell suites share: the programs that they need, a folder, waiting, and the count
# of tests. A test is a function whose name is a sentence. A suite reads this first, and its
# last command is finish.
set -u
umask 022
unset SSLKEYLOGFILE OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy ALL_PROXY

srcdir=$(cd "${top_srcdir:-.}" && pwd)
builddir=$(cd "${top_builddir:-.}" && pwd)
passed=0
failed=0
skipped=0

# skip WHY: ends the suite, or the shell of a test; which counts as skipped, not as passed.
skip() {
	echo "SKIPPED: $1: NOTHING more was tested here"
	exit 77
}

# needs PROGRAM...: or the suite, or the test, is skipped.
needs() {
	for program; do
		command -v "$program" >/dev/null || skip "$program is missing"
	done
}

# What tests have left running; a suite that starts anything defines it anew.
end_processes() {
	:
}

# open_folder: $folder, which everybody may enter, for as long as the suite runs. Its name is
# short, for s_server of openssl takes no socket whose path has more than 31 bytes.
open_folder() {
	folder=$(mktemp -d "/tmp/$(basename "$0" .sh).XXXXXX") || exit 1
	chmod 755 "$folder"
	trap 'end_processes; rm -rf "$folder"' EXIT
	trap 'exit 1' HUP INT TERM
}

# wait_for COMMAND...: until it succeeds, for a minute at most.
wait_for() {
	until=$(($(date +%s) + 60))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$until" ] || {
			echo "in vain: $*"
			return 1
		}
		sleep 0.05
	done
}

# is_listening SOCKET: that its file is there does not mean it yet (__SO_ACCEPTCON in the
# flags). A server may have bound a longer name that it then changed.
is_listening() {
	[ -S "$1" ] && awk -v name="$1" -v path="$PWD/$1" '
		$4 == "00010000" && (index($8, path) == 1 || index($8, name) == 1) { found = 1 }
		END { exit !found }' /proc/net/unix
}

has_passed() {
	passed=$((passed + 1))
	echo "ok $1"
}

has_failed() {
	failed=$((failed + 1))
	echo "FAIL $1"
}

# was_skipped NAME WHY
was_skipped() {
	skipped=$((skipped + 1))
	echo "SKIPPED $1: $2"
}

# run_test NAME: in a folder and a shell of its own, which ends at the first command that
# fails. Of one that failed the ends of its logs are shown.
run_test() {
	mkdir "$folder/$1"
	(
		cd "$folder/$1" || exit 1
		set -e
		"$1"
	) >"$folder/$1/test.log" 2>&1
	case $? in
	0) has_passed "$1" ;;
	77) was_skipped "$1" "$(sed -n 's/^SKIPPED: //p' "$folder/$1/test.log")" ;;
	*)
		has_failed "$1"
		tail -n 30 "$folder/$1"/*.log | sed 's/^/    /'
		;;
	esac
	end_processes
	rm -rf "${folder:?}/$1"
}

# finish: the count, and success if something passed and nothing failed.
finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
