#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The filter for fail2ban, by fail2ban itself, with the log of a real tlsd.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"

needs fail2ban-regex openssl python3
open_folder
(cd "$folder" && make_pair) || exit 1

# serve LINE...: a server with these lines for the process, at $address.
serve() {
	{
		printf '%s\n' 'log-file = tlsd.log' 'control-socket =' 'pid-file =' "$@"
		printf '%s\n' '[hello]' "listen = $address:0" \
			"cert = $folder/server.crt" "key = $folder/server.key"
	} >tlsd.ini
	start_tlsd tlsd
	port=$(port_of hello)
}

# say TIMES TEXT: to the server, each time until it closes.
say() {
	python3 - "$address" "$port" "$@" <<'END'
import socket, sys
host, port, times, text = sys.argv[1:]
for _ in range(int(times)):
    with socket.create_connection((host.strip("[]"), int(port)), 60) as client:
        try:
            client.sendall(text.encode())
            while client.recv(4096):
                pass
        except ConnectionError:
            pass
END
}

ask() {
	openssl s_client -quiet -connect "$address:$port" </dev/null \
		2>client.err | grep -qx 'Hello, TLS!'
}

# bans COUNT HOST: what fail2ban finds is so many lines, each with the host.
bans() {
	fail2ban-regex --print-all-matched -v tlsd.log "$srcdir/conf/fail2ban-tlsd.conf" \
		>found
	cat found
	grep -q "^Lines: [0-9]* lines, 0 ignored, $1 matched, " found
	[ "$(grep -c "^|      $2  [A-Z][a-z][a-z] " found)" -eq "$1" ]
}

# The clients are: plain HTTP, another protocol, a silent one, and two good ones.
finds_hostile() {
	serve 'hello-timeout = 1s' "log-format = ${format:-text}"
	ask
	say 2 'GET / HTTP/1.0'"
"
	say 1 'EHLO localhost'"
"
	say 1 ''
	ask
	wait_for grep -Eq 'hello: hello-timeout: |"result":"hello-timeout"' tlsd.log
	stop
	bans 4 "$1"
}

an_ipv4_client_is_found() {
	address=127.0.0.1
	finds_hostile 127.0.0.1
}

an_ipv6_client_is_found() {
	grep -qs ' lo$' /proc/net/if_inet6 || skip 'there is no IPv6 here'
	address='[::1]'
	finds_hostile ::1
}

clients_are_found_in_json_too() {
	address=127.0.0.1
	format=json finds_hostile 127.0.0.1
	# The output has the warnings of the start as well.
	! grep -v -e '^{' -e '^tlsd: warning: ' tlsd.log || return 1
	grep -qs ' lo$' /proc/net/if_inet6 || return 0
	address='[::1]'
	format=json finds_hostile ::1
}

client_from_a_denied_address_is_banned() {
	address=127.0.0.1
	serve 'deny = 127.0.0.0/8'
	say 3 'anything'
	expect 'hello: refused-address: '
	stop
	bans 3 127.0.0.1
}

# exceed FORM: one connection is held while two more come. The kernel hands over those that have
# said something.
exceed() {
	address=127.0.0.1
	serve 'max-per-ip = 1' 'hello-timeout = 5m' "log-format = $1"
	python3 - "$port" <<-'END'
		import socket, sys

		def begin():
		    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60)
		    client.send(b"\x16")
		    return client

		held = begin()
		for _ in range(2):
		    try:
		        begin().recv(1)
		    except ConnectionError:
		        pass
	END
	stop
	bans 2 127.0.0.1
}

a_client_that_has_too_many_connections_is_found() {
	exceed text
	exceed json
}

limit_for_all_clients_bans_none_of_them() {
	address=127.0.0.1
	serve 'accept-rate = 1'
	say 5 'GET / HTTP/1.0'"
"
	stop
	expect 'refused-limit: accept-rate is reached'
	bans "$(grep -c ': not-tls-http: ' tlsd.log)" 127.0.0.1
}

rate_limit_sums_do_not_affect_bans() {
	address=127.0.0.1
	serve
	say 30 'GET / HTTP/1.0'"
"
	stop
	expect 'repeats: hello: not-tls-http: [0-9]* more'
	bans "$(grep -c '\]:[0-9]*: hello: not-tls-http: ' tlsd.log)" 127.0.0.1
}

run_tests "$@"
