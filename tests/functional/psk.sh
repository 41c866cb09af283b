#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Clients with pre-shared keys: who is let in, who is not, and what both sides are told. The
# clients are OpenSSL's, GnuTLS's, stunnel, mosquitto's, Zabbix's and tlsc.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl gnutls-cli
open_folder

key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
other=f0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
tls12=NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL
tls13=NORMAL:-VERS-ALL:+VERS-TLS1.3

# --- the server -----------------------------------------------------------------------

# write_ini LINE...: a service at a port of 127.0.0.1 with ./keys
write_ini() {
	take_pair
	printf '%s\n' 'workers = 4' 'pid-file =' "control-socket = $PWD/sock" \
		'listen = 127.0.0.1:0' 'cert = server.crt' 'key = server.key' \
		'psk-file = keys' "$@" >tlsd.ini
}

# serve LINE...
serve() {
	[ -e keys ] || printf '%s\n' "sensor-1:$key" "boiler room:$other" >keys
	write_ini "$@"
	start_tlsd tlsd
	port=$(port_of tlsd)
}

# check: tlsd -t; what it says is in ./check.log
check() {
	"$builddir/tlsd" -t -c tlsd.ini >check.log 2>&1
}

# checked TEXT
checked() {
	grep -q -e "$1" check.log || fail "not said: $1: $(cat check.log)"
}

# rejects TEXT KEY-LINE...: tlsd -t says TEXT of ./keys, which has these lines, and no digit of
# a key
rejects() {
	text=$1
	shift
	printf '%s\n' "$@" >keys
	if check; then fail "taken: $*"; fi
	checked "tlsd.ini:7: psk-file: .*/keys:$text"
	if grep -q 00112233 check.log; then fail 'it has printed a key'; fi
}

# --- clients --------------------------------------------------------------------------

# openssl_asks VERSION OPTION...: what openssl has to say, with the answer in it. It stays until
# the server has closed.
openssl_asks() {
	version=$1
	shift
	openssl s_client -connect "127.0.0.1:$port" "-$version" -CAfile server.crt \
		-quiet "$@" </dev/null 2>&1 || :
}

# asks_as IDENTITY KEY [OPTION...]: in both versions
asks_as() {
	identity=$1 hex=$2
	shift 2
	for version in tls1_2 tls1_3; do
		openssl_asks $version -psk_identity "$identity" -psk "$hex" "$@"
	done
}

# takes WORD...: asks_as gets the answer in both versions
takes() {
	[ "$(asks_as "$@" | grep -c 'Hello, TLS!')" -eq 2 ] || fail "refused: $*"
}

# gnutls_asks PRIORITY IDENTITY KEY
gnutls_asks() {
	gnutls-cli --x509cafile server.crt --priority "$1" --pskusername "$2" --pskkey "$3" \
		--port "$port" --sni-hostname localhost --verify-hostname localhost \
		127.0.0.1 </dev/null 2>&1 || :
}

# logged_times TEXT COUNT
logged_times() {
	[ "$(grep -c -e "$1" tlsd.log)" -eq "$2" ]
}

# hold IDENTITY KEY VERSION: a client that stays
hold() {
	: >"held-$1.log" # not the one of the last time
	(echo "ping of $1" && exec sleep 1000) | openssl s_client -connect "127.0.0.1:$port" \
		"-$3" -quiet -psk_identity "$1" -psk "$2" >"held-$1.log" 2>&1 &
	holder=$!
	wait_for grep -q "ping of $1" "held-$1.log"
}

# --- tests ----------------------------------------------------------------------------

a_client_with_a_key_is_served_and_named() {
	serve
	takes sensor-1 $key
	takes 'boiler room' $other
	expect 'done TLS1.2 CHACHA20-POLY1305 .* client=sensor-1 '
	expect 'done TLS1.3 .* early=no client=sensor-1 '
	wait_for logged_times 'client=boiler\\x20room in=0 out=12' 2
	gnutls_asks $tls13:+ECDHE-PSK sensor-1 $key >gnutls.log
	gnutls_asks $tls12:+ECDHE-PSK sensor-1 $key >>gnutls.log
	wait_for logged_times 'client=sensor-1 in=0 out=12' 4
}

