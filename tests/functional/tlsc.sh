#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The client against servers that nobody here wrote: those of OpenSSL and GnuTLS.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/tlsc_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlsc_suite.sh"
needs gnutls-serv cmp seq

# --- certificates ---------------------------------------------------------------------

names='subjectAltName=DNS:localhost,DNS:*.example.org,IP:127.0.0.1,IP:::1'
request='GET / HTTP/1.0\r\n\r\n'

make_certificates() {
	open_authority
	make_key rsa RSA -pkeyopt rsa_keygen_bits:2048
	make_key weak RSA -pkeyopt rsa_keygen_bits:1024
	make_key ed25519 ED25519
	for name in server rsa weak ed25519 revoked; do
		issue ca $name "$names"
	done
	issue ca other 'subjectAltName=DNS:other.example'
	issue ca second 'subjectAltName=DNS:second.example'
	issue ca textual 'subjectAltName=DNS:127.0.0.1'
	issue ca purpose "$names\\nextendedKeyUsage=clientAuth"
	issue ca expired "$names" -startdate 20200101000000Z -enddate 20200201000000Z
	issue ca early "$names" -startdate 20370101000000Z -enddate 20370201000000Z
	issue ca client extendedKeyUsage=clientAuth
	self_sign selfsigned "$names"
	self_sign stranger subjectAltName=DNS:stranger
	openssl pkey -in client.key -aes256 -passout pass:secret -out locked.key
	echo secret >pin
	echo wrong >badpin
	cat client.pem client.key >both.pem
}

make_ocsp() {
	openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke revoked.pem 2>/dev/null
	openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key \
		-issuer ca.pem -cert revoked.pem -ndays 1 -respout revoked.der >/dev/null 2>&1
}

# --- servers --------------------------------------------------------------------------

echo_server() {
	start server gnutls-serv --echo --nodb --port 0 --x509certfile server.pem \
		--x509keyfile server.key
	wait_for finds_port server
}

# --- what is expected -----------------------------------------------------------------

# call ARGUMENT...: the client, without any input
call() {
	run --timeout 5s "$@" </dev/null
}

# ask ARGUMENT...: one page of a web server
ask() {
	call --ca ca.pem --message "$request" "$@"
}

# converse ARGUMENT...: the client in the background; descriptor 3 is its input
converse() {
	mkfifo input
	exec 3<>input
	"$tlsc" --ca ca.pem "$@" <input >out 2>err 3>&- &
	client=$!
}

# Ends the input of converse, and then the client is to end by itself.
hang_up() {
	exec 3>&-
	status=0
	wait "$client" || status=$?
	rm -f input
}

expect_page() {
	expect_status 0
	expect 'HTTP/1.0 200 ok'
}

expect_untrusted() {
	expect_status 3
	expect_error "tlsc: localhost:$port: the certificate is not trusted for" "$@"
	[ ! -s out ] || complain "an untrusted server's answer was printed"
}

# --- trust ----------------------------------------------------------------------------

a_trusted_server_answers() {
	web_server server
	ask "localhost:$port"
	expect_page
	expect_silence
}

an_address_matches_the_addresses_in_the_certificate() {
	web_server server
	ask "127.0.0.1:$port"
	expect_page
}

an_unknown_issuer_is_not_trusted() {
	web_server server
	call --message "$request" "localhost:$port"
	expect_untrusted 'the issuer "CN=Test Authority" is unknown' '--ca FILE'
}

a_self_signed_certificate_can_be_trusted() {
	web_server selfsigned
	call --ca other.pem --ca selfsigned.pem --message "$request" "localhost:$port"
	expect_page
}

an_expired_certificate_is_not_trusted() {
	web_server expired
	ask "localhost:$port"
	expect_untrusted 'the certificate expired on 2020-02-01 00:00:00 UTC'
}

