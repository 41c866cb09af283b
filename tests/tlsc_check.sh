#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The doctor and healthy and sick servers of OpenSSL and of our own.
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
needs openssl timeout
build=$builddir
server=
# Numbers below the kernel's own range for outgoing connections.
port=$((10000 + $$ % 20000))

stop() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait 2>/dev/null
	server=
}

end_processes() {
	stop
}
open_folder
cd "$folder" || exit 1

# --- certificates ---------------------------------------------------------------------

cat >ca.cnf <<'CNF'
[ca]
default_ca = test
[test]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
CNF
: >index.txt
echo 1000 >serial
names='subjectAltName=DNS:localhost,IP:127.0.0.1'
server_names="$names\\nextendedKeyUsage=serverAuth"

make_ec_key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null
}

# issue AUTHORITY NAME EXTENSIONS [OPTION...]: NAME.pem for NAME.key
issue() {
	authority=$1 name=$2
	printf '%b\n' "$3" >"$name.ext"
	shift 3
	[ -f "$name.key" ] || make_ec_key "$name.key"
	openssl req -new -config ca.cnf -key "$name.key" -subj "/CN=$name" -out "$name.csr"
	[ $# -gt 0 ] || set -- -days 100
	openssl ca -batch -notext -config ca.cnf -cert "$authority.pem" \
		-keyfile "$authority.key" -in "$name.csr" -extfile "$name.ext" "$@" \
		-out "$name.pem" 2>ca.log || {
		cat ca.log >&2
		exit 1
	}
}

make_certificates() {
	make_ec_key ca.key
	openssl req -x509 -new -config ca.cnf -key ca.key -subj '/CN=Test Authority' \
		-addext basicConstraints=critical,CA:true -days 100 -out ca.pem
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.key 2>/dev/null
	for name in server rsa weak; do
		issue ca $name "$server_names"
	done
	issue ca soon "$server_names" -days 5
	issue ca other 'subjectAltName=DNS:other.example\nextendedKeyUsage=serverAuth'
	issue ca purpose "$names\\nextendedKeyUsage=clientAuth"
	issue ca staple "$server_names\\ntlsfeature=status_request"
	issue ca expired "$server_names" -startdate 20200101000000Z -enddate 20200201000000Z
	issue ca middle basicConstraints=critical,CA:true
	issue middle below "$server_names"
	issue ca client extendedKeyUsage=clientAuth
	make_ec_key selfsigned.key
	openssl req -x509 -new -config ca.cnf -key selfsigned.key -subj /CN=selfsigned \
		-addext subjectAltName=DNS:localhost -days 100 -out selfsigned.pem
}

# --- servers --------------------------------------------------------------------------

# is_ready COMMAND: while it is on its way, wait; false if it ended
is_ready() {
	tries=200
	while ! grep -qE '^ACCEPT|: started:' server.log; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$server" 2>/dev/null || return 1
		sleep 0.05
	done
}

# start COMMAND...: on the first port that it can have, written PORT
start() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$((port + 1))
		: >server.log
		[ ! -f tlsd.in ] || sed "s/PORT/$port/" tlsd.in >tlsd.ini
		command=$(printf '%s\n' "$@" | sed "s/PORT/$port/")
		(
			set -f
			IFS='
'
			# shellcheck disable=SC2086 # one word a line
			exec timeout 100 $command
		) </dev/null >>server.log 2>&1 &
		server=$!
		is_ready && return 0
		stop
	done
	echo "no server: $*" >&2
	cat server.log >&2
	exit 1
}

# openssl_server NAME [OPTION...]: with NAME's certificate
openssl_server() {
	name=$1
	shift
	start openssl s_server -accept 127.0.0.1:PORT -cert "$name.pem" -key "$name.key" \
		-www "$@"
}