stunnel_is_a_client_with_the_same_file() {
	needs stunnel4
	serve
	printf '%s\n' 'foreground = yes' 'pid =' "output = $PWD/stunnel.out" 'client = yes' \
		"PSKsecrets = $PWD/keys" 'PSKidentity = sensor-1' "connect = 127.0.0.1:$port" \
		>stunnel.conf
	for version in 1.2 1.3; do
		{ cat stunnel.conf && echo "sslVersion = TLSv$version"; } >stunnel-$version.conf
		stunnel4 stunnel-$version.conf </dev/null | grep -q 'Hello, TLS!'
		expect "done TLS$version .* client=sensor-1 "
	done
}

mosquitto_clients_reach_a_broker_by_their_keys() {
	needs mosquitto mosquitto_pub mosquitto_sub
	printf '%s\n' "listener 0 $PWD/broker" 'allow_anonymous true' 'user root' >mosquitto.conf
	start mosquitto mosquitto -c mosquitto.conf
	wait_for test -S broker
	serve 'client-verify = required' "connect = $PWD/broker"
	talk() {
		command=$1
		shift
		"$command" -h localhost -p "$port" -t weather "$@"
	}
	talk mosquitto_pub --psk-identity sensor-1 --psk $key -r -m sunny
	[ "$(talk mosquitto_sub --psk-identity 'boiler room' --psk $other -C 1)" = sunny ]
	expect ': tlsd: done .* client=sensor-1 '
	expect ': tlsd: done .* client=boiler\\x20room '
	fails talk mosquitto_pub --psk-identity sensor-1 --psk $other -m no
	expect ': psk: "sensor-1": the key is not the one in psk-file '
}

zabbix_sender_needs_the_profile_compatible() {
	needs zabbix_sender
	zabbix_sender -V | grep -q 'with GnuTLS' || skip 'this zabbix_sender has another TLS library'
	echo $key >key
	send() {
		zabbix_sender -z 127.0.0.1 -p "$port" -s host -k item -o 1 --tls-connect psk \
			--tls-psk-identity sensor-1 --tls-psk-file key >sent.log 2>&1 || :
	}
	serve
	send
	expect ': cipher: .* only with AES-CBC: set profile = compatible'
	stop
	serve 'profile = compatible'
	send
	expect 'done TLS1.2 AES-128-CBC .* client=sensor-1 '
}

clients_without_a_key_use_the_certificate() {
	serve
	for version in tls1_2 tls1_3; do
		openssl_asks $version -verify_return_error | grep -q 'Hello, TLS!'
	done
	wait_for logged_times 'done .* client=- ' 2
}

# course IDENTITY VERSION: the messages and their lengths, as the client sees them
course() {
	openssl s_client -connect "127.0.0.1:$port" "-$2" -msg -psk_identity "$1" \
		-psk $other </dev/null 2>&1 | sed -n 's/^\([<>]\{3\} .*\)/\1/p'
}

a_wrong_key_and_an_unknown_identity_look_alike_to_the_client() {
	serve
	for version in tls1_2 tls1_3; do
		course sensor-1 $version >wrong
		course sensor-2 $version >unknown
		grep -q 'fatal decrypt_error' wrong
		grep -q '>>> .*ClientHello' wrong
		cmp wrong unknown
	done
	asks_as sensor-1 $other | grep -c 'SSL alert number 51$' >alerts
	asks_as sensor-2 $other | grep -c 'SSL alert number 51$' >>alerts
	[ "$(cat alerts)" = "$(printf '2\n2')" ]
	gnutls_asks $tls13:+ECDHE-PSK sensor-1 $other >gnutls.log
	gnutls_asks $tls13:+ECDHE-PSK sensor-2 $other >>gnutls.log
	[ "$(grep -c 'Received alert \[51\]' gnutls.log)" -eq 2 ]
	# As many as tlsd logs in a minute.
	wait_for logged_times \
		': psk: "sensor-1": the key is not the one in psk-file .* client=sensor-1 ' 5
	wait_for logged_times \
		': psk: "sensor-2": the identity is not in psk-file .* client=sensor-2 ' 5
}

