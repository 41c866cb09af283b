#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The daemon between clients and servers of other people: openssl, curl, socat, redis, nginx,
# haproxy, git and stunnel. One whose program is missing is skipped loudly.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl cmp
open_folder

# --- what tests are made of -----------------------------------------------------------

# serve LINE...: tlsd with one service of these lines; its port is $port.
serve() {
	take_pair
	{
		printf '%s\n' 'pid-file =' 'control-socket =' '[relay]' 'listen = 127.0.0.1:0' \
			'cert = server.crt' 'key = server.key' "$@"
	} >tlsd.ini
	start_tlsd tlsd
	port=$(port_of relay)
}

fetch() {
	openssl s_client -connect "127.0.0.1:$port" -CAfile server.crt \
		-verify_return_error -servername localhost -quiet -no_ign_eof "$@"
}

# get PATH [OPTION...]: by curl
get() {
	page=https://localhost:$port$1
	shift
	curl -s --max-time 60 --cacert server.crt --resolve "localhost:$port:127.0.0.1" "$@" "$page"
}

# --- the tests ------------------------------------------------------------------------

relay_between_two_socats_loses_no_bytes() {
	needs socat
	head -c 16777216 /dev/urandom >sent
	start backend socat UNIX-LISTEN:backend.sock,fork EXEC:"sha256sum"
	wait_for is_listening backend.sock
	serve 'respond = connect' "connect = unix:$PWD/backend.sock"
	socat -t 60 - \
		"OPENSSL:127.0.0.1:$port,cafile=server.crt,commonname=localhost" <sent >heard
	[ "$(cut -d' ' -f1 heard)" = "$(sha256sum <sent | cut -d' ' -f1)" ]
	wait_for grep -q ': relay: done .* in=16777216 ' tlsd.log
}

serve_redis() {
	start redis redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --dir "$PWD"
	wait_for is_listening redis.sock
	serve 'respond = connect' "connect = $PWD/redis.sock"
}

redis_is_served_to_its_own_client() {
	needs redis-server redis-cli
	serve_redis
	set -- -h localhost -p "$port" --tls --cacert server.crt
	redis-cli --help 2>&1 | grep -q -e --tls || skip "redis-cli has no TLS"
	head -c 4194304 /dev/urandom | base64 -w 0 >sent
	redis-cli "$@" -x SET key <sent | grep -q OK
	redis-cli "$@" --raw GET key | tr -d '\n' | cmp - sent
	i=0
	while [ $i -lt 2000 ]; do
		echo "INCR counter"
		i=$((i + 1))
	done | redis-cli "$@" >answers
	[ "$(tail -n 1 answers | tr -dc 0-9)" = 2000 ]
}

# start_nginx LINE...: one server with these lines, at ./nginx.sock
start_nginx() {
	write_nginx_conf "$@"
	start nginx nginx -c "$PWD/nginx.conf"
	wait_for is_listening nginx.sock
}

nginx_serves_a_page_and_a_download() {
	needs nginx
	mkdir page
	head -c 33554432 /dev/urandom >page/download
	chmod 755 "$folder" . page
	chmod 644 page/download
	start_nginx "listen unix:$PWD/nginx.sock; root $PWD/page;"
	serve 'respond = connect' "connect = unix:$PWD/nginx.sock"
	printf 'GET /download HTTP/1.0\r\n\r\n' >request
	{
		cat request
		wait_for grep -q ': relay: ' tlsd.log
	} | fetch >answer
	tail -c 33554432 answer | cmp - page/download
	wait_for grep -q ': relay: done ' tlsd.log
}

missing_backend_socket_is_an_unclean_end() {
	serve 'respond = connect' "connect = $PWD/nobody.sock"
	fetch -ign_eof </dev/null >heard 2>err || :
	[ ! -s heard ]
	grep -q 'alert internal error' err
	wait_for grep -q ': relay: backend: .*nobody.sock' tlsd.log
}

nginx_sees_the_clients_address() {
	needs nginx curl
	chmod 755 "$folder" .
	# shellcheck disable=SC2016 # nginx's own variable
	start_nginx "listen unix:$PWD/nginx.sock proxy_protocol;" \
		'return 200 "from $proxy_protocol_addr\n";'
	for kind in v1 v2 v2-tls; do
		serve 'respond = connect' "connect = $PWD/nginx.sock" "send-proxy = $kind"
		get / --interface 127.0.0.9 >heard
		grep -qx 'from 127.0.0.9' heard
		kill "$(cat tlsd.pid)"
	done
}

haproxy_as_backend_gets_the_server_name() {
	needs haproxy curl
	cat >haproxy.cfg <<-END
		defaults
			mode http
			timeout client 60s
			timeout connect 60s
			timeout server 60s
		frontend behind
			bind unix@$PWD/haproxy.sock accept-proxy
			http-request return content-type text/plain lf-string "%[src] %[fc_pp_authority]\n"
	END
	start haproxy haproxy -db -f haproxy.cfg
	wait_for is_listening haproxy.sock
	serve 'respond = connect' "connect = $PWD/haproxy.sock" 'send-proxy = v2-tls'
	get / >heard
	grep -qx '127.0.0.1 localhost' heard
}