# Both write that they accept as soon as their port is open; each on one that is free.
nginx_server() {
	next_port
	cat >nginx.conf <<-END
		daemon off;
		master_process off;
		pid $folder/nginx.pid;
		error_log $folder/nginx.err;
		events {}
		http {
			access_log off;
			client_body_temp_path $folder/t1;
			proxy_temp_path $folder/t2;
			fastcgi_temp_path $folder/t3;
			uwsgi_temp_path $folder/t4;
			scgi_temp_path $folder/t5;
			server {
				listen 127.0.0.1:$port ssl;
				ssl_certificate $folder/server.pem;
				ssl_certificate_key $folder/server.key;
				ssl_protocols TLSv1.2 TLSv1.3;
				return 200 "hello";
			}
		}
	END
	nginx -c "$folder/nginx.conf" >server.log 2>&1 &
	server=$!
	wait_for answers
}

stunnel_server() {
	next_port
	cat >stunnel.conf <<-END
		foreground = yes
		pid =
		[hello]
		accept = 127.0.0.1:$port
		cert = $folder/server.pem
		key = $folder/server.key
		exec = /bin/echo
		execArgs = echo hello
	END
	stunnel4 "$folder/stunnel.conf" >server.log 2>&1 &
	server=$!
	wait_for answers
}

# Whether somebody accepts connections at $port.
answers() {
	openssl s_client -connect "127.0.0.1:$port" </dev/null
}

# For a server that does not look for a port by itself: one that no other test has.
next_port() {
	port=$((port + 1))
	while answers >/dev/null 2>&1; do
		port=$((port + 1))
	done
}

tlsd_server() {
	cat >tlsd.in <<CONF
daemon = no
[hello]
listen = 127.0.0.1:PORT
cert = $folder/server.pem
key = $folder/server.key
CONF
	chmod 600 server.key
	start "$build/tlsd" -f -c "$folder/tlsd.ini"
}

# --- what is expected -----------------------------------------------------------------

# examine [OPTION...]: the server, by the name localhost
examine() {
	timeout 60 "$build/tlsc" check --timeout 2s --message 'GET / HTTP/1.0\r\n\r\n' \
		--ca ca.pem "$@" "localhost:$port" </dev/null >out 2>err
	status=$?
}

complain() {
	echo "  $*"
	sed 's/^/  | /' err out | head -60
	good=false
}

expect_status() {
	[ "$status" -eq "$1" ] || complain "exit status $status instead of $1"
}

# expect TEXT...: each of them on one line of the output, blanks counting as one
expect() {
	for text in "$@"; do
		tr -s ' ' <out | grep -qF -- "$text" || complain "the output lacks: $text"
	done
}

# lacks PROGRAM: then the test, which returns, counts as skipped.
lacks() {
	! command -v "$1" >/dev/null || return 1
	missing="$1 is missing"
}

try() {
	good=true
	missing=
	: >out
	: >err
	"$1"
	stop
	if [ -n "$missing" ]; then
		was_skipped "$1" "$missing"
	elif $good; then
		has_passed "$1"
	else
		has_failed "$1"
	fi
}

# --- tests ----------------------------------------------------------------------------

our_own_server_is_well() {
	tlsd_server
	examine
	expect_status 0
	expect "TLS OK - localhost:$port" 'ok trust' 'ok name' 'ok chain' 'ok usage' \
		'ok version TLS 1.3 is offered' 'ok version TLS 1.0 is not offered' \
		"ok preference the server's order" 'ok end a close_notify' \
		'ok resumption TLS 1.3: a session is resumed' 'ok groups X25519, P-256' \
		'ok renegotiation'
}

an_expired_certificate_is_critical() {
	openssl_server expired
	examine
	expect_status 2
	expect 'TLS CRITICAL' 'fail dates the certificate expired on 2020-02-01' '> renew it'
}

a_certificate_that_expires_soon_is_a_warning() {
	openssl_server soon
	examine
	expect_status 1
	expect 'TLS WARNING' 'warning dates the certificate has 4 days left'
	examine --warn-days 3
	expect_status 0
}

a_wrong_name_is_critical() {
	openssl_server other
	examine
	expect_status 2
	expect 'fail name the certificate is not for "localhost"' 'ok trust'
	examine --servername other.example
	expect_status 0
}

a_self_signed_certificate_is_critical() {
	openssl_server selfsigned
	examine
	expect_status 2
	expect 'fail trust the certificate is self-signed' '> have an authority issue one'
	examine --servername other.example
	expect 'fail name the certificate is not for "other.example"'
	[ "$(grep -c '^fail  *trust' out)" -eq 1 ] || complain 'the name is a matter of trust'
}

