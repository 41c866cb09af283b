#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The doctor and healthy and sick servers of OpenSSL and of our own.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/tlsc_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlsc_suite.sh"

# --- certificates ---------------------------------------------------------------------

names='subjectAltName=DNS:localhost,IP:127.0.0.1'
server_names="$names\\nextendedKeyUsage=serverAuth"

make_certificates() {
	open_authority
	make_key rsa RSA -pkeyopt rsa_keygen_bits:2048
	make_key weak RSA -pkeyopt rsa_keygen_bits:1024
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
	self_sign selfsigned subjectAltName=DNS:localhost
}

# --- servers --------------------------------------------------------------------------

# At a socket, for it takes no port of the kernel's choice.
nginx_server() {
	write_nginx_conf "listen unix:$PWD/socket ssl;" 'ssl_certificate server.pem;' \
		'ssl_certificate_key server.key;' 'ssl_protocols TLSv1.2 TLSv1.3;' \
		'return 200 "hello";'
	start server nginx -c "$PWD/nginx.conf"
	wait_for is_listening socket
}

stunnel_server() {
	cat >stunnel.conf <<-END
		foreground = yes
		pid =
		[hello]
		accept = 127.0.0.1:0
		cert = server.pem
		key = server.key
		exec = /bin/echo
		execArgs = echo hello
	END
	start server stunnel4 stunnel.conf
	wait_for finds_port server
}

# --- what is expected -----------------------------------------------------------------

# examine [OPTION...]: the server, by the name localhost, or the one at $target
examine() {
	run check --timeout 2s --message 'GET / HTTP/1.0\r\n\r\n' --ca ca.pem "$@" \
		"${target:-localhost:$port}" </dev/null
}

# --- tests ----------------------------------------------------------------------------

tlsd_passes_every_check() {
	tlsd_server
	examine
	expect_status 0
	expect "TLS OK - localhost:$port" 'ok trust' 'ok name' 'ok chain' 'ok usage' \
		'ok version TLS 1.3 is offered' 'ok version TLS 1.0 is not offered' \
		"ok preference the server's order" 'ok end a close_notify' \
		'ok resumption TLS 1.3: a session is resumed' 'ok groups X25519' 'X25519, P-256' \
		'ok renegotiation'
}

an_expired_certificate_is_critical() {
	web_server expired
	examine
	expect_status 2
	expect 'TLS CRITICAL' 'fail dates the certificate expired on 2020-02-01' '> renew it'
}

a_wrong_name_is_critical() {
	web_server other
	examine
	expect_status 2
	expect 'fail name the certificate is not for "localhost"' 'ok trust'
	examine --servername other.example
	expect_status 0
}

an_incomplete_chain_is_critical() {
	web_server below
	examine
	expect_status 2
	expect 'fail trust the issuer "CN=middle" is unknown' '> send the intermediate'
	stop
	web_server below -cert_chain middle.pem
	examine
	expect_status 0
	expect 'ok chain 2 certificates, in order'
}

weak_suites_and_old_versions_are_named() {
	web_server rsa -cipher 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'
	examine
	expect_status 2
	expect 'fail suites no encryption: ECDHE_RSA_WITH_NULL_SHA' 'fail suites no auth' \
		'warning suites no forward secrecy: RSA_WITH_AES' 'note suites CBC: ' \
		'warning version TLS 1.0 is offered' 'warning version TLS 1.1 is offered' \
		"the client's order of suites counts"
}

nginx_is_examined() {
	needs nginx
	nginx_server
	target=$PWD/socket examine --servername localhost
	expect_status 0
	expect 'TLS OK' 'ok version TLS 1.3 is offered' 'ok end a close_notify'
}

# Without a request, nginx ends the connection without close_notify.
nginx_resumes_a_session_of_a_client_that_sent_nothing() {
	needs nginx
	nginx_server
	target=$PWD/socket examine --servername localhost --message ''
	expect 'ok resumption TLS 1.3: a session is resumed' \
		'ok resumption TLS 1.2: a session is resumed' 'warning end'
}

renegotiation_is_a_warning() {
	web_server server -client_renegotiation
	examine
	expect_status 1
	expect 'warning renegotiation'
}

