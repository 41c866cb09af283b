#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a start needs of the system it runs on: addresses, IPv6, folders, rights, descriptors;
# tlsd -t finds what is missing, and nothing else.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl
open_folder

# --- what tests are made of -----------------------------------------------------------

set_up() {
	cp ../pair/server.crt ../pair/server.key .
}

# write_ini [LINE...]: a foreground server with those lines before its service, which listens
# at $listen and has the further lines $service.
write_ini() {
	{
		printf '%s\n' 'daemon = no' 'workers = 2' "$@"
		printf '%s\n' '[hello]' "listen = ${listen:-127.0.0.1:0}" \
			'cert = server.crt' 'key = server.key'
		printf '%s\n' "${service:-respond = text}"
	} >tlsd.ini
}

# check [WRAPPER...]: tlsd -t; its exit status, and ./err.
check() {
	status=0
	"$@" "$builddir/tlsd" -t -c tlsd.ini >out 2>err || status=$?
	cat err
	return "$status"
}

is_told() {
	grep -Eq -e "$1" err || fail "not told: $1"
}

# refused PATTERN [WRAPPER...]: both the test and the start fail, for that reason.
refused() {
	pattern=$1
	shift
	fails check "$@"
	[ "$status" -eq 2 ]
	is_told "tlsd: tlsd.ini:?[0-9]*: $pattern"
	fails "$@" "$builddir/tlsd" -c tlsd.ini 2>err
	cat err
	is_told "tlsd: .*$pattern"
}

# without_ipv6 COMMAND...: on a kernel that has none
without_ipv6() {
	"$builddir/noipv6" "$@"
}

needs_a_kernel_without_ipv6() {
	without_ipv6 true || skip 'a filter cannot see the arguments of socket(2) here'
}

# switched_off COMMAND...: in a network where IPv6 is switched off, and localhost has both
# families
switched_off() {
	# shellcheck disable=SC2016 # the shell in there expands it
	unshare --net --mount sh -ec 'ip link set lo up
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		mount --bind hosts /etc/hosts
		exec "$@"' sh "$@"
}

needs_network() {
	needs ip unshare
	printf '%s\n' '::1 localhost' '127.0.0.1 localhost' >hosts
	switched_off true 2>/dev/null || skip 'there is no right to make a network'
}

needs_root() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can'
}

# as_nobody COMMAND...
as_nobody() {
	setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups "$@"
}

# long_name: as a component of a path that no socket can have
long_name() {
	printf '%0120d' 0
}

# --- IPv6 -----------------------------------------------------------------------------

a_wildcard_listens_by_ipv4_on_a_kernel_without_ipv6() {
	needs_a_kernel_without_ipv6
	listen='*:0' write_ini "control-socket = $PWD/sock"
	check without_ipv6
	is_told 'warning: .*listen: \[::\]:0: Address family not supported .*no IPv6: only IPv4'
	start_tlsd tlsd without_ipv6
	logged 'warning: .*listen: \[::\]:0: .*this machine has no IPv6'
	port=$(port_of hello)
	greet
	says 'service: hello: \[0.0.0.0\]:' status
	ctl reload
	expect 'reload: done'
	greet
}

an_upgrade_needs_no_ipv6_either() {
	needs_a_kernel_without_ipv6
	listen='*:0' write_ini "control-socket = $PWD/sock"
	cp tlsd.ini second.ini
	start_tlsd tlsd without_ipv6
	port=$(port_of hello)
	start second without_ipv6 "$builddir/tlsd" -u -c second.ini
	wait_for is_gone "$(cat tlsd.pid)"
	is_serving second
	grep -q 'warning: .*this machine has no IPv6' second.log
	greet
}

an_address_of_ipv6_alone_needs_ipv6() {
	needs_a_kernel_without_ipv6
	for listen in '[::]:0' '[::1]:0' '127.0.0.1:0, [::1]:0'; do
		write_ini
		refused 'listen: \[::1?\]:0: Address family not supported by protocol: this machine has no IPv6: set' \
			without_ipv6
	done
}

a_name_of_both_families_listens_by_ipv4_where_ipv6_is_switched_off() {
	needs_network
	listen=localhost:0 write_ini
	check switched_off
	is_told 'warning: .*listen: \[::1\]:0: Cannot assign .*no IPv6: only IPv4'
	start_tlsd tlsd switched_off
	logged 'listening: \[127.0.0.1\]:[0-9]*: hello'
	logged 'warning: .*this machine has no IPv6'
	listen='*:0' write_ini
	check switched_off
	listen='[::1]:0' write_ini
	refused 'listen: \[::1\]:0: Cannot assign requested address: this machine' switched_off
}

