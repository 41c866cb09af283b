#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A new tlsd that takes the place of a running one while clients come: not one may notice. No
# test depends on how fast anything is.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl mkfifo
tlsd=$builddir/tlsd
tlsc=$builddir/tlsc
tlsdctl=$builddir/tlsdctl

rounds=20
! is_sanitized || rounds=5

# Everything that a test has started and noted, daemons by their logs.
end_processes() {
	for process in $(cat "$folder"/*/pids 2>/dev/null) \
		$(sed -n 's/.* tlsd\[\([0-9]*\)\]: .*/\1/p' "$folder"/*/tlsd.log 2>/dev/null |
			sort -u); do
		case $(tr '\0' ' ' 2>/dev/null <"/proc/$process/cmdline") in
		*"$folder"/* | *tlsd.ini* | *127.0.0.1:*) kill -KILL "$process" ;;
		esac
	done
	wait
}

open_folder
reports=$folder/report
# Leaks cannot be looked for in a process that nobody may trace.
ASAN_OPTIONS=log_path=$reports:detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
UBSAN_OPTIONS=log_path=$reports:halt_on_error=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
TSAN_OPTIONS=log_path=$reports${TSAN_OPTIONS:+:$TSAN_OPTIONS}
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

(cd "$folder" && make_pair) || exit 1

# --- what tests are made of -----------------------------------------------------------

# write_ini FILE [LINE...]: the further lines are for the process. The folder named in
# $control is root's where another user has this one.
control=.
write_ini() {
	file=$1
	shift
	{
		printf '%s\n' "pid-file = $control/tlsd.pid" "log-file = tlsd.log" \
			"control-socket = $control/tlsd.sock" 'shutdown-timeout = 10m' \
			'access-log = yes' 'workers = 8' "$@"
		for service in hello echo; do
			printf '%s\n' "[$service]" "listen = 127.0.0.1:0, $PWD/$service.sock" \
				"server-name = $service.example" 'cert = ../server.crt' \
				'key = ../server.key'
		done
		echo 'respond = echo'
		[ -z "${more_listen-}" ] || printf '%s\n' '[more]' "listen = $more_listen" \
			'cert = ../server.crt' 'key = ../server.key'
	} >"$file"
}

pid() {
	cat "$control/tlsd.pid"
}

port() {
	sed -n 's/.* listening: \[127\.0\.0\.1\]:\([0-9]*\): hello$/\1/p' tlsd.log | head -n 1
}

# ask COMMAND...: of the control socket.
ask() {
	"$tlsdctl" -s "$PWD/$control/tlsd.sock" "$@"
}

# The answer, by somebody else's client.
answer() {
	openssl s_client -quiet -CAfile ../server.crt -verify_return_error \
		-servername hello.example "$@" </dev/null 2>>client.err
}

serves() {
	[ "$(answer -connect "127.0.0.1:$(port)")" = 'Hello, TLS!' ]
	[ "$(answer -unix "$PWD/hello.sock")" = 'Hello, TLS!' ]
	ask status | grep -qx "process: $(pid), running"
}

# upgrade: a new process serves.
upgrade() {
	old=$(pid)
	"$tlsd" -u -c tlsd.ini
	new=$(pid)
	[ "$new" != "$old" ]
}

# answered PID: how many clients that process has.
answered() {
	grep -c "tlsd\[$1\]: .*: hello: done" tlsd.log || :
}

# is_busy PID
is_busy() {
	[ "$(answered "$1")" -ge 20 ]
}

# begin_load: clients that come without end, those of tlsc and those of OpenSSL.
begin_load() {
	"$tlsc" bench --insecure --servername hello.example --concurrency 4 \
		--duration 30m "127.0.0.1:$(port)" >bench.out 2>&1 &
	bench=$!
	(
		until [ -e stop ]; do
			[ "$(answer -connect "127.0.0.1:$(port)")" = 'Hello, TLS!' ] ||
				echo 'no answer' >>lost
		done
	) &
	others=$!
	echo "$bench $others" >>pids
}

# end_load: not one was lost, and somebody came at all.
end_load() {
	kill -TERM "$bench"
	wait "$bench" || {
		cat bench.out
		return 1
	}
	cat bench.out
	: >stop
	wait "$others"
	[ ! -e lost ]
}

start() {
	"$tlsd" -c tlsd.ini
	wait_for test -s "$control/tlsd.pid"
}

stop() {
	last=$(pid)
	ask stop
	wait_for is_gone "$last"
	[ ! -e "$control/tlsd.pid" ]
	[ ! -e "$control/tlsd.sock" ]
	[ ! -e hello.sock ]
	! ls "$reports".* 2>/dev/null
}

# begin_echo: a client that stays; it says the lines in ./words and writes ./heard.
begin_echo() {
	mkfifo words
	openssl s_client -quiet -no_ign_eof -connect "127.0.0.1:$(port)" \
		-servername echo.example \
		<words >heard 2>echo.err &
	echo $! >>pids
	exec 5>words
	echo before >&5
	wait_for grep -q before heard
}

# --- the tests --------------------------------------------------------------------------

a_connection_stays_with_the_process_that_has_it() {
	write_ini tlsd.ini
	start
	first=$(pid)
	begin_echo
	upgrade
	upgrade
	wait_for is_gone "$old"
	kill -0 "$first"
	echo after >&5
	wait_for grep -q after heard
	serves
	exec 5>&-
	wait_for is_gone "$first"
	expect "tlsd\[$first\]: .*: echo: done"
	serves
	stop
}

# unharmed: the process in $first serves as before, for ./err says why no other does.
unharmed() {
	cat err
	[ "$(pid)" = "$first" ]
	serves
}

failed_upgrade_leaves_the_running_server_unchanged() {
	write_ini tlsd.ini
	start
	first=$(pid)

	sed 's|\.\./server\.crt|nowhere.crt|' tlsd.ini >bad.ini
	fails "$tlsd" -u -c bad.ini 2>err
	grep -q 'nowhere.crt: no such file' err
	unharmed

	write_ini bad.ini 'wrokers = 4' 'queue-size = many'
	fails "$tlsd" -u -c bad.ini 2>err
	grep -q wrokers err
	grep -q queue-size err
	unharmed

	# After it has been given all that there is.
	mkdir busy
	more_listen=$PWD/busy write_ini bad.ini
	fails "$tlsd" -u -c bad.ini 2>err
	grep -q "listen: .*busy" err
	unharmed

	write_ini bad.ini "log-file = $PWD/busy"
	sed -i '/^log-file = tlsd.log/d' bad.ini
	fails "$tlsd" -u -c bad.ini 2>err
	unharmed

	upgrade
	serves
	stop
}

upgrade_adds_and_removes_addresses() {
	more_listen=$PWD/more.sock write_ini tlsd.ini
	start
	[ "$(answer -unix "$PWD/more.sock")" = 'Hello, TLS!' ]
	more_listen=$PWD/other.sock write_ini tlsd.ini
	upgrade
	wait_for is_gone "$old"
	[ ! -e more.sock ]
	[ "$(answer -unix "$PWD/other.sock")" = 'Hello, TLS!' ]
	serves
	stop
	[ ! -e other.sock ]
}

another_pid_file_and_control_socket_replace_the_old_ones() {
	write_ini tlsd.ini
	start
	old=$(pid)
	sed -e 's|\./tlsd\.pid|./other.pid|' tlsd.ini >other.ini
	"$tlsd" -u -c other.ini
	wait_for is_gone "$old"
	[ ! -e tlsd.pid ]
	kill -0 "$(cat other.pid)"
	ask status | grep -qx "process: $(cat other.pid), running"
	last=$(cat other.pid)
	ask stop
	wait_for is_gone "$last"
	[ ! -e other.pid ]
}

upgrade_without_a_running_server_starts_nothing() {
	write_ini tlsd.ini
	fails "$tlsd" -u -c tlsd.ini 2>err
	cat err
	grep -q 'no tlsd answers there' err
	[ ! -e tlsd.pid ]
	write_ini tlsd.ini
	sed -i 's/^control-socket = .*/control-socket =/' tlsd.ini
	fails "$tlsd" -u -c tlsd.ini 2>err
	grep -q 'control-socket is empty' err
}