a_strange_identity_is_escaped_in_the_log() {
	serve
	asks_as "$(printf 'a\033[2J"\n client=b')" $key >asked.log
	wait_for logged_times 'psk: "a\\x1b\[2J"\\x0a client=b": the identity is not' 2
	logged ' client=a\\x1b\[2J\\x22\\x0a\\x20client=b in=0 '
}

no_key_is_accepted_without_an_ephemeral_key_exchange() {
	serve 'profile = compatible'
	for cipher in PSK-AES128-GCM-SHA256 DHE-PSK-CHACHA20-POLY1305 RSA-PSK-AES128-GCM-SHA256; do
		openssl_asks tls1_2 -cipher $cipher -psk_identity sensor-1 -psk $key |
			grep -q 'SSL alert number 40$' || fail "no alert for $cipher"
	done
	gnutls_asks $tls13:-KX-ALL:+PSK:+ECDHE-ECDSA sensor-1 $key | grep -q 'TLS1.3-X.509'
	expect 'done TLS1.3 .* client=- '
	if logged 'client=sensor-1'; then fail 'it was accepted'; fi
	openssl_asks tls1_3 -psk_identity sensor-1 -psk $key -allow_no_dhe_kex |
		grep -q 'Hello, TLS!'
	expect 'done TLS1.3 .* X25519.* client=sensor-1 '
}

cbc_with_a_key_needs_the_profile_compatible() {
	old='-cipher ECDHE-PSK-AES128-CBC-SHA256'
	serve
	# shellcheck disable=SC2086 # two words
	openssl_asks tls1_2 $old -psk_identity sensor-1 -psk $key | grep -q 'SSL alert number 40$'
	stop
	serve 'profile = compatible'
	# shellcheck disable=SC2086
	openssl_asks tls1_2 $old -psk_identity sensor-1 -psk $key | grep -q 'Hello, TLS!'
}

# asks_zabbix: what a client says that is built like those of Zabbix in Debian
asks_zabbix() {
	gnutls_asks NONE:+VERS-TLS1.2:+ECDHE-PSK:+PSK:+AES-128-GCM:+AES-128-CBC:+AEAD:+SHA256:+SHA1:+CURVE-ALL:+COMP-NULL:+SIGN-ALL \
		sensor-1 $key
}

the_log_tells_how_to_let_a_client_in_that_supports_only_other_keys() {
	serve
	openssl_asks tls1_2 -cipher PSK-AES128-CBC-SHA:@SECLEVEL=0 -psk_identity sensor-1 -psk $key |
		grep -q 'SSL alert number 40$'
	expect ': cipher: the client supports pre-shared keys only without ECDHE: enable ECDHE-PSK or TLS 1.3 in the client '
	asks_zabbix | grep -q 'Received alert \[40\]'
	expect ': cipher: the client supports pre-shared keys only with AES-CBC: set profile = compatible, or enable TLS 1.3 in the client '
	stop
	serve 'profile = compatible' 'groups = X25519'
	asks_zabbix >asked.log
	expect 'done TLS1.2 AES-128-CBC .* client=sensor-1 '
	openssl_asks tls1_2 -cipher PSK -groups P-256 -psk_identity sensor-1 -psk $key >asked.log
	expect ': cipher: the client supports none of the cipher suites of the service for pre-shared keys, or not its groups: tlsd -t prints them '
	sed -i /psk-file/d tlsd.ini
	ctl reload
	asks_zabbix >asked.log
	expect ': cipher: the client supports pre-shared keys only, which the service does not accept: set psk-file '
}

