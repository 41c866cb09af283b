#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Keys in PKCS#11 tokens, by SoftHSM: a daemon in its sandbox serves with them and reloads
# them; what is wrong with a token is said at load. The clients are those of openssl.
# shellcheck disable=SC2317 # tests are called by their names
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"

needs openssl softhsm2-util p11tool certtool
open_folder

# --- what tests are made of -----------------------------------------------------------

# A token of this test alone, with the PIN 1234, and a file with that.
make_token() {
	mkdir tokens
	printf '%s\n' "directories.tokendir = $PWD/tokens" 'log.level = ERROR' >softhsm2.conf
	export SOFTHSM2_CONF="$PWD/softhsm2.conf"
	softhsm2-util --init-token --free --label tlsd --so-pin 87654321 --pin 1234
	(umask 077 && echo 1234 >token.pin)
	export GNUTLS_PIN=1234
}

# make_key LABEL ALGORITHM [USAGE]: in the token, which never gives it out, with LABEL.crt for
# it, a certificate for signing and that usage.
make_key() {
	case $2 in
	ecdsa) p11tool --login --generate-privkey ecdsa --curve secp256r1 --label "$1" \
		--outfile "$1.pub" 'pkcs11:token=tlsd' ;;
	rsa) p11tool --login --generate-privkey rsa --bits 2048 --label "$1" \
		--outfile "$1.pub" 'pkcs11:token=tlsd' ;;
	esac
	printf '%s\n' 'cn = localhost' 'dns_name = localhost' tls_www_server signing_key \
		${3:+"$3"} 'expiration_days = 30' >template
	certtool --generate-self-signed --load-pubkey "$1.pub" --template template \
		--load-privkey "pkcs11:token=tlsd;object=$1;type=private" --outfile "$1.crt" 2>/dev/null
}

# write_ini LINE...: of the one service.
write_ini() {
	{
		printf '%s\n' 'pid-file = tlsd.pid' 'log-file = tlsd.log' "control-socket = $PWD/sock" \
			'watch = yes' '[web]' 'listen = 127.0.0.1:0'
		printf '%s\n' "$@"
	} >tlsd.ini
}

# In the background, as a daemon; it is ready when this returns.
launch() {
	"$builddir/tlsd" -c tlsd.ini
}

# refuses TEXT: it does not start, and says so and where.
refuses() {
	fails launch 2>refused
	cat refused
	grep -F "$1" refused
	fails "$builddir/tlsd" -t -c tlsd.ini >/dev/null 2>refused
	grep -F "$1" refused
	[ ! -e tlsd.pid ]
}

# serves CERT [OPTION...]: a handshake with that certificate, which is verified.
serves() {
	cert=$1
	shift
	openssl s_client -connect "$(address_of web)" -CAfile "$cert" -verify_return_error \
		-verify_hostname localhost "$@" -ign_eof </dev/null >answer 2>&1 || fails cat answer
	grep -q 'Verify return code: 0 (ok)' answer
	grep -q 'Hello, TLS!' answer
	[ "$(openssl x509 -in answer -noout -fingerprint)" = \
		"$(openssl x509 -in "$cert" -noout -fingerprint)" ]
}

stop() {
	kill "$(cat tlsd.pid)"
	wait_for test ! -e tlsd.pid
}

# --- the tests ------------------------------------------------------------------------

a_daemon_in_its_sandbox_serves_with_an_ecdsa_key_in_a_token() {
	make_token
	make_key web ecdsa
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	launch
	expect 'sandbox: .*a PKCS#11 token'
	serves web.crt
	serves web.crt -tls1_2
	stop
}

a_daemon_serves_with_an_rsa_key_in_a_token() {
	make_token
	make_key web rsa
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	launch
	serves web.crt
	serves web.crt -tls1_2
	stop
}

clients_encrypt_to_an_rsa_key_in_a_token() {
	make_token
	make_key web rsa encryption_key
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin' \
		'allow-weak = yes' 'priority = NORMAL:-VERS-ALL:+VERS-TLS1.2'
	launch
	serves web.crt -tls1_2 -cipher AES128-GCM-SHA256
	serves web.crt -tls1_2 -cipher ECDHE
	stop
}