terminal_gets_groups_in_colours() {
	needs script
	web_server expired
	examine
	! grep -q "$(printf '\033')" out || complain 'a file got colours'
	TERM=xterm NO_COLOR='' script -qec "stty cols 80; '$tlsc' check --ca ca.pem \
		--message 'GET / HTTP/1.0\r\n\r\n' localhost:$port" /dev/null >out 2>err \
		</dev/null || :
	tr -d '\r' <out >shown
	mv shown out
	expect "$(printf '\033[31mfail \033[0m dates the certificate expired')"
	[ "$(grep -c '^$' out)" -ge 2 ] || complain 'there are no groups'
	[ "$(sed "s/$(printf '\033')\[[0-9]*m//g" out | wc -L)" -le 80 ] || complain 'it is wider'
}

json_has_the_findings_of_the_text() {
	web_server expired
	examine --json
	expect_status 2
	expect '"verdict": "CRITICAL"' '"topic": "dates"' '"remedy": "renew it"'
}

a_server_that_is_not_there_is_critical() {
	web_server server
	stop
	examine
	expect_status 2
	expect 'TLS CRITICAL' 'Connection refused' "fail address no server answers at localhost:$port"
}

# listener PYTHON: a server that is none; `c` is the connection.
listener() {
	cat >listener.py <<-END
		import socket, time
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", 0))
		s.listen()
		held = []
		while True:
		    c = s.accept()[0]
		    held.append(c)
		    $1
	END
	start server python3 listener.py
	wait_for finds_port server
}

a_wrong_command_line_is_unknown() {
	run check --bogus
	expect_status 3
	expect_error '--bogus: is not an option of tlsc check'
}

# --- running them ---------------------------------------------------------------------

cd "$folder" || exit 1
make_certificates

# --- the tests of make check-long -------------------------------------------------------

a_certificate_that_expires_soon_is_a_warning() {
	web_server soon
	examine
	expect_status 1
	expect 'TLS WARNING' 'warning dates the certificate has'
	examine --warn-days 3
	expect_status 0
}

a_self_signed_certificate_is_critical() {
	web_server selfsigned
	examine
	expect_status 2
	expect 'fail trust the certificate is self-signed' '> have one issued by an authority'
	examine --servername other.example
	expect 'fail name the certificate is not for "other.example"'
	[ "$(grep -c '^fail  *trust' out)" -eq 1 ] || complain 'the name is a matter of trust'
}

a_stranger_in_the_chain_is_a_warning() {
	web_server server -cert_chain other.pem
	examine
	expect_status 1
	expect 'warning chain certificate 2, "CN=other", did not sign'
}

a_key_of_1024_bits_is_critical() {
	web_server weak -cipher 'DEFAULT:@SECLEVEL=0'
	examine
	expect_status 2
	expect 'fail key the certificate: RSA 1024 bits'
}

a_certificate_for_clients_is_critical() {
	web_server purpose
	examine
	expect_status 2
	expect 'fail usage the extended key usage is not that of a server'
}

must_staple_without_a_staple_is_critical() {
	web_server staple
	examine
	expect_status 2
	expect 'fail ocsp the certificate requires a staple'
}

an_old_server_is_examined_all_the_same() {
	web_server rsa -tls1 -cipher 'DEFAULT:@SECLEVEL=0'
	examine
	expect_status 2
	expect 'fail handshake' 'neither TLS 1.2 nor TLS 1.3' 'ok name' \
		'groups TLS 1.0: Diffie-Hellman'
	! grep -q 'a client that supports only' out || complain 'kinds were not asked for'
}

a_server_without_tickets_does_not_resume() {
	web_server server -num_tickets 0 -tls1_3
	examine
	expect 'ok resumption TLS 1.3: not offered' 'note suites'
	expect_status 0
}

a_demanded_client_certificate_is_noted() {
	web_server server -Verify 1 -CAfile ca.pem
	examine
	expect_status 0
	expect 'note client cert is required: certificate required'
	examine --cert client.pem --key client.key
	expect_status 0
	expect 'ok client cert is requested, and the one sent is accepted'
}

both_kinds_of_certificates_are_found() {
	web_server rsa -dcert server.pem -dkey server.key -cipher ECDHE
	examine
	expect_status 0
	expect 'a client that supports only RSA gets RSA, one that supports only ECDSA EC/ECDSA'
}

diffie_hellman_with_a_short_prime_is_a_warning() {
	openssl genpkey -genparam -algorithm DH -pkeyopt group:modp_1536 -out dh.pem
	web_server rsa -tls1_2 -dhparam dh.pem -cipher 'DHE+AESGCM:ECDHE+AESGCM:@SECLEVEL=0'
	examine
	expect_status 1
	expect 'warning groups TLS 1.2: Diffie-Hellman with a prime of 1536 bits'
}

signatures_with_sha_1_are_a_warning() {
	web_server rsa -tls1_2 -cipher 'ECDHE+AESGCM:@SECLEVEL=0'
	examine
	expect_status 1
	expect 'warning signature TLS 1.2 signs with SHA-1' 'ok signature the server signs'
}

stunnel_is_examined() {
	needs stunnel4
	stunnel_server
	examine
	expect_status 0
	expect 'ok trust' 'ok name' 'ok version TLS 1.3 is offered'
}

groups_and_lost_round_trips_are_found() {
	web_server server -groups P-384:P-521
	examine
	expect 'ok groups P-384, P-521' 'note round trips a key share of only X25519 costs'
}

a_server_without_a_hybrid_group_gets_a_note() {
	web_server server -groups X25519:P-256
	examine
	expect_status 0
	expect 'ok groups X25519, P-256' 'TLS OK' \
		'note groups post-quantum: no hybrid group with ML-KEM is offered' \
		'> offer X25519MLKEM768'
}

# retry_server GROUP...: a server that answers each ClientHello of TLS 1.3 with a HelloRetryRequest
# (RFC 8446, 4.1.4) for the first of these groups that it finds there, and others with the alert
# handshake_failure.
retry_server() {
	cat >retry.py <<-'END'
		import socket, sys
		TLS_1_3 = bytes.fromhex("002b0003020304")
		RETRY = bytes.fromhex("160303003802000034 0303" +
		    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c" +
		    "00 1301 00 000c 002b00020304 00330002")
		listener = socket.create_server(("127.0.0.1", 0))
		while True:
		    peer = listener.accept()[0]
		    hello = peer.recv(65536)
		    known = [group for group in map(bytes.fromhex, sys.argv[1:]) if group in hello]
		    if TLS_1_3 in hello and known:
		        peer.sendall(RETRY + known[0])
		    else:
		        peer.sendall(bytes.fromhex("15030300020228"))
		    peer.close()
	END
	start server python3 retry.py "$@"
	wait_for finds_port server
}

a_server_that_asks_for_a_hybrid_group_offers_it() {
	needs python3
	retry_server 11ec 001d
	examine
	expect 'ok groups X25519MLKEM768, X25519' 'ok groups post-quantum: X25519MLKEM768'
	! grep -q 'clients without ML-KEM' out || complain 'it was taken for hybrid only'
}

a_server_with_hybrid_groups_only_gets_a_note() {
	needs python3
	retry_server 11ec 11eb
	examine
	expect 'ok groups X25519MLKEM768, SecP256r1MLKEM768' \
		'note groups only hybrid groups: clients without ML-KEM are refused' \
		'> offer X25519 too' 'ok groups post-quantum: X25519MLKEM768, SecP256r1MLKEM768'
}

application_protocols_are_asked_for() {
	web_server server -alpn h2
	examine --alpn h2
	expect 'ok alpn h2 was agreed on'
	stop
	web_server server
	examine --alpn h2
	expect_status 1
	expect 'warning alpn'
	stop
	web_server server -alpn http/1.1,imap
	examine
	expect 'ok alpn http/1.1, imap'
}

json_is_well_formed() {
	needs python3
	web_server expired
	examine --json
	python3 -m json.tool <out >json 2>err || complain 'it is no JSON'
}

quiet_prints_failed_checks_only() {
	web_server expired
	examine --quiet
	expect 'TLS CRITICAL' 'fail dates'
	! grep -qE '^(ok|note)' out || complain "it is not quiet"
}

check_reports_a_server_without_tls_at_once() {
	needs python3
	listener 'c.sendall(b"SSH-2.0-OpenSSH\r\n")'
	examine
	expect_status 2
	expect 'fail handshake the answer is not TLS' '> check the port'
	! grep -q version out || complain 'it was examined'
}

a_silent_server_is_not_asked_again() {
	needs python3
	listener 'pass'
	examine
	expect_status 2
	expect 'fail handshake timed out' '> check its load'
	! grep -q version out || complain 'it was asked again'
}

run_tests "$@"