# The address of the client, not of the proxy, gets to the program and into the log.
haproxy_as_frontend_passes_the_client_address() {
	needs haproxy curl
	serve 'respond = exec' 'exec = /usr/bin/env' 'accept-proxy = yes' \
		'accept-proxy-from = 127.0.0.1'
	behind=$port
	port=$((10000 + $$ % 20000))
	for version in send-proxy send-proxy-v2 'send-proxy-v2 proxy-v2-options crc32c'; do
		port=$((port + 1))
		cat >haproxy.cfg <<-END
			defaults
				mode tcp
				timeout client 60s
				timeout connect 60s
				timeout server 60s
			listen front
				bind 127.0.0.1:$port
				server tlsd 127.0.0.1:$behind source 127.0.0.1 $version
		END
		start haproxy haproxy -db -f haproxy.cfg
		wait_for get / --http0.9 --interface 127.0.0.9 -o heard
		grep -qx 'TCPREMOTEIP=127.0.0.9' heard
		grep -qx "TCPLOCALPORT=$port" heard
		kill -KILL "$(cat haproxy.pid)"
		rm haproxy.pid
	done
	wait_for grep -q '\[127\.0\.0\.9\]:.*: relay: done ' tlsd.log
}

curl_sends_its_own_address_in_a_proxy_header() {
	needs curl
	serve 'accept-proxy = yes' 'accept-proxy-from = 127.0.0.0/8'
	get / --http0.9 --interface 127.0.0.9 --haproxy-protocol >heard
	grep -qx 'Hello, TLS!' heard
	wait_for grep -q '\[127\.0\.0\.9\]:.*: relay: done ' tlsd.log
}

# A client of stunnel's, by its standard input and output.
configure_stunnel() {
	cat >stunnel.conf <<-END
		pid =
		foreground = yes
		syslog = no
		output = $PWD/stunnel.out
		client = yes
		connect = 127.0.0.1:$port
		CAfile = $PWD/server.crt
		verifyChain = yes
		checkHost = localhost
	END
}

program_gets_the_client_certificate_in_its_environment() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 \
		-subj /CN=alice -addext extendedKeyUsage=clientAuth \
		-keyout alice.key -out alice.crt 2>/dev/null
	serve 'client-verify = required' 'ca-file = alice.crt' 'respond = exec' 'exec = /usr/bin/env'
	wait_for grep -q ': relay: done ' tlsd.log |
		fetch -cert alice.crt -key alice.key >heard
	grep -qx 'SSL_CLIENT_VERIFY=SUCCESS' heard
	grep -qx 'SSL_CLIENT_NAME=alice' heard
	grep -qx 'SSL_CLIENT_S_DN=CN=alice' heard
	grep -qx 'SSL_CLIENT_I_DN=CN=alice' heard
	grep -q '^SSL_CLIENT_M_SERIAL=[0-9A-F]' heard
	fetch -ign_eof </dev/null >heard 2>/dev/null || :
	[ ! -s heard ]
	wait_for grep -q ': relay: cert-missing: ' tlsd.log
}

# --- the tests of make check-long -------------------------------------------------------

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

git_clones_from_a_program_through_stunnel() {
	needs git stunnel4
	git init -q --bare repository.git
	git init -q work
	head -c 3000000 /dev/urandom >work/file
	git -C work add file
	git -C work -c user.name=a -c user.email=a@localhost commit -qm one
	git -C work push -q ../repository.git HEAD:master
	git -C repository.git symbolic-ref HEAD refs/heads/master
	serve 'respond = exec' \
		"exec = $(command -v git) daemon --inetd --export-all --base-path='$PWD'"
	configure_stunnel
	printf '#!/bin/sh\nexec stunnel4 "%s/stunnel.conf"\n' "$PWD" >through
	chmod +x through
	GIT_PROXY_COMMAND=$PWD/through git clone -q \
		git://localhost/repository.git clone
	cmp work/file clone/file
	# While it waits for our end stunnel 5.68 goes round and round, and after a thousand
	# rounds resets the connection, of which nothing is missing.
	wait_for grep -Eq ': relay: (done |early-close: connection lost )' tlsd.log
}

redis_answers_stunnel() {
	needs redis-server stunnel4
	serve_redis
	configure_stunnel
	printf 'SET a 1\r\nGET a\r\nQUIT\r\n' | stunnel4 stunnel.conf >heard
	# shellcheck disable=SC2016 # redis tells a length so
	tr -d '\r' <heard | tr '\n' ' ' | grep -qxF '+OK $1 1 +OK '
}

a_browser_opens_a_status_page_of_one_file() {
	needs curl
	printf 'HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Fine</h1>\n' >page
	serve 'respond = file' 'file = page'
	get /status -f >heard
	grep -qx '<h1>Fine</h1>' heard
}

run_tests "$@"