# hello_without_ecdhe: one of TLS 1.3 with a key for sensor-1, and psk_ke as its only mode
hello_without_ecdhe() {
	printf '\26\3\1\0\163\1\0\0\157\3\3'
	head -c 32 /dev/zero
	printf '\0\0\2\23\1\1\0\0\104\0\53\0\3\2\3\4\0\55\0\2\1\0'
	printf '\0\51\0\63\0\16\0\10sensor-1\0\0\0\0\0\41\40'
	head -c 32 /dev/zero
}

a_key_of_tls_1_3_without_ecdhe_is_refused_with_a_remedy() {
	needs socat
	serve
	hello_without_ecdhe | socat -t 60 - "TCP:127.0.0.1:$port" >answer
	od -An -tx1 answer | grep -q '^ 15 03 03 00 02 02 28' # handshake_failure
	expect ': cipher: the client supports pre-shared keys only without ECDHE: enable psk_dhe_ke in the client '
}

a_key_is_accepted_after_a_hello_retry_request() {
	serve 'groups = secp384r1'
	openssl_asks tls1_3 -groups X25519:P-384 -psk_identity sensor-1 -psk $key |
		grep -q 'Hello, TLS!'
	expect 'done TLS1.3 .* SECP384R1 .* client=sensor-1 '
	openssl_asks tls1_3 -groups X25519:P-384 -psk_identity sensor-1 -psk $other |
		grep -q 'SSL alert number 51$'
}

a_recorded_hello_with_a_key_names_no_other_client() {
	needs python3
	serve 'groups = secp384r1'
	python3 "$srcdir/tests/lib/replay.py" "$port" -groups X25519:P-384 \
		-psk_identity sensor-1 -psk $key -- -groups P-384 >answers
	sed -n 1p answers | grep -q '^16.*cf21ad74e59a6111be1d8c021e65b891'
	sed -n 2p answers | grep -q ^16
	expect ': early-close: .* client=- '
	if logged client=sensor-1; then fail 'it is named after the first client'; fi
}

a_priority_string_gets_the_suites_of_keys() {
	serve 'priority = SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-MAC-ALL:+AEAD'
	openssl_asks tls1_3 -psk_identity sensor-1 -psk $key | grep -q 'Hello, TLS!'
	expect 'done TLS1.3 .* client=sensor-1 '
	openssl_asks tls1_2 -psk_identity sensor-1 -psk $key -cipher PSK | grep -q 'Hello, TLS!'
	expect 'done TLS1.2 .* client=sensor-1 '
}

with_client_verify_required_only_clients_with_a_key_are_served() {
	serve 'client-verify = required'
	takes sensor-1 $key
	openssl_asks tls1_3 | grep -q 'SSL alert number 116$'
	openssl_asks tls1_2 | grep -q 'SSL alert number 40$'
	wait_for logged_times ': cert-missing: the client sent no certificate and used no pre-shared key' 2
	openssl_asks tls1_3 -cert server.crt -key server.key | grep -q 'SSL alert number 48$'
	expect ': cert-untrusted: .*no certificate is accepted, only pre-shared keys'
	check
	checked 'clients: *pre-shared key required$'
	checked 'psk: *2 identities$'
}

a_key_replaces_a_certificate_that_is_required() {
	"$builddir/tlscert" ca Test >/dev/null
	"$builddir/tlscert" client alice --cert alice.crt --key alice.key >/dev/null
	serve 'client-verify = required' 'ca-file = ca.crt'
	takes sensor-1 $key
	for version in tls1_2 tls1_3; do
		openssl_asks $version -cert alice.crt -key alice.key | grep -q 'Hello, TLS!'
	done
	openssl_asks tls1_3 | grep -q 'SSL alert number 116$'
	wait_for logged_times 'done .* client=alice ' 2
	check
	checked 'clients: *certificate or pre-shared key required, by CN=Test$'
}