certificate_for_another_name_is_reported_with_its_names() {
	web_server server
	ask --servername wrong.example "localhost:$port"
	expect_untrusted 'is not for "wrong.example": it is for localhost, *.example.org, 127.0.0.1, ::1'
}

untrusted_server_gets_an_alert_with_the_reason() {
	web_server server
	call --message "$request" "localhost:$port"
	wait_for grep -q 'unknown ca' server.log || complain "no alert: unknown ca"
}

insecure_continues_with_an_untrusted_server_and_warns() {
	web_server expired
	call --insecure --message "$request" "localhost:$port"
	expect_page
	expect_error 'WARNING: --insecure: the server is not verified to be "localhost"' \
		'WARNING: the issuer' 'WARNING: the certificate expired on 2020-02-01'
}

# --- client certificates --------------------------------------------------------------

take_certificates() {
	web_server server "$1" -CAfile ca.pem -Verify 1 -verify_return_error
	ask --cert client.pem --key client.key "localhost:$port"
	expect_page
	ask --cert both.pem "localhost:$port"
	expect_page
	ask "localhost:$port"
	expect_status 1
	expect_error "the server refused: $2" '--cert FILE'
	ask --cert stranger.pem --key stranger.key "localhost:$port"
	expect_status 1
	expect_error 'the server refused: unknown ca (alert 48)'
}

client_certificates_work_in_tls_1_3() {
	take_certificates -tls1_3 'certificate required (alert 116)'
}

# --- the protocol ---------------------------------------------------------------------

verbose_prints_the_negotiated_parameters() {
	web_server server
	ask -v "localhost:$port"
	expect_page
	expect_error 'version      TLS1.3' 'suite        TLS_' 'group        X25519' \
		'name         *.example.org' 'issuer       CN=Test Authority' \
		'pin          pin-sha256:' 'days left' 'resumed      no' 'alpn         -' \
		'client cert  not requested' 'trusted      yes, for localhost' \
		"connected    [127.0.0.1]:$port in"
}

# order LINE: to the interactive server, once its log has the text TEXT
order() {
	wait_for grep -q "$2" "$3" || complain "$3 lacks: $2"
	echo "$1" >&4
}

# --- the conversation -----------------------------------------------------------------

a_message_is_sent_with_its_escapes() {
	echo_server
	call --ca ca.pem --message 'a\tb\\\x41\n' "localhost:$port"
	expect_status 0
	printf 'a\tb\\A\n' | cmp - out || complain "the echo differs"
}

a_unix_socket_is_a_target() {
	start_openssl s_server -unix socket -cert server.pem -key server.key -www
	ask "unix:$PWD/socket"
	expect_page
	ask --servername a.example.org "$PWD/socket"
	expect_page
	ask --servername wrong.example "$PWD/socket"
	expect_status 3
}

an_answer_that_is_cut_is_truncated() {
	openssl_server server
	converse "localhost:$port"
	order 12345 CIPHER server.log
	order q 12345 out
	hang_up
	expect_status 4
	expect_error 'truncated: the connection ended without close_notify after 6 bytes'
}

ask_later() {
	sleep 0.1
	"$tlsc" --ca ca.pem --message "$request" "$@"
}

url_of_https_is_a_target() {
	web_server server
	ask "https://localhost:$port/"
	expect_page
	call https://user@localhost/
	expect_status 2
	expect_error 'https://user@localhost/: contains a user name: remove it'
}

# --- commands -------------------------------------------------------------------------

options_may_stand_before_the_command() {
	tlsd_server
	run --ca ca.pem explain --ascii "localhost:$port" </dev/null
	expect_status 0
	expect 'ClientHello'
	run --ca ca.pem --timeout 5s bench --connections 1 "localhost:$port" </dev/null
	expect_status 0
	run --warn-days 1 check --help
	expect 'usage: tlsc check'
	run -v bench "localhost:$port"
	expect_status 2
	expect_error '-v: is not an option of tlsc bench'
}

misspelt_command_is_guessed() {
	run explian localhost:1
	expect_status 2
	expect_error 'tlsc: explian: unknown command: did you mean explain?'
}

