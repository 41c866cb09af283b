#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The daemon between clients and servers of other people: openssl, socat, redis and nginx. A
# test is a function whose name is a sentence; it runs in a folder and a shell of its own,
# which ends at the first command that fails. One whose program is missing is skipped loudly.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
umask 077
needs openssl timeout cmp
open_folder
tlsd=$builddir/tlsd

# What a test has started, by its pids in files of its folder, and nothing else.
end_processes() {
	for file in "$folder"/*/*.pid; do
		[ -s "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null
	done
}

# --- what tests are made of -----------------------------------------------------------

# start NAME COMMAND...: in the background; its output is ./NAME.log.
start() {
	name=$1
	shift
	"$@" >"$name.log" 2>&1 </dev/null &
	echo $! >"$name.pid"
}

# serve LINE...: tlsd with one service of these lines; its port is $port.
serve() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost \
		-keyout server.key -out server.crt 2>/dev/null
	{
		printf '%s\n' 'pid-file =' 'control-socket =' '[relay]' 'listen = 127.0.0.1:0' \
			'cert = server.crt' 'key = server.key' "$@"
	} >tlsd.ini
	start tlsd "$tlsd" -f -c tlsd.ini
	wait_for grep -q ': started: ' tlsd.log
	port=$(sed -n 's/.*: listening: \[127\.0\.0\.1\]:\([0-9]*\).*/\1/p' tlsd.log)
}

fetch() {
	timeout 60 openssl s_client -connect "127.0.0.1:$port" -CAfile server.crt \
		-verify_return_error -servername localhost -quiet -no_ign_eof "$@"
}

# --- the tests ------------------------------------------------------------------------

an_echo_of_64_mib_to_openssl_is_whole() {
	serve 'respond = echo'
	head -c 67108864 /dev/urandom >sent
	# The input ends only when all is back: at its end openssl leaves without waiting.
	mkfifo input
	fetch -nocommands <input >heard &
	client=$!
	exec 3>input
	cat sent >&3
	wait_for cmp -s sent heard
	exec 3>&-
	wait "$client"
	wait_for grep -q ': relay: done .* in=67108864 out=67108864 ' tlsd.log
}

socat_behind_and_in_front_loses_nothing() {
	needs socat
	head -c 67108864 /dev/urandom >sent
	start backend socat UNIX-LISTEN:backend.sock,fork EXEC:"sha256sum"
	wait_for test -S backend.sock
	serve 'respond = connect' "connect = unix:$PWD/backend.sock"
	timeout 60 socat -t 60 - \
		"OPENSSL:127.0.0.1:$port,cafile=server.crt,commonname=localhost" <sent >heard
	[ "$(cut -d' ' -f1 heard)" = "$(sha256sum <sent | cut -d' ' -f1)" ]
	wait_for grep -q ': relay: done .* in=67108864 ' tlsd.log
}

redis_is_served_to_its_own_client() {
	needs redis-server redis-cli
	start redis redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --dir "$PWD"
	wait_for test -S redis.sock
	serve 'respond = connect' "connect = $PWD/redis.sock"
	set -- -h localhost -p "$port" --tls --cacert server.crt
	redis-cli --help 2>&1 | grep -q -e --tls || skip "redis-cli has no TLS"
	head -c 4194304 /dev/urandom | base64 -w 0 >sent
	timeout 60 redis-cli "$@" -x SET key <sent | grep -q OK
	timeout 60 redis-cli "$@" --raw GET key | tr -d '\n' | cmp - sent
	i=0
	while [ $i -lt 2000 ]; do
		echo "INCR counter"
		i=$((i + 1))
	done | timeout 60 redis-cli "$@" >answers
	[ "$(tail -n 1 answers | tr -dc 0-9)" = 2000 ]
}

nginx_serves_a_page_and_a_download() {
	needs nginx
	mkdir page
	head -c 33554432 /dev/urandom >page/download
	chmod 755 "$folder" . page
	chmod 644 page/download
	cat >nginx.conf <<-END
		daemon off;
		master_process off;
		pid $PWD/nginx.pid.own;
		error_log $PWD/nginx.err;
		events {}
		http {
			access_log off;
			client_body_temp_path $PWD/t1;
			proxy_temp_path $PWD/t2;
			fastcgi_temp_path $PWD/t3;
			uwsgi_temp_path $PWD/t4;
			scgi_temp_path $PWD/t5;
			server { listen unix:$PWD/nginx.sock; root $PWD/page; }
		}
	END
	start nginx nginx -c "$PWD/nginx.conf"
	wait_for test -S nginx.sock
	serve 'respond = connect' "connect = unix:$PWD/nginx.sock"
	printf 'GET /download HTTP/1.0\r\n\r\n' >request
	{
		cat request
		wait_for grep -q ': relay: ' tlsd.log
	} | fetch >answer
	tail -c 33554432 answer | cmp - page/download
	wait_for grep -q ': relay: done ' tlsd.log
}

a_backend_that_is_not_there_is_no_proper_end() {
	serve 'respond = connect' "connect = $PWD/nobody.sock"
	fetch -ign_eof </dev/null >heard 2>err || :
	[ ! -s heard ]
	grep -q 'alert internal error' err
	wait_for grep -q ': relay: backend: .*nobody.sock' tlsd.log
}

# --- running them ---------------------------------------------------------------------

for test in an_echo_of_64_mib_to_openssl_is_whole socat_behind_and_in_front_loses_nothing \
	redis_is_served_to_its_own_client nginx_serves_a_page_and_a_download \
	a_backend_that_is_not_there_is_no_proper_end; do
	run_test "$test"
done
finish