# --- addresses and sockets ------------------------------------------------------------

an_address_of_another_machine_is_found() {
	listen=192.0.2.1:0 write_ini
	refused 'listen: \[192.0.2.1\]:0: Cannot assign requested address: this machine does not'
}

a_socket_that_cannot_be_made_is_found() {
	listen=$PWD/nowhere/sock write_ini
	refused "listen: unix:$PWD/nowhere/sock: No such file or directory: create its folder"
	listen=/$(long_name) write_ini
	refused 'listen: "/0*" a socket.s path has at most 107'
	listen=$PWD/tlsd.ini write_ini
	refused "listen: unix:$PWD/tlsd.ini: File exists: it is not a socket"
}

an_owner_of_a_socket_that_cannot_be_is_found() {
	write_ini "listen-owner = does-not-exist"
	refused 'listen-owner: there is no user "does-not-exist"'
	write_ini "listen-group = does-not-exist"
	refused 'listen-group: there is no group "does-not-exist"'
	needs_root
	mkdir shared
	chmod 777 shared
	listen=$PWD/shared/front write_ini 'user = nobody'
	chown nobody server.key
	refused 'listen: .*/shared: is writable for others, which could replace its files'
	listen=$PWD/front write_ini 'listen-owner = nobody'
	chown nobody . server.key
	check as_nobody
	fails grep listen: err
	listen=$PWD/front write_ini 'listen-owner = root'
	check as_nobody
	is_told 'warning: .*listen: .*/front: its owner, group or mode cannot be set'
}

services_that_share_a_socket_give_it_the_same_rights() {
	listen=$PWD/front write_ini 'server-name = a.example'
	printf '%s\n' '[b]' "listen = $PWD/front" 'server-name = b.example' 'listen-mode = 0666' \
		'cert = server.crt' 'key = server.key' >>tlsd.ini
	refused "listen: \\[hello\\] sets other rights for unix:$PWD/front: .*set the same listen-owner"
}

a_control_socket_that_cannot_be_made_is_found() {
	write_ini "control-socket = $PWD/nowhere/sock"
	refused "control-socket: $PWD/nowhere/sock: No such file or directory: create its folder"
	write_ini "control-socket = /$(long_name)"
	refused 'control-socket: /0*: a socket.s path has at most 107'
	write_ini "control-socket = $PWD/tlsd.ini"
	refused "control-socket: $PWD/tlsd.ini: File exists: it is not a socket"
}

check_accepts_addresses_held_by_the_running_server() {
	listen="127.0.0.1:0, $PWD/front" write_ini "control-socket = $PWD/sock"
	start_tlsd tlsd
	port=$(port_of hello)
	listen="127.0.0.1:$port, $PWD/front" write_ini "control-socket = $PWD/sock"
	check
	fails grep -E 'listen:|control-socket:' err
	greet
}

check_warns_an_ordinary_user_of_addresses_reserved_for_root() {
	needs_root
	chown nobody . server.key
	mkdir -m 755 run
	listen="127.0.0.1:1, $PWD/run/front" write_ini "control-socket = $PWD/run/sock"
	check as_nobody
	is_told 'warning: .*listen: \[127.0.0.1\]:1: Permission denied: ports below 1024'
	is_told 'warning: .*listen: unix:.*/run/front: Permission denied'
	is_told 'warning: .*control-socket: .*/run/sock: Permission denied'
	chown root .
	check
	fails grep -E 'listen:|control-socket:' err
}

a_limit_of_files_that_is_too_low_is_found() {
	listen='127.0.0.1:0, 127.0.0.2:0, 127.0.0.3:0, 127.0.0.4:0' write_ini
	# shellcheck disable=SC2016 # the shell in there expands it
	fails sh -c 'ulimit -n 9; exec "$0" -t -c tlsd.ini' "$builddir/tlsd" 2>err
	is_told 'listen: uid [0-9]* may open 9 files, .* need at least 12: raise ulimit -Hn'
}

# --- files ----------------------------------------------------------------------------

