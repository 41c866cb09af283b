#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The output of --help, of each program.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
open_folder

# print_help WORD...: of a program, or of one of its commands
print_help() {
	program=$1
	shift
	"$builddir/$program" "$@" --help
}

print_all() {
	for program in tlsd tlsdctl tlsc tlscert; do
		print_help $program
	done
	for command in bench check explain; do
		print_help tlsc $command
	done
	for command in $(print_help tlscert | sed -n 's/^  \([a-z-][a-z-]*\) .*/\1/p'); do
		print_help tlscert "$command"
	done
}

no_line_of_help_is_wider_than_80_columns() {
	print_all >help
	[ "$(grep -c '^usage: ' help)" -ge 17 ]
	fails grep -E '^.{81}' help
}

run_tests "$@"
