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
programs='cat cp dirname env grep make mkdir mv nproc rm sh touch'
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

# A tree that is as an unpacked tarball: it has what autoreconf makes.
make_tree() {
	mkdir -p tree
	cp "$bootstrap" tree
	touch tree/Makefile.in
	cat >tree/configure <<-'END'
		#!/bin/sh
		echo configuring
		cat >Makefile <<-'MAKE'
			all check-programs: made
			made: ; @touch made; echo making
			check: check-programs ; @:; echo checking
		MAKE
	END
	chmod +x tree/configure
}

# A Debian system with all packages but those in $1, and its user, who is $2.
make_system() {
	stub dpkg-query "case \" $1 \" in *\" \$4 \"*) exit 1 ;; esac" 'echo installed'
	stub id "echo $2"
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
	for arguments in frobnicate --frobnicate 'check now' 'run 4433 4434'; do
		# shellcheck disable=SC2086 # words
		expect 2 $arguments
		grep -q '^usage: ./bootstrap' err
		[ ! -s out ]
	done
	expect 2 ''
	for port in x 0 65536 -1 ''; do
		expect 1 run "$port"
		grep -qx "bootstrap: $port: is not a port: use a number from 1 to 65535" err
	done
	[ ! -e tree/build ]
}

bootstrap_without_arguments_makes_the_configure_script() {
	stub autoreconf "echo autoreconf \"\$@\""
	expect 0
	grep -qx 'autoreconf -fi' out
	rm bin/autoreconf
	expect 1
	grep -q 'autoreconf: failed: see above; it needs autoconf, automake and pkg-config' err
}

check_runs_only_the_remaining_steps() {
	make_system '' 1000
	expect 0 check
	[ "$(grep -v '^+' out)" = 'configuring
making
checking
bootstrap: check: passed' ]
	expect 0 check
	fails grep -x -e configuring -e making out
	grep -qx checking out
}

run_starts_a_server_with_the_demo() {
	make_system '' 1000
	mkdir tree/certs tree/build
	printf '%s\n' '#!/bin/sh' "echo \"\$@\" >$PWD/folder" >tree/certs/make-demo
	printf '%s\n' '#!/bin/sh' 'echo serving "$@"; exit 3' >tree/build/tlsd
	chmod +x tree/certs/make-demo tree/build/tlsd
	expect 3 run 4434
	[ "$(cat folder)" = build/demo ]
	grep -qx 'listen = 127.0.0.1:4434' tree/build/demo/tlsd.ini
	grep -q 'openssl s_client .* localhost:4434$' out
	[ "$(tail -n 1 out)" = 'serving -f -c build/demo/tlsd.ini' ]
	expect 3 run
	grep -qx 'listen = 127.0.0.1:4433' tree/build/demo/tlsd.ini
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
	rm tree/Makefile.in
	stub autoreconf 'touch Makefile.in'
	expect 0 check
	grep -qx '+ autoreconf -fi' out
	expect 0 check
	fails grep -q autoreconf out
}

root_installs_missing_packages() {
	make_system 'check libinih-dev' 0
	stub apt-get "echo \"\$@\" >>$PWD/apt"
	expect 0 check
	grep -q ' update$' apt
	grep -q ' install libinih-dev check$' apt
	grep -q '^+ .*apt-get .* install libinih-dev check$' out
}

packages_that_came_since_are_configured() {
	make_system '' 0
	expect 0 check
	make_system check 0
	stub apt-get ''
	expect 0 check
	grep -qx configuring out
}

lib25519_is_installed_where_the_release_has_it() {
	make_system gcc 0
	stub apt-get "case \"\$*\" in *update*) touch updated ;; *) echo \"\$@\" >$PWD/apt ;; esac"
	stub apt-cache 'echo "N: no such package" >&2; exit 100'
	expect 0 check
	grep -q ' install gcc$' apt
	fails grep -q 'no such package' err
	stub apt-cache '[ -e updated ] && [ "$*" = "show lib25519-dev" ]'
	expect 0 check
	grep -q ' install gcc lib25519-dev$' apt
}

others_install_through_sudo() {
	make_system gcc 1000
	stub apt-get "echo \"\$@\" >>$PWD/apt"
	stub sudo "echo \"\$@\" >>$PWD/sudo" '"$@"'
	expect 0 check
	grep -q ' install gcc$' apt
	grep -q ' install gcc$' sudo
	grep -q '^+ sudo .*apt-get .* install gcc$' out
}

missing_packages_are_named_if_they_cannot_be_installed() {
	remedy='packages: not all could be installed: run as root: apt-get install gcc check'
	make_system 'gcc check' 1000 # without sudo
	stub apt-get ''
	expect 1 check
	grep -qx "bootstrap: $remedy" err
	make_system 'gcc check' 0
	stub apt-get "case \"\$*\" in *install*) exit 100 ;; esac"
	expect 1 check
	grep -qx "bootstrap: $remedy" err
	rm bin/apt-get
	expect 1 check
	grep -qx "bootstrap: $remedy" err
	[ ! -e tree/build ]
}

failed_package_list_update_is_not_fatal() {
	make_system gcc 0
	stub apt-get "case \"\$*\" in *update*) exit 1 ;; esac"
	expect 0 check
	grep -q 'packages: the old lists are used' out
}

system_other_than_debian_is_attempted() {
	stub id 'echo 1000'
	expect 0 check
	grep -q 'packages: this is not Debian' out
	grep -qx checking out
}

failed_step_is_named_after_its_output() {
	make_system '' 1000
	printf '%s\n' '#!/bin/sh' 'echo no compiler >&2; exit 1' >tree/configure
	expect 1 check
	[ "$(cat err)" = 'no compiler
bootstrap: configure: failed: see above, and build/config.log' ]
	echo "echo 'check-programs: ; @exit 1' >Makefile" >tree/configure
	expect 1 check
	grep -q 'bootstrap: make: failed: see the first error above' err
}

failed_test_is_named_with_its_log() {
	make_system '' 1000
	echo "echo 'check-programs: ; @:' >Makefile; echo 'check: ; @exit 1' >>Makefile" \
		>tree/configure
	expect 1 check
	grep -q 'bootstrap: check: failed: see build/test-suite.log' err
}

run_tests "$@"