client_verify_optional_still_needs_an_authority() {
	echo "a:$key" >keys
	write_ini 'client-verify = optional'
	if check; then fail 'taken'; fi
	checked 'client-verify: optional needs trusted certificates: set ca-file'
}

# resumes VERSION-OF-SESSION OPTION...: openssl, with ./session
resumes() {
	openssl s_client -connect "127.0.0.1:$port" -tls1_3 -sess_in session -ign_eof "$@" \
		</dev/null >resumed.log 2>&1 || :
}

open_session() {
	openssl s_client -connect "127.0.0.1:$port" -tls1_3 -sess_out session -ign_eof \
		-psk_identity sensor-1 -psk $key </dev/null >opened.log 2>&1 || :
	grep -q 'Hello, TLS!' opened.log
}

a_resumed_session_keeps_the_identity() {
	serve 'client-verify = required'
	open_session
	resumes
	grep -q 'Hello, TLS!' resumed.log
	expect 'resumed=yes .* client=sensor-1 '
	touch keys
	ctl reload
	resumes
	wait_for logged_times 'resumed=yes .* client=sensor-1 ' 2
}

a_ticket_of_an_identity_that_was_removed_is_void() {
	serve 'client-verify = required'
	open_session
	echo "boiler room:$other" >keys
	ctl reload
	resumes
	grep -q 'SSL alert number 116$' resumed.log
	resumes -psk_identity sensor-1 -psk $key
	grep -q 'SSL alert number 51$' resumed.log
	if logged 'resumed=yes'; then fail 'the session was resumed'; fi
}

a_ticket_of_an_identity_with_another_key_is_void() {
	serve 'client-verify = required'
	open_session
	printf '%s\n' "sensor-1:$other" >keys
	ctl reload
	resumes
	grep -q 'SSL alert number 116$' resumed.log
	resumes -psk_identity sensor-1 -psk $other
	grep -q 'Hello, TLS!' resumed.log
	expect 'resumed=no .* client=sensor-1 .* out=12 .* id=[3-9]'
}

a_reload_ends_the_sessions_of_identities_that_are_gone_or_have_other_keys() {
	for version in tls1_2 tls1_3; do
		printf '%s\n' "gone:$key" "new:$key" "stays:$key" >keys
		serve 'respond = echo'
		for name in gone new stays; do
			hold $name $key $version
		done
		printf '%s\n' "stays:$key" "new:$other" "more:$key" >keys
		ctl reload
		expect ': psk: the identity was removed from psk-file .* client=gone '
		expect ': psk: the identity has another key in psk-file .* client=new '
		if logged 'client=stays'; then fail 'it was cut off too'; fi
		kill "$holder"
		stop
	done
}

a_reload_without_psk_file_ends_sessions_where_clients_must_be_known() {
	"$builddir/tlscert" ca Test >/dev/null
	serve 'respond = echo' 'client-verify = required' 'ca-file = ca.crt'
	hold sensor-1 $key tls1_3
	sed -i /psk-file/d tlsd.ini
	ctl reload
	expect ': cert-missing: the client sent no certificate .* client=sensor-1 '
}

a_reload_with_a_wrong_file_changes_nothing() {
	serve 'respond = echo'
	hold sensor-1 $key tls1_3
	echo "sensor-1:abc" >keys
	if ctl reload >reload.log 2>&1; then fail 'reloaded'; fi
	grep -q 'psk-file: .*/keys:1: the key has an odd number of digits' reload.log
	if logged client=sensor-1; then fail 'the client was cut off'; fi
}