an_incomplete_chain_is_critical() {
	openssl_server below
	examine
	expect_status 2
	expect 'fail trust the issuer "CN=middle" is unknown' '> send the intermediate'
	stop
	openssl_server below -cert_chain middle.pem
	examine
	expect_status 0
	expect 'ok chain 2 certificates, in order'
}

a_stranger_in_the_chain_is_a_warning() {
	openssl_server server -cert_chain other.pem
	examine
	expect_status 1
	expect 'warning chain certificate 2, "CN=other", did not sign'
}

a_key_of_1024_bits_is_critical() {
	openssl_server weak -cipher 'DEFAULT:@SECLEVEL=0'
	examine
	expect_status 2
	expect 'fail key the certificate: RSA 1024 bits'
}

a_certificate_for_clients_is_critical() {
	openssl_server purpose
	examine
	expect_status 2
	expect 'fail usage the extended key usage is not that of a server'
}

must_staple_without_a_staple_is_critical() {
	openssl_server staple
	examine
	expect_status 2
	expect 'fail ocsp the certificate demands a staple'
}

weak_suites_and_old_versions_are_named() {
	openssl_server rsa -cipher 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'
	examine
	expect_status 2
	expect 'fail suites no encryption: ECDHE_RSA_WITH_NULL_SHA' 'fail suites no auth' \
		'warning suites no forward secrecy: RSA_WITH_AES' 'note suites CBC: ' \
		'warning version TLS 1.0 is offered' 'warning version TLS 1.1 is offered' \
		"the client's order of suites counts"
}

an_old_server_is_examined_all_the_same() {
	openssl_server rsa -tls1 -cipher 'DEFAULT:@SECLEVEL=0'
	examine
	expect_status 2
	expect 'fail handshake' 'neither TLS 1.2 nor TLS 1.3' 'ok name' \
		'groups TLS 1.0: Diffie-Hellman'
	! grep -q 'a client that knows only' out || complain 'kinds were not asked for'
}

a_server_without_tickets_does_not_resume() {
	openssl_server server -num_tickets 0 -tls1_3
	examine
	expect 'ok resumption TLS 1.3: not offered' 'note suites'
	expect_status 0
}

a_demanded_client_certificate_is_noted() {
	openssl_server server -Verify 1 -CAfile ca.pem
	examine
	expect_status 0
	expect 'note client cert is required: certificate required'
	examine --cert client.pem --key client.key
	expect_status 0
	expect 'ok client cert is asked for, and the one given accepted'
}

both_kinds_of_certificates_are_found() {
	openssl_server rsa -dcert server.pem -dkey server.key -cipher ECDHE
	examine
	expect_status 0
	expect 'a client that knows only RSA gets RSA, one that knows only ECDSA EC/ECDSA'
}

diffie_hellman_with_a_short_prime_is_a_warning() {
	openssl genpkey -genparam -algorithm DH -pkeyopt group:modp_1536 -out dh.pem
	openssl_server rsa -tls1_2 -dhparam dh.pem -cipher 'DHE+AESGCM:ECDHE+AESGCM:@SECLEVEL=0'
	examine
	expect_status 1
	expect 'warning groups TLS 1.2: Diffie-Hellman with a prime of 1536 bits'
}

signatures_with_sha_1_are_a_warning() {
	openssl_server rsa -tls1_2 -cipher 'ECDHE+AESGCM:@SECLEVEL=0'
	examine
	expect_status 1
	expect 'warning signature TLS 1.2 signs with SHA-1' 'ok signature the server signs'
}

nginx_is_examined() {
	if lacks nginx; then return; fi
	nginx_server
	examine
	expect_status 0
	expect 'TLS OK' 'ok version TLS 1.3 is offered' 'ok end a close_notify'
}

stunnel_is_examined() {
	if lacks stunnel4; then return; fi
	stunnel_server
	examine
	expect_status 0
	expect 'ok trust' 'ok name' 'ok version TLS 1.3 is offered'
}