token_key_that_cannot_decrypt_is_an_error_at_load() {
	make_token
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout signs.key -out signs.crt
	p11tool --login --write --load-privkey signs.key --mark-sign --label signs \
		'pkcs11:token=tlsd'
	write_ini 'cert = signs.crt' 'key = pkcs11:token=tlsd;object=signs' \
		'pin-file = token.pin' 'allow-weak = yes' 'priority = NORMAL:-VERS-ALL:+VERS-TLS1.2'
	refuses 'key: pkcs11:token=tlsd;object=signs: the key in the token cannot decrypt'
	sed -i 's/TLS1.2/&:-RSA/' tlsd.ini
	launch
	serves signs.crt -tls1_2
	stop
}

the_certificate_may_be_in_the_token_too() {
	make_token
	make_key web ecdsa
	p11tool --login --write --load-certificate web.crt --label web 'pkcs11:token=tlsd'
	write_ini 'cert = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	launch
	serves web.crt
	stop
	write_ini 'cert = pkcs11:token=tlsd;object=web;type=cert' \
		'key = pkcs11:token=tlsd;object=web;type=private' 'pin-file = token.pin'
	launch
	serves web.crt
	stop
}

keys_in_files_and_in_tokens_serve_side_by_side() {
	make_token
	make_key web rsa
	"$builddir/tlscert" self-signed --cert file.crt --key file.key localhost
	write_ini 'cert = file.crt, web.crt' 'key = file.key, pkcs11:token=tlsd;object=web' \
		'pin-file = token.pin'
	launch 2>warnings
	serves file.crt
	serves web.crt -tls1_2 -cipher aRSA
	stop
}

many_clients_at_once_are_served() {
	make_token
	make_key web ecdsa
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' \
		'pin-file = token.pin' 'early-answer = no' 'session-tickets = no'
	launch
	"$builddir/tlsc" bench --concurrency 16 --connections 400 --ca web.crt \
		--servername localhost "$(address_of web)" >bench.log 2>&1 || fails cat bench.log
	serves web.crt
	stop
}

a_reload_takes_another_key_of_the_token() {
	make_token
	make_key web ecdsa
	make_key next ecdsa
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	launch
	serves web.crt
	write_ini 'cert = next.crt' 'key = pkcs11:token=tlsd;object=next' 'pin-file = token.pin'
	ctl reload
	serves next.crt
	write_ini 'cert = next.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	fails ctl reload
	serves next.crt
	stop
}

unusable_token_is_an_error_at_load() {
	make_token
	make_key web ecdsa
	make_key other ecdsa
	write_ini 'cert = web.crt' 'key = pkcs11:token=nowhere;object=web' 'pin-file = token.pin'
	refuses 'key: pkcs11:token=nowhere;object=web: there is no such token, or its module is missing or unreadable: run p11tool --list'
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=none' 'pin-file = token.pin'
	refuses 'key: pkcs11:token=tlsd;object=none: the token has no such private key: list its objects with p11'
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=other' 'pin-file = token.pin'
	refuses 'pkcs11:token=tlsd;object=other does not belong to the certificate'
	write_ini 'cert = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	refuses 'cert: pkcs11:token=tlsd;object=web: the token has no such certificate'
	write_ini 'cert = web.crt' 'key = pkcs11:rubbish' 'pin-file = token.pin'
	refuses 'key: pkcs11:rubbish: is not a PKCS#11 URL'
}

a_pin_is_taken_from_its_file_only_and_never_asked_for() {
	unset GNUTLS_PIN
	make_token
	make_key web ecdsa
	unset GNUTLS_PIN
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web'
	refuses 'key: pkcs11:token=tlsd;object=web: the token requires a PIN: set pin-file'
	echo 4321 >token.pin
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	refuses "the token refuses the PIN in $PWD/token.pin: correct it"
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web?pin-value=1234'
	refuses 'key: pkcs11:token=tlsd;object=web: the PIN must not be here'
	fails grep 1234 refused
}

start_fails_if_the_user_cannot_use_the_token() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can become another user'
	make_token
	make_key web ecdsa
	chmod -R go= tokens
	mkdir -m 777 logs
	write_ini 'cert = web.crt' 'key = pkcs11:token=tlsd;object=web' 'pin-file = token.pin'
	sed -i -e 's,^log-file.*,log-file = logs/log,' -e '1i user = nobody' tlsd.ini
	fails launch 2>refused
	cat refused
	grep -F "uid $(id -u nobody) cannot sign with the key in the token" refused
}

# --- running them ---------------------------------------------------------------------

(
	mkdir "$folder/probe" && cd "$folder/probe" && make_token
	p11tool --list-token-urls | grep token=tlsd
) >/dev/null 2>&1 || skip 'p11-kit does not find the module of SoftHSM'
run_tests "$@"