upgrade_by_another_user_is_refused() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	needs setpriv
	write_ini tlsd.ini 'control-socket-mode = 0666'
	start
	chmod 755 .
	cp ../server.key others.key
	chown nobody others.key
	sed -e "s|^log-file = .*|log-file = $PWD/others/log|" \
		-e "s|\.\./server\.key|others.key|" \
		-e "s|^pid-file = .*|pid-file = $PWD/others/pid|" tlsd.ini >others.ini
	mkdir others
	chown nobody others
	first=$(pid)
	fails setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups \
		"$tlsd" -u -c others.ini 2>err
	grep -q "permission denied: run it as root" err
	unharmed
	stop
}

server_that_dropped_root_can_be_upgraded() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can become another user'
	control=control
	mkdir control
	chown nobody .
	write_ini tlsd.ini 'user = nobody'
	start
	begin_load
	wait_for is_busy "$(pid)"
	upgrade
	wait_for is_gone "$old"
	grep -q "^Uid:[[:space:]]*$(id -u nobody)[[:space:]]" "/proc/$new/status"
	end_load
	serves
	[ "$(stat -c %U control/tlsd.sock)" = nobody ]
	last=$(pid)
	ask stop
	wait_for is_gone "$last"
}

# --- the tests of make check-long -------------------------------------------------------

upgrades_under_load_lose_not_one_connection() {
	write_ini tlsd.ini
	start
	begin_load
	round=0
	while [ "$round" -lt "$rounds" ]; do
		wait_for is_busy "$(pid)"
		upgrade
		wait_for is_gone "$old"
		round=$((round + 1))
	done
	wait_for is_busy "$(pid)"
	end_load
	[ "$(grep -c 'the new process serves' tlsd.log)" -eq "$rounds" ]
	fails grep -q 'closing unfinished connections' tlsd.log
	serves
	stop
}

run_tests "$@"