# The sandbox lets the log be written where the link leads, and be made anew there.
a_log_may_be_a_link_into_another_folder() {
	mkdir here there
	ln -s ../there/log here/log
	write_ini 'log-file = here/log'
	check
	start tlsd "$builddir/tlsd" -c tlsd.ini
	wait_for grep -q started: there/log
	mv there/log there/log.1
	kill -USR1 "$(cat tlsd.pid)"
	wait_for grep -q reopened there/log
	rm here/log
	kill -USR1 "$(cat tlsd.pid)"
	wait_for grep -q reopened here/log
	[ ! -L here/log ]
}

a_root_that_stays_root_follows_no_link_of_another_user_to_its_log() {
	needs_root
	mkdir here
	: >here/log
	ln -s here there
	chown -h nobody there
	write_ini 'log-file = there/log'
	fails check
	is_told 'log-file: .*/there/log: .*: root does not follow the symbolic link of another user'
	fails "$builddir/tlsd" -c tlsd.ini 2>err
	is_told 'log-file: .*/there/log: .*: root does not follow the symbolic link of another user'
	chown -h root there
	check
	ln here/log second
	fails check
	is_told 'log-file: .*: root does not open a file with a second name'
}

log_file_through_a_dangling_link_is_an_error() {
	ln -s nowhere/log log
	write_ini 'log-file = log'
	refused 'log-file: .*/log: uid [0-9]* cannot create it: No such file or directory'
}

a_pid_file_that_cannot_be_written_is_found() {
	write_ini 'pid-file = nowhere/pid'
	sed -i 's/^daemon = no$/log-file = log/' tlsd.ini
	echo 'control-socket =' | cat - tlsd.ini >new
	mv new tlsd.ini
	refused 'pid-file: .*/nowhere/pid: uid [0-9]* cannot create it: No such file'
	ln -s elsewhere pid
	sed -i 's/nowhere.pid/pid/' tlsd.ini
	refused 'pid-file: .*/pid: is a symbolic link, .*: name the file itself'
}

# As root they can be used, but not as the user.
check_finds_files_that_the_configured_user_cannot_use() {
	needs_root
	chown nobody server.key
	mkdir -m 700 secret
	cp /bin/true secret/program
	echo answer >secret/file
	service="respond = exec
exec = $PWD/secret/program" write_ini 'user = nobody'
	refused "exec: $PWD/secret/program: uid $(id -u nobody) may not execute it: Permission denied"
	service="respond = file
file = secret/file" write_ini 'user = nobody'
	refused "file: $PWD/secret/file: uid $(id -u nobody) cannot read it: Permission denied"
	chmod 755 secret
	check
	chmod 600 tlsd.ini
	check
	is_told "warning: .*configuration: .*tlsd.ini: a reload as uid $(id -u nobody) cannot read it"
}

check_warns_of_a_backend_to_which_the_user_cannot_connect() {
	needs_root
	needs socat
	start backend socat "UNIX-LISTEN:$PWD/app.sock,mode=660" STDIO
	wait_for is_listening app.sock
	service="connect = unix:$PWD/app.sock, $PWD/none.sock, 127.0.0.1:1" write_ini 'user = nobody'
	chown nobody server.key
	check
	is_told "warning: .*connect: $PWD/app.sock: uid $(id -u nobody) cannot connect to it: Permission denied: add"
	fails grep -q none.sock err
	chmod 666 app.sock
	check
	fails grep -q app.sock err
}

# --- what it prints -------------------------------------------------------------------

lists_are_broken_into_lines_of_80_columns() {
	write_ini
	check
	grep -q '^  suites:      TLS_' out
	grep -q '^               TLS_' out
	# All values begin in one column.
	[ "$(grep -c '^  [a-z][a-z-]*: ' out)" -eq "$(grep -Ec '^  [a-z][a-z: -]{11} [^ ]' out)" ]
	[ "$(wc -L <out)" -le 80 ]
}

messages_are_broken_at_the_width_of_a_terminal_and_nowhere_else() {
	needs script
	write_ini 'wrokers = 3'
	fails check
	is_told '^tlsd: tlsd.ini:3: wrokers: unknown key: did you mean workers\?$'
	fails script -qec "stty cols 40; '$builddir/tlsd' -t -c tlsd.ini" typescript >/dev/null
	tr -d '\r' <typescript | grep -x '      did you mean workers?'
}

# --- running them ---------------------------------------------------------------------

mkdir "$folder/pair"
(cd "$folder/pair" && make_pair) || exit 1
run_tests "$@"