# 141 is an end by SIGPIPE.
report_into_a_closed_pipe_ends_silently() {
	tlsd_server
	for command in explain check 'bench --connections 1'; do
		# shellcheck disable=SC2086 # words
		run_unheard $command --ca ca.pem "localhost:$port" </dev/null
		expect_status 141
		expect_silence
	done
	run_unheard --help
	expect_silence
}

# --- no connection --------------------------------------------------------------------

refused_connection_is_reported() {
	web_server server
	stop
	call "127.0.0.1:$port"
	expect_status 1
	expect_error "tlsc: 127.0.0.1:$port: [127.0.0.1]:$port: Connection refused: start the server there"
}

answer_other_than_tls_is_reported() {
	start_openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -port 0
	ask --timeout 2s "localhost:$port"
	expect_status 1
	expect_error 'handshake: the answer is not TLS'
}

# --- usage ----------------------------------------------------------------------------

wrong_command_line_is_reported() {
	expect_usage 'TARGET is missing'
	expect_usage 'is not HOST:PORT' localhost
	expect_usage 'more than one' localhost:1 localhost:2
	expect_usage '--bogus: is not an option' --bogus localhost:1
	expect_usage '--timeout: "soon"' --timeout soon localhost:1
	expect_usage 'is not an escape' --message '\z' localhost:1
	expect_usage '--ca: its value is missing' localhost:1 --ca
}

help_and_version_are_printed() {
	call --help
	expect_status 0
	expect '--end-after'
	call --version
	expect_status 0
	expect 'GnuTLS'
}

# --- running them ---------------------------------------------------------------------

cd "$folder" || exit 1
make_certificates
make_ocsp
seq 1 2800000 >big # 20 MiB of lines; the echo server is one of lines

# --- the tests of make check-long -------------------------------------------------------

all_certificate_problems_are_reported_in_one_run() {
	web_server expired
	call --message "$request" --servername wrong.example "localhost:$port"
	expect_untrusted 'is unknown' 'expired on' 'is not for "wrong.example"'
}

a_revoked_certificate_is_noticed_by_its_ocsp_answer() {
	web_server revoked -status_file revoked.der
	ask "localhost:$port"
	expect_untrusted 'the certificate is revoked'
}

a_server_name_is_asked_for_and_verified() {
	web_server server -servername second.example -cert2 second.pem -key2 second.key
	ask --servername second.example "localhost:$port"
	expect_page
	ask --servername a.example.org "localhost:$port"
	expect_page
}

a_refusal_is_seen_in_the_middle_of_a_big_input() {
	web_server server -tls1_3 -CAfile ca.pem -Verify 1 -verify_return_error
	run --ca ca.pem "localhost:$port" <big
	expect_status 1
	expect_error 'certificate required (alert 116)'
}

files_that_cannot_be_used_are_named() {
	call --cert client.pem --key server.key localhost:1
	expect_status 2
	expect_error 'server.key: is not the key of the first certificate in client.pem'
	call --cert client.pem localhost:1
	expect_error 'client.pem: contains no private key'
	call --cert client.key --key client.key localhost:1
	expect_error 'client.key: contains no certificate'
	call --ca missing.pem --ca client.key --cert missing.crt localhost:1
	expect_status 2
	expect_error 'missing.pem: No such file' 'client.key: contains no certificate' \
		'missing.crt: No such file'
	call --ca /dev/null localhost:1
	expect_status 2
	expect_error '/dev/null: is not a regular file'
}

an_application_protocol_is_agreed_on() {
	web_server server -alpn h2,two
	ask -v --alpn one,two "localhost:$port"
	expect_page
	expect_error 'alpn         two'
	ask --alpn one "localhost:$port"
	expect_status 1
	expect_error 'the server refused: no application protocol (alert 120)' '--alpn'
}