groups_and_lost_round_trips_are_found() {
	openssl_server server -groups P-384:P-521
	examine
	expect 'ok groups P-384, P-521' 'note round trips a key share of X25519 only costs'
}

renegotiation_is_a_warning() {
	openssl_server server -client_renegotiation
	examine
	expect_status 1
	expect 'warning renegotiation'
}

application_protocols_are_asked_for() {
	openssl_server server -alpn h2
	examine --alpn h2
	expect 'ok alpn h2 was agreed on'
	stop
	openssl_server server
	examine --alpn h2
	expect_status 1
	expect 'warning alpn'
	stop
	openssl_server server -alpn http/1.1,imap
	examine
	expect 'ok alpn http/1.1, imap'
}

json_says_the_same() {
	openssl_server expired
	examine --json
	expect_status 2
	expect '"verdict": "CRITICAL"' '"topic": "dates"' '"remedy": "renew it"'
}

json_is_well_formed() {
	if lacks python3; then return; fi
	openssl_server expired
	examine --json
	python3 -m json.tool <out >json 2>err || complain 'it is no JSON'
}

quiet_leaves_out_what_is_well() {
	openssl_server expired
	examine --quiet
	expect 'TLS CRITICAL' 'fail dates'
	grep -qE '^(ok|note)' out && complain "it is not quiet"
}

a_server_that_is_not_there_is_critical() {
	next_port
	examine
	expect_status 2
	expect 'TLS CRITICAL' 'Connection refused' "fail address nobody answers at localhost:$port"
}

# listener PYTHON: a server that is none; `c` is the connection.
listener() {
	cat >listener.py <<-END
		import socket, time
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", 0))
		s.listen()
		print("ACCEPT", s.getsockname()[1], flush=True)
		held = []
		while True:
		    c = s.accept()[0]
		    held.append(c)
		    $1
	END
	: >server.log
	timeout 100 python3 listener.py >server.log 2>&1 &
	server=$!
	wait_for grep -q '^ACCEPT [0-9]' server.log
	port=$(sed 's/.* //' server.log)
}

what_is_no_tls_is_told_at_once() {
	if lacks python3; then return; fi
	listener 'c.sendall(b"SSH-2.0-OpenSSH\r\n")'
	examine
	expect_status 2
	expect 'fail handshake what answers there is not TLS' '> is it the right port'
	! grep -q version out || complain 'it was examined'
}

a_silent_server_is_not_asked_again() {
	if lacks python3; then return; fi
	listener 'pass'
	examine
	expect_status 2
	expect 'fail handshake timed out' '> is it overloaded'
	! grep -q version out || complain 'it was asked again'
}

a_wrong_command_line_is_unknown() {
	"$build/tlsc" check --bogus >out 2>err
	status=$?
	expect_status 3
	grep -q -- '--bogus is not an option of tlsc check' err || complain "not told"
}

make_certificates
for name in \
	our_own_server_is_well \
	an_expired_certificate_is_critical \
	a_certificate_that_expires_soon_is_a_warning \
	a_wrong_name_is_critical \
	a_self_signed_certificate_is_critical \
	an_incomplete_chain_is_critical \
	a_stranger_in_the_chain_is_a_warning \
	a_key_of_1024_bits_is_critical \
	a_certificate_for_clients_is_critical \
	must_staple_without_a_staple_is_critical \
	weak_suites_and_old_versions_are_named \
	an_old_server_is_examined_all_the_same \
	a_server_without_tickets_does_not_resume \
	a_demanded_client_certificate_is_noted \
	both_kinds_of_certificates_are_found \
	groups_and_lost_round_trips_are_found \
	renegotiation_is_a_warning \
	application_protocols_are_asked_for \
	json_says_the_same \
	json_is_well_formed \
	quiet_leaves_out_what_is_well \
	a_server_that_is_not_there_is_critical \
	what_is_no_tls_is_told_at_once \
	a_silent_server_is_not_asked_again \
	diffie_hellman_with_a_short_prime_is_a_warning \
	signatures_with_sha_1_are_a_warning \
	nginx_is_examined \
	stunnel_is_examined \
	a_wrong_command_line_is_unknown; do
	try "$name"
done
finish