a_version_without_a_suite_for_keys_is_warned_of() {
	echo "a:$key" >keys
	# lacks VERSION REMEDY LINE...
	lacks() {
		wanted="psk-file: no cipher suite of TLS $1 can use a key: $2"
		shift 2
		write_ini "$@"
		check
		checked "$wanted"
		[ "$(grep -c 'no cipher suite' check.log)" -eq 1 ]
	}
	aes256=TLS_AES_256_GCM_SHA384
	lacks 1.3 'add TLS_AES_128_GCM_SHA256 to ciphers' "ciphers = $aes256"
	lacks 1.3 'add TLS_AES_128_GCM_SHA256 to ciphers' "ciphers = $aes256" 'tls-min = 1.3'
	lacks 1.2 'add one with CHACHA20-POLY1305 to ciphers' 'ciphers = ECDHE-ECDSA-AES256-GCM-SHA384'
	start=NORMAL:-VERS-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-MAC-ALL:+AEAD:-CIPHER-ALL
	lacks 1.3 'append :+AES-128-GCM to priority' "priority = $start:+AES-256-GCM:+VERS-TLS1.3"
	lacks 1.2 'append :+CHACHA20-POLY1305 to priority' \
		"priority = $start:+AES-256-GCM:+VERS-TLS1.2:-RSA"
	write_ini 'ciphers = ECDHE-ECDSA-CHACHA20-POLY1305'
	check
	fails grep -q 'no cipher suite' check.log
	checked TLS_ECDHE_PSK_CHACHA20_POLY1305
}

ciphers_for_keys_are_not_listed() {
	echo "a:$key" >keys
	write_ini 'ciphers = ECDHE-PSK-CHACHA20-POLY1305, ECDHE-ECDSA-CHACHA20-POLY1305'
	if check; then fail taken; fi
	checked 'ciphers: ECDHE-PSK-CHACHA20-POLY1305: is not to be listed: psk-file enables ECDHE-PSK with the ciphers of the other names: remove it'
}

each_mistake_in_the_file_names_its_line_and_no_key() {
	write_ini
	rejects '2: there is no colon: write IDENTITY:HEXKEY' '# keys' $key
	rejects '1: the identity is empty: ' ":$key"
	rejects '1: the identity begins or ends with a blank: ' " a:$key"
	rejects '1: the identity has more than 128 bytes: ' "$(printf '%0129d' 1):$key"
	rejects '1: the identity is not printable UTF-8: ' "$(printf 'a\001'):$key"
	rejects '3: the key is not hexadecimal: ' '' "a:$key" "b:${key}xy"
	rejects '1: the key has an odd number of digits: ' "a:${key}0"
	rejects '1: the key has fewer than 16 bytes' a:0011223344556677
	rejects '1: the key has more than 256 bytes' "a:$(printf '%0514d' 0)"
	rejects '3: has the identity of line 1: remove one' "a:$key" "b:$key" "a:$other"
	printf '%s\n' "a:$key" 'b' 'c:zz' "a:$key" >keys
	if check; then fail taken; fi
	[ "$(grep -c 'psk-file: .*/keys:' check.log)" -eq 3 ]
}

files_of_other_systems_are_read() {
	printf '\357\273\277# keys\r\n\r\nsensor-1:%s\r\nlast one:%s' $key $other >keys
	serve
	takes sensor-1 $key
	takes 'last one' $other
}

a_file_that_cannot_be_read_or_that_all_may_read_is_reported() {
	write_ini
	if check; then fail taken; fi
	checked 'psk-file: .*/keys: '
	echo "a:$key" >keys
	chmod 644 keys
	check
	checked 'psk-file: .*/keys: everyone may read the file with the pre-shared keys (mode 0644): run chmod o= '
	echo '# none' >keys
	check
	checked 'psk-file: .*/keys: has no key, so no client can use one: '
}

a_file_that_the_user_of_tlsd_cannot_read_is_warned_of() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can'
	echo "a:$key" >keys
	write_ini 'user = nobody'
	check || :
	checked 'warning: .*: psk-file: .*/keys: a reload as uid .* cannot read it'
}