an_ipv6_address_matches_the_addresses_in_the_certificate() {
	start_openssl s_server -6 -accept '[::1]:0' -cert server.pem -key server.key -www
	ask "[::1]:$port"
	expect_page
}

an_address_does_not_match_a_dns_name() {
	web_server textual
	ask "127.0.0.1:$port"
	expect_status 3
	expect_error 'is not for "127.0.0.1": it is for 127.0.0.1'
}

a_self_signed_certificate_is_not_trusted() {
	web_server selfsigned
	ask "localhost:$port"
	expect_untrusted 'self-signed' '--ca FILE'
}

a_certificate_from_the_future_is_not_trusted() {
	web_server early
	ask "localhost:$port"
	expect_untrusted 'is not valid before 2037-01-01 00:00:00 UTC'
}

a_client_certificate_is_not_one_for_a_server() {
	web_server purpose
	ask "localhost:$port"
	expect_untrusted 'lacks server authentication'
}

a_weak_key_is_not_trusted() {
	web_server weak -cipher DEFAULT@SECLEVEL=0
	ask "localhost:$port"
	expect_untrusted 'too weak' 'RSA 1024 bits'
}

insecure_warns_even_when_it_is_needless() {
	web_server server
	ask --insecure "localhost:$port"
	expect_page
	expect_error 'WARNING: --insecure' 'the certificate is trusted: remove'
}

client_certificates_work_in_tls_1_2() {
	take_certificates -tls1_2 'handshake failure (alert 40)'
}

an_encrypted_key_needs_its_pin() {
	web_server server -CAfile ca.pem -Verify 1 -verify_return_error
	ask --cert client.pem --key locked.key --pin-file pin "localhost:$port"
	expect_page
	ask --cert client.pem --key locked.key "localhost:$port"
	expect_status 2
	expect_error 'locked.key: the key is encrypted: give its passphrase with --pin-file FILE'
	ask --cert client.pem --key locked.key --pin-file badpin "localhost:$port"
	expect_status 2
	expect_error 'locked.key: the passphrase in badpin does not decrypt the key'
}

the_pin_is_the_one_that_openssl_computes() {
	web_server server
	ask -v "localhost:$port"
	pin=$(openssl x509 -in server.pem -noout -pubkey | openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | openssl base64)
	expect_error "pin-sha256:$pin"
}

tls_1_2_alone_is_enough() {
	web_server server -tls1_2
	ask -v "localhost:$port"
	expect_page
	expect_error 'version      TLS1.2'
}

tls_1_1_is_not_spoken() {
	web_server server -tls1_1 -cipher ALL@SECLEVEL=0
	ask "localhost:$port"
	expect_status 1
	expect_error 'the server refused: protocol version (alert 70)'
}

rsa_and_ed25519_certificates_work() {
	for name in rsa ed25519; do
		web_server $name
		ask "localhost:$port"
		expect_page
		stop
	done
}

a_priority_string_is_obeyed() {
	web_server server
	ask -v --priority NORMAL:-VERS-ALL:+VERS-TLS1.2 "localhost:$port"
	expect_page
	expect_error 'version      TLS1.2'
	ask --priority NORMAL:+BOGUS:+VERS-TLS1.2 "localhost:$port"
	expect_status 2
	expect_error 'from character 8 on: "+BOGUS:+VERS-TLS1.2"'
}

key_updates_do_no_harm() {
	openssl_server server -tls1_3 -msg
	converse "localhost:$port"
	order one CIPHER server.log
	order K one out
	order two '>>>.*KeyUpdate' server.log
	wait_for grep -q two out
	# The update in return goes before the next record.
	echo reply >&3
	wait_for grep -q '<<<.*KeyUpdate' server.log || complain "no key update in return"
	order q reply server.log
	hang_up
	expect two
}

renegotiation_is_declined() {
	openssl_server server -tls1_2
	converse "localhost:$port"
	order r CIPHER server.log
	echo reply >&3
	wait_for grep -q 'no renegotiation' server.log || complain "nothing was declined"
	hang_up
}

