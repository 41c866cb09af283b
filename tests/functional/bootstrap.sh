#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# bootstrap, in a tree whose configure does nothing and with package tools that only say what
# they are asked.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

bootstrap=$srcdir/bootstrap
open_folder

# A PATH of its own: what is not here is not installed.
programs='awk cat cp dirname env find grep make mkdir mv rm sed sh tail touch tr'
# shellcheck disable=SC2086 # words
needs $programs
mkdir "$folder/bin"
for program in $programs; do
	ln -s "$(command -v "$program")" "$folder/bin/$program"
done

# --- what tests are made of -----------------------------------------------------------

# stub NAME LINE...: a program in this test's folder.
stub() {
	name=$1
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"bin/$name"
	chmod +x "bin/$name"
}

# A tree that is as an unpacked tarball: it has a configure script.
make_tree() {
	mkdir -p tree/build-aux
	cp "$bootstrap" tree
	touch tree/configure.ac tree/Makefile.am tree/Makefile.in tree/config.h.in \
		tree/aclocal.m4 tree/build-aux/install-sh
	cat >tree/configure <<-'END'
		#!/bin/sh
		touch config.status
		printf 'all: made\nmade:\n\t@touch made; echo making\ncheck-programs: all\ncheck: all\n\t@:; echo checking\n' >Makefile
	END
	chmod +x tree/configure
}

# A Debian system with all packages but those in $1, and its user, who is $2.
make_system() {
	stub dpkg-query 'shift 3 # -W -f FORMAT' 'for package; do' \
		"case \" $1 \" in *\" \$package \"*) ;; *) echo \"\$package installed\" ;; esac" 'done'
	stub id "echo $2"
	stub nproc 'echo 2'
}

# expect STATUS ARGUMENT...: bootstrap's exit status; its words are in ./out and ./err.
expect() {
	wanted=$1
	shift
	status=0
	PATH=$PWD/bin:$folder/bin tree/bootstrap "$@" >out 2>err </dev/null || status=$?
	cat out err
	[ "$status" -eq "$wanted" ]
}

set_up() {
	mkdir bin
	make_tree
}

# --- the tests ------------------------------------------------------------------------

help_is_printed() {
	expect 0 --help
	grep -q '^usage: ./bootstrap' out
	grep -q '/bootstrap check ' out
	grep -q '/bootstrap run ' out
}

wrong_usage_is_reported() {
	for arguments in frobnicate --frobnicate 'check now' 'run x' 'run 0' 'run 65536' \
		'run 4433 4434' 'run -1'; do
		# shellcheck disable=SC2086 # words
		expect 2 $arguments
		grep -q '^usage: ./bootstrap' err
		[ ! -s out ]
	done
	expect 2 ''
	[ ! -e tree/build ]
}

bootstrap_without_arguments_makes_the_configure_script() {
	stub autoreconf "echo autoreconf \"\$@\""
	expect 0
	grep -qx 'autoreconf -fi' out
	rm bin/autoreconf
	expect 1
	grep -q 'apt-get install autoconf automake' err
}

check_runs_only_the_remaining_steps() {
	make_system '' 1000
	expect 0 check
	grep -q 'packages: all are installed' out
	grep -q 'autoreconf: configure is up to date' out
	grep -q 'configure: setting up build/' out
	fails grep -q 'everything is up to date' out
	grep -qx checking out
	expect 0 check
	grep -q 'configure: build/ is up to date' out
	grep -q 'make: everything is up to date' out
	grep -qx checking out
}

bootstrap_works_from_another_folder() {
	make_system '' 1000
	mkdir elsewhere
	cd elsewhere
	PATH=../bin:$folder/bin ../tree/bootstrap check
	[ -f ../tree/build/made ]
	[ ! -e build ]
}

a_checkout_needs_its_configure_script_made() {
	make_system '' 1000
	mv tree/configure made-configure
	stub autoreconf "cp $PWD/made-configure configure"
	expect 0 check
	grep -q 'autoreconf: making the configure script' out
	expect 0 check
	grep -q 'autoreconf: configure is up to date' out
}

root_installs_missing_packages() {
	make_system 'check libinih-dev' 0
	stub apt-get "echo \"\$@\" >>$PWD/apt"
	expect 0 check
	grep -q ' update$' apt
	grep -q ' install libinih-dev check$' apt
	grep -q '+ .*apt-get .* install libinih-dev check$' out
}

others_install_through_sudo() {
	make_system gcc 1000
	stub apt-get "echo \"\$@\" >>$PWD/apt"
	stub sudo "echo \"\$@\" >>$PWD/sudo" '"$@"'
	expect 0 check
	grep -q ' install gcc$' apt
	grep -q ' install gcc$' sudo
	grep -q '+ sudo .*apt-get .* install gcc$' out
}

missing_packages_are_named_if_they_cannot_be_installed() {
	make_system 'gcc check' 1000
	stub apt-get 'exit 1'
	expect 1 check
	grep -q 'apt-get install gcc check' err
	make_system 'gcc check' 0
	rm bin/apt-get
	expect 1 check
	grep -q 'apt-get install gcc check' err
	[ ! -e tree/build ]
}

failed_package_list_update_is_not_fatal() {
	make_system gcc 0
	stub apt-get "case \"\$*\" in *update*) exit 1 ;; esac"
	expect 0 check
	grep -q 'apt-get update failed' out
}

unavailable_packages_are_reported() {
	make_system gcc 0
	stub apt-get "case \"\$*\" in *install*) exit 100 ;; esac"
	expect 1 check
	grep -q 'packages: apt-get could not install gcc' err
}

system_other_than_debian_is_attempted() {
	stub id 'echo 1000'
	expect 0 check
	grep -q 'packages: this is not Debian' out
	grep -qx checking out
}

a_failed_step_is_named_with_its_log() {
	make_system '' 1000
	printf '%s\n' '#!/bin/sh' 'echo no compiler; exit 1' >tree/configure
	expect 1 check
	grep -q 'no compiler' err
	grep -q "configure: failed: see the whole output in $PWD/tree/build/log/configure.log" err
	grep -q 'no compiler' tree/build/log/configure.log
}

a_failed_test_is_named_with_its_log() {
	make_system '' 1000
	cat >tree/configure <<-'END'
		#!/bin/sh
		touch config.status
		printf 'TESTS = one\nall:\ncheck-programs:\ncheck:\n\t@test -z "$(TESTS)"\n' >Makefile
	END
	expect 1 check
	grep -q "check: failed: see the whole output in $PWD/tree/build/test-suite.log" err
}

run_tests "$@"
