#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Long loads, in a short form: SOAK_RELOADS=1000 SOAK_SECONDS=600 SOAK_FAILURES=1000000 make
# check TESTS=tests/soak/soak.sh is the long one.
# shellcheck disable=SC2317 # tests are called by their names
# shellcheck source=tests/lib/suite.sh
. "${top_srcdir:-.}/tests/lib/suite.sh"
reloads=${SOAK_RELOADS:-25}
seconds=${SOAK_SECONDS:-5}
failures=${SOAK_FAILURES:-6000}
needs openssl
[ -d /proc/self/fd ] || skip 'there is no /proc'
open_folder
# A test may take hours.
watch_tests() {
	:
}
exec 3>&1 # for the figures of tests that pass

# A backend that takes nobody.
start_backend() {
	start backend python3 -c 'import socket, time
listener = socket.socket(socket.AF_UNIX)
listener.bind("backend.sock")
listener.listen(0)
client = socket.socket(socket.AF_UNIX)
client.connect("backend.sock")
print("full", flush=True)
time.sleep(100000)'
	wait_for grep -q full backend.log
}

# start_server ACCESS-LOG: a text, at $port, an echo, and those of a backend that takes nobody
# and of a program that does not want to end.
start_server() {
	"$builddir/tlscert" self-signed --cert one.crt --key one.key localhost >/dev/null
	"$builddir/tlscert" self-signed --cert two.crt --key two.key localhost >/dev/null
	use one
	cat one.crt two.crt >trust.crt
	cat >tlsd.ini <<-END
		workers = 8
		hello-timeout = 1s
		close-timeout = 1s
		control-socket = $PWD/sock
		log-file = $PWD/tlsd.log
		access-log = $1
		cert = server.crt
		key = server.key
		[hello]
		listen = 127.0.0.1:0
		[echo]
		listen = 127.0.0.2:0
		respond = echo
		[backend]
		listen = 127.0.0.3:0
		respond = connect
		connect = unix:$PWD/backend.sock
		connect-timeout = 1s
		[program]
		listen = 127.0.0.4:0
		respond = exec
		exec = /bin/sh -c 'trap "" TERM; exec sleep 100'
	END
	start_tlsd tlsd
	server=$(cat tlsd.pid)
	port=$(port_of hello)
}

# use NAME: puts a pair in place, both files or none of them as one reload sees them.
use() {
	cp "$1.crt" server.crt
	cp "$1.key" server.key
}

stop_server() {
	stop
	fails grep -E 'Sanitizer|runtime error' tlsd.log
}

descriptors() {
	find "/proc/$server/fd" -type l | wc -l
}

resident_kb() {
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$server/status"
}

reload_times() {
	for round in $(seq "$1"); do
		if [ $((round % 2)) -eq 0 ]; then use one; else use two; fi
		ctl reload >reloaded || {
			cat reloaded
			return 1
		}
	done
}

# An early round has made what stays for good; what grows after it would grow for ever. Of
# memory some may come yet, as to threads that had nothing to do before.
reloads_lose_no_connection_and_leak_nothing() {
	start_server no
	start bench "$builddir/tlsc" bench --concurrency 4 --duration 1h --ca trust.crt \
		--servername localhost "127.0.0.1:$port"
	reload_times 10
	before=$(resident_kb)
	fds_before=$(descriptors)
	reload_times "$reloads"
	after=$(resident_kb)
	fds_after=$(descriptors)
	kill -INT "$(cat bench.pid)"
	wait "$(cat bench.pid)"
	echo "resident: $before kB, after $reloads reloads $after kB;" \
		"descriptors: $fds_before, $fds_after" >&3
	grep -v '^$' bench.log >&3
	# A sanitizer keeps what was freed, and remembers what was done.
	is_sanitized || [ "$after" -le $((before + before / 2)) ]
	reload_times 1
	wait_for is_calm
	stop_server
}

is_calm() {
	[ "$(descriptors)" -le 20 ]
}

honest_clients_are_served_despite_hostile_ones() {
	needs python3
	start_backend
	start_server no
	start bench "$builddir/tlsc" bench --concurrency 2 --duration "${seconds}s" \
		--timeout 60s --ca trust.crt --servername localhost "127.0.0.1:$port"
	"$builddir/hostile" "$seconds" "$port" "$(port_of echo)" "$(port_of backend)" \
		"$(port_of program)" >&3
	wait "$(cat bench.pid)"
	grep -v '^$' bench.log >&3
	stop_server
}

count_failed() {
	ctl stats |
		sed -n 's/^service hello: .* failed=\([0-9]*\).*/\1/p'
}

all_failed() {
	[ "$(count_failed)" -eq "$failures" ]
}

# Ten lines of each class within a minute, and one more for its sum.
failing_clients_write_a_bounded_log_without_their_bytes() {
	start_server yes
	begin=$(date +%s)
	"$builddir/failing" "$port" "$failures"
	wait_for all_failed
	stop_server
	minutes=$((($(date +%s) - begin) / 60 + 2))
	echo "$failures failures: $(wc -l <tlsd.log) lines, $(wc -c <tlsd.log) bytes in the log," \
		"of $minutes minutes at most" >&3
	[ "$(wc -l <tlsd.log)" -le $((minutes * 6 * 11 + 30)) ]
	LC_ALL=C fails grep -n '[^ -~]' tlsd.log
}

run_tests "$@"