ten_thousand_identities_are_loaded_and_reloaded() {
	awk -v key=$key 'BEGIN { for (i = 1; i <= 10000; i++) printf "sensor-%d:%s%08d\n", i, key, i }' \
		>keys
	serve
	takes sensor-1 "${key}00000001"
	takes sensor-10000 "${key}00010000"
	sed -i '/^sensor-1:/d' keys
	ctl reload
	takes sensor-10000 "${key}00010000"
	asks_as sensor-1 "${key}00000001" | grep -q 'SSL alert number 51$'
	check
	checked 'psk: *9999 identities$'
}

# has_field FILE HEX TEXT: these bytes, and the text after them
has_field() {
	od -An -tx1 -v "$1" | tr -d ' \n' |
		grep -q "$(echo "$2" | tr -d ' ')$(printf %s "$3" | od -An -tx1 -v | tr -d ' \n')"
}

programs_and_backends_get_the_identity_in_fields_of_its_own() {
	needs socat
	serve 'respond = exec' 'exec = /usr/bin/env'
	openssl_asks tls1_3 -psk_identity 'boiler room' -psk $other >answer
	grep -qx 'SSL_PSK_IDENTITY=boiler room' answer
	grep -qx 'SSL_CLIENT_VERIFY=NONE' answer
	if grep -q SSL_CLIENT_NAME answer; then fail 'it has the name of a certificate'; fi
	openssl_asks tls1_3 >answer
	grep -qx 'SSL_CLIENT_VERIFY=NONE' answer
	if grep -q SSL_PSK_IDENTITY answer; then fail 'it has an identity'; fi
	stop
	start socat socat -u UNIX-LISTEN:backend OPEN:header,creat
	wait_for test -S backend
	serve 'respond = connect' "connect = $PWD/backend" 'send-proxy = v2-tls'
	"$builddir/tlsc" --psk-identity 'boiler room' --psk-file keys "127.0.0.1:$port" </dev/null
	wait_for has_field header 'e0 00 0b' 'boiler room'
}

tlsc_offers_a_key() {
	serve 'client-verify = required'
	run_tlsc() {
		"$builddir/tlsc" "$@" "localhost:$port" </dev/null
	}
	[ "$(run_tlsc --psk-identity 'boiler room' --psk-file keys)" = 'Hello, TLS!' ]
	run_tlsc -v --psk-identity sensor-1 --psk-file keys 2>&1 |
		grep -qx 'trusted      yes, by the pre-shared key'
	echo "sensor-1:$other" >wrong
	if run_tlsc --psk-identity sensor-1 --psk-file wrong 2>said; then fail served; fi
	grep -q 'decrypt error (alert 51): it has no such identity, or another key' said
	if run_tlsc --psk-identity no --psk-file keys 2>said; then fail served; fi
	grep -qx 'tlsc: --psk-identity: "no" is not in keys: add a line IDENTITY:HEXKEY' said
	if run_tlsc --psk-identity no 2>said; then fail served; fi
	grep -q -e '--psk-identity: has no effect without --psk-file: give both' said
	if run_tlsc --psk-file keys 2>said; then fail served; fi
	grep -q -e '--psk-file: has no effect without --psk-identity: give both' said
	run_tlsc explain --psk-identity sensor-1 --psk-file keys |
		grep -q 'No certificate came: a pre-shared key was used\.'
}

an_untrusted_server_that_ignores_the_key_is_refused() {
	serve
	sed -i /psk-file/d tlsd.ini
	ctl reload
	for version in 1.2 1.3; do
		if "$builddir/tlsc" --psk-identity sensor-1 --psk-file keys "localhost:$port" \
			</dev/null 2>said; then
			fail served
		fi
		grep -q 'the certificate is not trusted for "localhost"' said
	done
}

run_tests "$@"