the_secrets_are_logged_on_demand() {
	web_server server
	SSLKEYLOGFILE=$PWD/secrets
	export SSLKEYLOGFILE
	ask "localhost:$port"
	unset SSLKEYLOGFILE
	expect_page
	grep -q CLIENT_HANDSHAKE_TRAFFIC_SECRET secrets || complain "no secrets"
}

twenty_mebibytes_are_echoed() {
	echo_server
	run --ca ca.pem "localhost:$port" <big
	expect_status 0
	cmp big out || complain "the echo differs"
}

sixty_four_mebibytes_are_received() {
	openssl rand -out page 67108864
	openssl_server server -HTTP -http_server_binmode
	# What -HTTP serves has no header of its own.
	call --ca ca.pem --message 'GET /page HTTP/1.0\r\n\r\n' "localhost:$port"
	expect_status 0
	cmp page out || complain "the answer differs"
	rm -f page
	: >out
}

end_after_sets_the_time_of_close_notify() {
	echo_server
	call --ca ca.pem --end-after 0 --message 'hello\n' "localhost:$port"
	expect_status 0
	expect hello
	call --ca ca.pem --end-after 1h --timeout 1s --message 'hello\n' "localhost:$port"
	expect_status 4
	expect hello
	expect_error 'truncated after 6 bytes: the server was silent for 1s'
}

lines_are_answered_while_the_input_is_open() {
	echo_server
	converse --timeout 1s "localhost:$port"
	for line in one two; do
		echo $line >&3
		wait_for grep -q $line out || complain "no answer to: $line"
	done
	hang_up
	expect_status 0
}

closed_input_counts_as_empty() {
	echo_server
	run --ca ca.pem "localhost:$port" <&-
	expect_status 0
	[ ! -s out ] || complain "something was echoed"
}

a_server_may_speak_unasked() {
	openssl_server server
	echo welcome >&4
	call --ca ca.pem "localhost:$port"
	expect welcome
}

a_server_that_falls_silent_truncates() {
	openssl_server server
	echo 12345 >&4
	call --ca ca.pem --timeout 1s --end-after 1h --message hello "localhost:$port"
	expect_status 4
	expect_error 'bytes: the server was silent for 1s'
}

closed_output_pipe_prints_no_message() {
	web_server server
	{
		status=0
		ask_later "localhost:$port" || status=$?
		echo $status >status
	} 2>err | true
	wait_for test -s status
	status=$(cat status)
	# The page fits into the pipe if the reader left too late.
	[ "$status" -le 1 ] || complain "exit status $status"
	expect_silence
}

unwritable_output_is_reported() {
	web_server server
	status=0
	"$tlsc" --ca ca.pem --message "$request" "localhost:$port" >/dev/full 2>err || status=$?
	expect_status 1
	expect_error 'standard output: No space left on device'
	status=0
	"$tlsc" --ca ca.pem --message "$request" "localhost:$port" >&- 2>err || status=$?
	expect_status 1
	expect_error 'standard output: Bad file descriptor'
}

unreadable_input_is_reported() {
	web_server server
	run --ca ca.pem "localhost:$port" </
	expect_status 1
	expect_error 'standard input: Is a directory'
}

unresolvable_host_name_is_reported() {
	call nowhere.invalid:4433
	expect_status 1
	expect_error 'cannot resolve "nowhere.invalid"'
}

missing_unix_socket_is_reported() {
	call /nowhere/socket
	expect_status 1
	expect_error 'unix:/nowhere/socket: No such file or directory'
}

# s_server serves one after the other, so a second client waits for its answer.
a_server_that_does_not_answer_is_given_up() {
	openssl_server server
	converse "localhost:$port"
	wait_for grep -q CIPHER server.log
	call --timeout 1s "localhost:$port"
	expect_status 1
	expect_error 'handshake: no answer within 1s'
	hang_up
}

run_tests "$@"
