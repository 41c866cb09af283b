#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Certificates of a running tlsd, by the hand of an administrator: proved before they are put
# into force, left out when they are bad, replaced while it serves.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl
open_folder

# --- what tests are made of -----------------------------------------------------------

tlscert() {
	"$builddir/tlscert" "$@" >/dev/null
}

# make_server NAME [OPTION...] HOST...: NAME.crt and NAME.key by the authority ca.crt.
make_server() {
	name=$1
	shift
	[ -e ca.crt ] || tlscert ca 'Test authority'
	tlscert server --force --cert "$name.crt" --key "$name.key" "$@"
}

# write_ini [LINE...]: the process's lines and the services.
write_ini() {
	{
		echo 'control-socket = sock'
		for line; do
			echo "$line"
		done
	} >tlsd.ini
}

# answers SERVICE HOST: it serves, with a certificate of the authority's for HOST.
answers() {
	"$builddir/tlsc" --ca ca.crt --servername "$2" "$(address_of "$1")" \
		</dev/null >answer 2>&1 || fails cat answer
	[ "$(cat answer)" = 'Hello, TLS!' ]
}

# has_moved SERVICE OLD: the log, which is written in the background, says that it listens, and
# not at the address OLD, which may be empty.
has_moved() {
	[ "$(address_of "$1")" != "$2" ]
}

# serial SERVICE [HOST]: of the certificate that it serves.
serial() {
	openssl s_client -connect "$(address_of "$1")" -servername "${2:-localhost}" \
		</dev/null 2>/dev/null | openssl x509 -noout -serial
}

serial_of() {
	openssl x509 -noout -serial -in "$1"
}

serves() {
	[ "$(serial "$1")" = "$(serial_of "$2")" ]
}

two_services() {
	make_server one localhost
	make_server two localhost
	write_ini "$@" \
		'[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key' \
		'[two]' 'listen = 127.0.0.2:0' 'cert = two.crt' 'key = two.key'
}

# --- the tests: files that are no pair ------------------------------------------------

# odd_keys: KIND.key of each kind that openssl makes and TLS, or GnuTLS, does without.
odd_keys() {
	for curve in brainpoolP256r1 secp256k1 sect283r1; do
		openssl ecparam -name "$curve" -genkey -noout -out "$curve.key"
		openssl pkcs8 -topk8 -nocrypt -in "$curve.key" -out "$curve-p8.key"
	done
	openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout -out explicit.key
	openssl pkcs8 -topk8 -nocrypt -in explicit.key -out explicit-p8.key
	openssl genpkey -algorithm DH -pkeyopt group:ffdhe2048 -out dh.key
	openssl dsaparam -genkey -noout -out dsa.key 1024
	openssl pkcs8 -topk8 -scrypt -in one.key -passout pass:x -out scrypt.key
	openssl req -x509 -new -key dsa.key -subj /CN=x -out dsa.crt
	openssl req -x509 -new -key brainpoolP256r1.key -subj /CN=x -out brainpool.crt
	openssl req -x509 -new -key explicit.key -subj /CN=x -out explicit.crt
}

# odd_files: from one.crt and one.key, what people take for them.
odd_files() {
	openssl pkcs12 -export -in one.crt -inkey one.key -passout pass:x -out one.p12
	openssl x509 -in one.crt -outform DER -out cert.der
	openssl pkey -in one.key -outform DER -out key.der
	openssl ec -in one.key -outform DER -out sec1.der
	openssl req -new -key one.key -subj /CN=x -out one.csr
	openssl pkey -in one.key -pubout -out one.pub
	openssl crl2pkcs7 -nocrl -certfile one.crt -out one.p7b
	openssl crl2pkcs7 -nocrl -certfile one.crt -outform DER -out der.p7b
	for code in UTF-16 UTF-16LE UTF-16BE; do
		iconv -f ASCII -t "$code" one.crt >"text.$code"
	done
	echo '<!DOCTYPE html><title>404</title>' >page.html
	: >empty
	mkdir folder
	printf '\376\355\376\355\0\0\0\2' >jks
	echo 'PuTTY-User-Key-File-3: ssh-ed25519' >putty
	echo 'ssh-ed25519 AAAA me@here' >ssh.pub
}

# A line for each: the certificate, the key, the key of the file that is blamed and the message.
odd_pairs() {
	cat <<-'END'
		one.crt brainpoolP256r1.key key: elliptic curve that GnuTLS does not support.*: make one on P-256
		one.crt brainpoolP256r1-p8.key key: elliptic curve that GnuTLS does not support
		one.crt secp256k1.key key: elliptic curve that GnuTLS does not support
		one.crt secp256k1-p8.key key: elliptic curve that GnuTLS does not support
		one.crt sect283r1.key key: elliptic curve that GnuTLS does not support
		one.crt sect283r1-p8.key key: elliptic curve that GnuTLS does not support
		one.crt explicit.key key: explicit parameters.*: make one on P-256
		one.crt explicit-p8.key key: explicit parameters
		one.crt dh.key key: neither RSA nor ECDSA nor EdDSA.*: make one on P-256
		one.crt scrypt.key key: such as scrypt: convert it with openssl pkcs8 -topk8
		one.crt one.p12 key: is PKCS#12, not PEM: convert it with openssl pkcs12 -in
		one.crt key.der key: is DER, not PEM: convert it with openssl pkey -inform DER
		one.crt sec1.der key: is DER, not PEM: convert it with openssl pkey -inform DER
		one.crt one.csr key: only CERTIFICATE REQUEST: name the private
		one.crt one.pub key: only PUBLIC KEY: name the private
		one.crt one.p7b key: is PKCS#7, which holds no private key: name
		one.crt jks key: is a Java keystore, not PEM: convert it with keytool -importkeystore
		one.crt putty key: is an SSH key: make one
		one.crt ssh.pub key: is an SSH key: make one
		one.crt page.html key: is a web page or XML, not PEM: fetch
		one.crt empty key: is empty: put
		one.crt folder key: is a folder: name the file
		one.crt one.crt cert: only a certificate: set key
		dsa.crt dsa.key cert: DSA 1024, which cannot sign for TLS: make one on P-256
		brainpool.crt one.key cert: for a key that GnuTLS cannot read.*: make a key on P-256
		explicit.crt one.key cert: for a key that GnuTLS cannot read.*: make a key on P-256
		one.p12 one.key cert: is PKCS#12, not PEM: convert it with openssl pkcs12 -in
		cert.der one.key cert: is DER, not PEM: convert it with openssl x509 -inform DER
		one.p7b one.key cert: is PKCS#7: convert it with openssl pkcs7 -print_certs -in
		der.p7b one.key cert: is PKCS#7, not PEM: convert it with openssl pkcs7 -inform DER -print_certs
		one.csr one.key cert: only a request for one: name the file
		one.pub one.key cert: only a public key: name the file
		text.UTF-16 one.key cert: is UTF-16 text: convert it with iconv -f UTF-16 -t ASCII
		text.UTF-16LE one.key cert: is UTF-16 text: convert it with iconv -f UTF-16LE -t ASCII
		text.UTF-16BE one.key cert: is UTF-16 text: convert it with iconv -f UTF-16BE -t ASCII
		page.html one.key cert: is a web page or XML, not PEM: fetch
		jks one.key cert: is a Java keystore
		putty one.key cert: is an SSH key
		empty one.key cert: is empty: put
		folder one.key cert: is a folder: name the file
		one.key one.key cert: only a private key: name the certificate
	END
}

# All pairs are in one configuration, each in a service of four lines.
unusable_pair_file_is_named_with_problem_and_remedy() {
	needs iconv
	make_server one localhost
	odd_keys >/dev/null 2>&1
	odd_files >/dev/null 2>&1
	odd_pairs >pairs
	count=0
	while read -r cert key _; do
		count=$((count + 1))
		printf '%s\n' "[web-$count]" "listen = 127.0.0.$count:0" "cert = $cert" "key = $key"
	done <pairs >tlsd.ini
	fails "$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	[ "$(grep -c '^tlsd: tlsd.ini:[0-9]' out)" -eq "$count" ] ||
		fail "not one line for each pair: $(cat out)"
	line=0
	while read -r cert key blamed message; do
		case $blamed in
		key:) file=$key at=$((line + 4)) ;;
		*) file=$cert at=$((line + 3)) ;;
		esac
		grep "^tlsd: tlsd.ini:$at: $blamed .*/$file: .*$message" out ||
			fail "$cert $key: $message: $(cat out)"
		line=$((line + 4))
	done <pairs
}

# --- the tests: proof -----------------------------------------------------------------

a_reload_with_a_key_that_does_not_match_changes_nothing() {
	two_services
	start_tlsd tlsd
	serial_of one.crt >before
	cp two.key one.key
	fails ctl reload >out
	grep 'error: .*tlsd.ini:4: cert: .*/one.crt: the key in .*/one.key does not belong' out
	grep -c '^error' out | grep -qx 1
	serial one | cmp - before
	answers two localhost
	stop
}

an_expired_certificate_does_not_take_the_place_of_a_valid_one() {
	two_services
	start_tlsd tlsd
	cp one.crt valid.crt
	openssl req -new -key one.key -subj /CN=localhost -out one.csr
	printf 'subjectAltName=DNS:localhost\nkeyUsage=digitalSignature\n' >ext
	sign_ended one.csr ext ca.crt ca.key >one.crt
	fails ctl reload >out
	grep 'one.crt: in a trial handshake, .* gets a certificate that is not valid' out
	serves one valid.crt
	stop
}

certificate_unusable_under_the_priority_is_an_error() {
	two_services
	make_server rsa --key-type rsa localhost
	cp rsa.crt two.crt
	cp rsa.key two.key
	start_tlsd tlsd
	stop
	echo 'priority = NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+GROUP-X25519:+SIGN-ECDSA-SECP256R1-SHA256' >>tlsd.ini
	status=0
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1 || status=$?
	[ "$status" -eq 2 ]
	grep 'two.crt: in a trial handshake, a client that supports only RSA 3072' out
}

# --- on-bad-cert

a_service_with_a_bad_certificate_is_skipped_at_the_start() {
	two_services 'on-bad-cert = skip'
	cp one.key two.key
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	grep 'warning: .*two.crt: the key in .*two.key does not belong' out
	grep 'warning: .*on-bad-cert: \[two\] is skipped' out
	grep '^skipped: two: cert: .*two.crt: the key in' out
	start_tlsd tlsd
	expect 'on-bad-cert: \[two\] is skipped'
	answers one localhost
	[ -z "$(address_of two)" ]
	ctl status >shown
	grep '^service: one: ' shown
	grep '^skipped: two: cert: .*two.crt: the key in' shown
	fails grep '^service: two' shown
	stop
}

reload_skips_a_bad_service_and_a_later_one_restores_it() {
	two_services 'on-bad-cert = skip'
	start_tlsd tlsd
	cp two.key good.key
	old_address=$(address_of two)
	echo nonsense >two.key
	ctl reload >out
	grep 'warning: .*\[two\] is skipped' out
	answers one localhost
	ctl status | grep '^skipped: two: key: '
	fails openssl s_client -connect "$old_address" </dev/null
	cp good.key two.key
	ctl reload
	wait_for has_moved two "$old_address"
	answers two localhost
	ctl status >shown
	fails grep skipped shown
	stop
}

on_bad_cert_skip_fails_if_every_service_is_bad() {
	two_services 'on-bad-cert = skip'
	start_tlsd tlsd
	cp one.crt good.crt
	echo nonsense >one.crt
	echo nonsense >two.crt
	fails ctl reload >out
	grep 'error: .*on-bad-cert: every service is skipped' out
	serves one good.crt
	stop
}

on_bad_cert_skip_does_not_excuse_other_errors() {
	two_services 'on-bad-cert = skip'
	echo 'priority = NONSENSE' >>tlsd.ini
	echo nonsense >two.crt
	status=0
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1 || status=$?
	[ "$status" -eq 2 ]
	grep 'priority: GnuTLS does not understand it' out
}

# shared_address LINE...: two.example and *.two.example are [two]'s, with a bad pair, and the
# lines; everybody else is [one]'s. What is skipped leaves its clients to nobody.
shared_address() {
	make_server one one.example
	make_server two two.example '*.two.example'
	cp two.key good.key
	cp one.key two.key
	write_ini 'on-bad-cert = skip' 'listen = 127.0.0.1:0' \
		'[one]' 'server-name = one.example' 'cert = one.crt' 'key = one.key' \
		'[two]' 'cert = two.crt' 'key = two.key' "$@"
	start_tlsd tlsd
}

# is_refused VERSION HOST: by the alert unrecognized_name
is_refused() {
	case $2 in
	nobody) set -- "$1" -noservername ;;
	*) set -- "$1" -servername "$2" ;;
	esac
	fails openssl s_client -connect "$(address_of one)" "$@" </dev/null >refused 2>&1
	grep 'SSL alert number 112$' refused
}

more_protocols_than_the_library_takes_are_an_error() {
	two_services 'alpn = a,b,c,d,e,f,g,h'
	"$builddir/tlsd" -t -c tlsd.ini
	sed -i 's/^alpn = .*/&,i/' tlsd.ini
	fails "$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	grep 'tlsd.ini:2: alpn: 9 protocols are more than the 8 that GnuTLS supports' out
}

# --- the tests: names -----------------------------------------------------------------

a_name_that_no_certificate_is_for_is_warned_of() {
	make_server one localhost '*.one.example'
	make_server two two.example
	write_ini '[web]' 'listen = 127.0.0.1:0' 'cert = one.crt, two.crt' 'key = one.key, two.key' \
		'server-name = LOCALHOST, two.example, *.one.example, www.one.example' \
		'server-name = one.example, *.two.example, a.b.one.example'
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	for name in one.example '\*.two.example' a.b.one.example; do
		grep "^tlsd: warning: tlsd.ini:[67]: server-name: no certificate is for $name, so" out
	done
	[ "$(grep -c 'no certificate is for' out)" -eq 3 ]
	start_tlsd tlsd
	[ "$(grep -c 'no certificate is for' tlsd.log)" -eq 3 ]
	make_server more one.example '*.two.example' a.b.one.example
	sed -i 's/^cert = .*/&, more.crt/; s/^key = .*/&, more.key/' tlsd.ini
	ctl reload >out
	fails grep 'no certificate' out
	stop
}

# --- the tests: renewal ---------------------------------------------------------------

# short_middle: one.crt lasts, but not the certificate of its issuer.
short_middle() {
	tlscert ca --cert root.crt --key root.key Root
	tlscert ca --ca-cert root.crt --ca-key root.key Middle
	make_server one --days 100 localhost
	openssl x509 -in one.crt -out leaf.crt
	tlscert renew --days "$1" --ca-cert root.crt --ca-key root.key ca.crt
	openssl x509 -in ca.crt | cat leaf.crt - >one.crt
}

an_issuer_that_ends_before_its_certificate_is_warned_of_everywhere() {
	short_middle 5
	write_ini '[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key'
	warning="one.crt: the issuer's certificate CN=Middle ends in [45] days, on 20..-..-..: renew it"
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	grep "warning: .*cert: .*$warning" out
	start_tlsd tlsd
	expect "warning: .*$warning"
	ctl status >shown
	grep "^warning: .*$warning" shown
	grep '^certificate: one: .*one.crt until .*, [45] days$' shown
	end=$(openssl x509 -in ca.crt -noout -enddate)
	ctl stats --prometheus | grep "not_after_seconds.*one.crt\"} $(date -d "${end#notAfter=}" +%s)\$"
	stop
}

a_chain_with_an_issuer_that_has_ended_gives_way_to_a_whole_one() {
	short_middle 30
	cp one.crt whole.crt
	write_ini '[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key'
	start_tlsd tlsd
	openssl req -new -key ca.key -subj /CN=Middle -out ca.csr
	printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n' >ext
	openssl x509 -in ca.crt -noout -ext subjectKeyIdentifier |
		sed -n 's/^ */subjectKeyIdentifier=/p' >>ext
	sign_ended ca.csr ext root.crt root.key | cat leaf.crt - >one.crt
	fails ctl reload >out
	grep 'one.crt: in a trial handshake, .* gets a certificate that is not valid' out
	cp one.key two.key
	cp one.crt two.crt
	cp whole.crt one.crt
	sed -i 's/^cert = .*/cert = two.crt, one.crt/; s/^key = .*/key = two.key, one.key/' tlsd.ini
	ctl reload
	openssl s_client -connect "$(address_of one)" -servername localhost -CAfile root.crt \
		-verify_return_error -showcerts </dev/null >shown 2>&1
	stop
}

a_certificate_that_ends_soon_is_warned_of_everywhere() {
	make_server one --days 10 localhost
	make_server two --days 20 localhost
	write_ini '[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key' \
		'[two]' 'listen = 127.0.0.2:0' 'cert = two.crt' 'key = two.key'
	warning='cert: .*one.crt: the certificate ends in [0-9]* days, on 20..-..-..: renew'
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	grep "warning: .*$warning" out
	fails grep 'two.crt: the certificate ends' out
	start_tlsd tlsd
	expect "warning: .*$warning"
	ctl status | grep "^warning: .*$warning"
	sed -i 's/^cert = two.crt/&\nwarn-days = 30/; s/^cert = one.crt/&\nwarn-days = 5/' tlsd.ini
	ctl reload >out
	grep 'two.crt: the certificate ends in' out
	fails grep 'one.crt: the certificate ends in' out
	stop
}

# --- the tests: watch -----------------------------------------------------------------

reloads() {
	grep -c 'watch: certificates have changed' tlsd.log
}

has_reloaded() {
	[ "$(grep -c 'reload: done' tlsd.log)" -eq "$1" ]
}

a_renewed_pair_is_noticed() {
	two_services 'watch = yes'
	make_server new localhost
	start_tlsd tlsd
	mv new.key one.key
	mv new.crt one.crt
	wait_for has_reloaded 1
	serves one one.crt
	expect 'watch: certificates have changed: reloading'
	stop
}

a_changed_list_of_known_clients_is_noticed() {
	make_server one localhost
	pin=$(openssl x509 -in one.crt -noout -pubkey | openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | openssl base64)
	echo "pin-sha256:$pin name=alice" >clients
	write_ini 'watch = yes' '[web]' 'listen = 127.0.0.1:0' 'cert = one.crt' \
		'key = one.key' 'client-verify = required' 'authorized-certs = clients'
	start_tlsd tlsd
	echo "pin-sha256:$pin name=bob" >clients
	wait_for has_reloaded 1
	stop
}

# calls: clients that call one after the other, until ./enough is there; what went wrong is in
# ./wrong
calls() {
	while [ ! -e enough ]; do
		"$builddir/tlsc" --ca ca.crt --servername localhost "$(address_of one)" \
			</dev/null >>answers 2>>wrong || echo "exit status $?" >>wrong
		echo called >>calls
	done
}

failed_times() {
	[ "$(grep -c 'reload: failed' tlsd.log)" -ge "$1" ]
}

called_times() {
	[ "$(wc -l <calls)" -ge "$1" ]
}

# looks: how often it has looked at the files and found nothing new.
looks() {
	grep -c 'nothing has changed' tlsd.log
}

has_looked() {
	[ "$(looks)" -ge "$1" ]
}

# start_watching CERT KEY: one service with these files, and everything that happened before
# has been looked at.
start_watching() {
	write_ini 'watch = yes' 'log-level = debug' '[one]' 'listen = 127.0.0.1:0' \
		"cert = $1" "key = $2"
	start_tlsd tlsd
	wait_for has_looked 1
}

# two_pairs: old/site and new/site, each with one.crt and one.key.
two_pairs() {
	for generation in old new; do
		mkdir -p "$generation/site"
		make_server "$generation/site/one" localhost
	done
}

a_folder_above_that_is_replaced_is_noticed() {
	two_pairs
	cp -r old certs
	start_watching certs/site/one.crt certs/site/one.key
	mv certs gone
	wait_for failed_times 1
	serves one old/site/one.crt
	mv new certs
	wait_for has_reloaded 1
	serves one certs/site/one.crt
	stop
}

without_watch_nothing_is_noticed() {
	two_services
	make_server new localhost
	start_tlsd tlsd
	cp one.crt old.crt
	mv new.key one.key
	mv new.crt one.crt
	sed -i 's/^control-socket.*/&\nwatch = yes/' tlsd.ini
	serves one old.crt
	ctl reload
	serves one one.crt
	[ "$(reloads)" -eq 0 ]
	stop
}

# --- the tests: OCSP ------------------------------------------------------------------

# make_response DAYS [STATUS]: one.ocsp about one.crt, without an end if DAYS is empty; made
# at $FAKETIME by $LD_PRELOAD, if these are set for it.
make_response() {
	serial=$(serial_of one.crt)
	case ${2:-good} in
	good) line="V\t301231000000Z\t" ;;
	revoked) line="R\t301231000000Z\t200101000000Z" ;;
	esac
	printf '%b\t%s\tunknown\t/CN=localhost\n' "$line" "${serial#serial=}" >index
	openssl ocsp -issuer ca.crt -cert one.crt -no_nonce -reqout one.req
	openssl ocsp -index index -rsigner ca.crt -rkey ca.key -CA ca.crt -reqin one.req \
		${1:+-ndays "$1"} -respout one.ocsp
}

stapled_service() {
	make_server one localhost
	make_response 7
	write_ini '[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key' \
		'ocsp-response = one.ocsp'
}

# What a client says of the response.
staple() {
	openssl s_client -connect "$(address_of one)" -servername localhost -status "$@" \
		</dev/null 2>/dev/null
}

a_response_is_sent_with_its_certificate() {
	stapled_service
	cat ca.crt >>one.crt
	start_tlsd tlsd
	for version in -tls1_2 -tls1_3; do
		staple $version >out
		grep 'OCSP Response Status: successful' out
		grep 'Cert Status: good' out
	done
	fails grep 'warning: .*ocsp' tlsd.log
	stop
}

a_response_that_does_not_fit_is_an_error() {
	stapled_service
	cat ca.crt >>one.crt
	start_tlsd tlsd
	make_response 7 revoked
	fails ctl reload >out
	grep 'error: .*ocsp-response: .*one.ocsp: says that the certificate is revoked' out
	echo nonsense >one.ocsp
	fails ctl reload >out
	grep 'one.ocsp: is not an OCSP response' out
	make_response 7
	mkdir other
	tlscert ca --out-dir other 'Other authority'
	openssl ocsp -index index -rsigner other/ca.crt -rkey other/ca.key -CA ca.crt \
		-reqin one.req -ndays 7 -respout one.ocsp
	fails ctl reload >out
	grep 'one.ocsp: neither the .* issuer nor its delegate has signed it' out
	make_response 7
	make_server one localhost
	fails ctl reload >out
	grep 'one.ocsp: is for none of the certificates' out
	staple | grep 'Cert Status: good'
	stop
}

a_stale_response_is_warned_of_and_not_sent() {
	needs_faketime
	stapled_service
	(
		export LD_PRELOAD="$library" FAKETIME=-9d
		make_response 7
	)
	cat ca.crt >>one.crt
	start_tlsd tlsd
	expect 'warning: .*one.ocsp: is stale'
	ctl status | grep 'warning: .*one.ocsp: is stale'
	staple | grep -E 'OCSP responses?: no responses? sent'
	figure='^tlsd_ocsp_next_update_seconds{service="one",name=".*/one.crt"} '
	[ "$(ctl stats --prometheus | sed -n "s|$figure||p")" -lt "$(date +%s)" ]
	make_response 7
	ctl reload
	staple | grep 'Cert Status: good'
	[ "$(ctl stats --prometheus | sed -n "s|$figure||p")" -gt "$(date +%s)" ]
	stop
}

a_response_without_an_end_is_warned_of_and_not_sent() {
	stapled_service
	make_response ''
	cat ca.crt >>one.crt
	start_tlsd tlsd
	expect 'warning: .*one.ocsp: has no next update'
	staple | grep -E 'OCSP responses?: no responses? sent'
	stop
}

must_staple_without_a_response_is_an_error() {
	make_server one localhost
	openssl req -new -key one.key -subj /CN=localhost -out one.csr
	printf 'subjectAltName=DNS:localhost\nkeyUsage=digitalSignature\ntlsfeature=status_request\n' >ext
	openssl x509 -req -in one.csr -CA ca.crt -CAkey ca.key -days 9 -extfile ext -out one.crt
	cat ca.crt >>one.crt
	write_ini '[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key'
	status=0
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1 || status=$?
	[ "$status" -eq 2 ]
	grep 'cert: .*one.crt: requires a fresh OCSP response' out
	make_response 7
	echo 'ocsp-response = one.ocsp' >>tlsd.ini
	start_tlsd tlsd
	staple | grep 'Cert Status: good'
	stop
}

# --- the tests of make check-long -------------------------------------------------------

a_pair_replaced_one_file_after_the_other_is_never_served_in_halves() {
	two_services
	start_tlsd tlsd
	cp one.crt old.crt
	make_server new localhost
	cp new.key one.key
	fails ctl reload
	serves one old.crt
	cp new.crt one.crt
	ctl reload
	serves one new.crt
	stop
}

half_a_file_is_never_served() {
	two_services
	start_tlsd tlsd
	cp one.crt whole.crt
	head -c 400 whole.crt >one.crt
	fails ctl reload >out
	grep 'has no end line: the file was cut off' out
	serves one whole.crt
	: >one.crt
	fails ctl reload
	serves one whole.crt
	stop
}

a_skipped_service_comes_back_by_itself_where_files_are_watched() {
	two_services 'on-bad-cert = skip' 'watch = yes'
	cp two.key good.key
	cp one.key two.key
	start_tlsd tlsd
	[ -z "$(address_of two)" ]
	cp good.key two.key
	expect 'listening: .*: two$'
	answers two localhost
	stop
}

names_of_a_skipped_service_are_not_given_to_another() {
	shared_address 'server-name = two.example, *.two.example'
	for version in -tls1_2 -tls1_3; do
		is_refused $version two.example
		is_refused $version WWW.two.example
		[ "$(serial one one.example)" = "$(serial_of one.crt)" ]
	done
	expect ': two: sni: the service is skipped because its certificate is bad'
	ctl stats --prometheus | grep '^tlsd_handshake_failures_total{service="two",class="sni"} 4$'
	ctl status >shown
	grep '^skipped: two: cert: ' shown
	fails grep '^service: two' shown
	cp good.key two.key
	ctl reload
	wait_for has_moved two ''
	answers two two.example
	[ "$(serial one www.two.example)" = "$(serial_of two.crt)" ]
	stop
}

clients_without_a_name_do_not_go_elsewhere_when_the_default_is_skipped() {
	shared_address 'default = yes'
	is_refused -tls1_3 nobody
	is_refused -tls1_3 other.example
	cp good.key two.key
	ctl reload
	[ "$(serial one other.example)" = "$(serial_of two.crt)" ]
	stop
}

overlapping_names_are_an_error_even_if_one_service_is_skipped() {
	shared_address 'server-name = two.example'
	sed -i 's/^\[one\]/&\nserver-name = two.example/' tlsd.ini
	fails ctl reload >out
	grep 'error: .*server-name: two.example at .* already belongs to \[one\]' out
	stop
}

# One day of its clock takes some seconds of ours.
the_log_warns_once_a_day() {
	needs_faketime
	! is_sanitized || skip 'a sanitizer takes no library before its own'
	make_server one --days 3 localhost
	write_ini '[one]' 'listen = 127.0.0.1:0' 'cert = one.crt' 'key = one.key'
	start_tlsd tlsd env LD_PRELOAD="$library" FAKETIME='+0 x20000'
	expect 'one.crt: the certificate ends in 1 day,'
	[ "$(grep -c 'ends in 2 days' tlsd.log)" -eq 1 ]
	expect 'one.crt: the certificate expired on'
	stop
}

a_pair_written_in_place_is_noticed() {
	two_services 'watch = yes'
	make_server new localhost
	start_tlsd tlsd
	cat new.key >one.key
	cat new.crt >one.crt
	wait_for serves one one.crt
	stop
}

pair_added_to_a_watched_folder_is_noticed() {
	mkdir pairs
	make_server pairs/one one.example
	make_server two two.example
	write_ini 'watch = yes' '[web]' 'listen = 127.0.0.1:0' 'cert-dir = pairs'
	start_tlsd tlsd
	[ "$(serial web two.example)" = "$(serial_of pairs/one.crt)" ]
	mkdir pairs/two
	wait_for has_reloaded 1
	cp two.crt pairs/two/fullchain.pem
	expect 'privkey.pem'
	cp two.key pairs/two/privkey.pem
	wait_for answers web two.example
	[ "$(serial web two.example)" = "$(serial_of two.crt)" ]
	rm -r pairs/two
	wait_for fails answers web two.example
	stop
}

a_half_renewed_pair_waits_for_its_other_half() {
	two_services 'watch = yes'
	make_server new localhost
	cp one.crt old.crt
	start_tlsd tlsd
	mv new.key one.key
	expect 'reload: failed, the old configuration stays'
	serves one old.crt
	mv new.crt one.crt
	wait_for serves one one.crt
	stop
}

# Each step is seen by a reload before the next one begins.
a_pair_that_is_written_slowly_is_never_served_in_parts() {
	two_services 'watch = yes'
	make_server new localhost
	cp one.crt old.crt
	start_tlsd tlsd
	calls &
	caller=$!
	head -c 100 new.key >one.key
	wait_for failed_times 1
	tail -c +101 new.key >>one.key
	wait_for failed_times 2
	head -c 300 new.crt >one.crt
	wait_for failed_times 3
	serves one old.crt
	tail -c +301 new.crt | head -c 200 >>one.crt
	wait_for failed_times 4
	serves one old.crt
	tail -c +501 new.crt >>one.crt
	wait_for serves one new.crt
	wait_for called_times $(($(wc -l <calls) + 3))
	touch enough
	wait $caller
	[ ! -s wrong ] || fails cat wrong
	stop
}

# As Kubernetes mounts secrets: tls.crt -> ..data/tls.crt, ..data -> ..v1, then ..v2
secrets_that_are_swapped_as_a_whole_are_noticed() {
	make_server one localhost
	make_server two localhost
	mkdir -p secret/..v1 secret/..v2
	for name in one two; do
		case $name in one) to=secret/..v1 ;; two) to=secret/..v2 ;; esac
		mv "$name.crt" "$to/tls.crt"
		mv "$name.key" "$to/tls.key"
	done
	ln -s ..v1 secret/..data
	ln -s ..data/tls.crt secret/tls.crt
	ln -s ..data/tls.key secret/tls.key
	write_ini 'watch = yes' '[one]' 'listen = 127.0.0.1:0' \
		'cert = secret/tls.crt' 'key = secret/tls.key'
	start_tlsd tlsd
	ln -s ..v2 secret/..data_tmp
	mv -T secret/..data_tmp secret/..data
	rm -r secret/..v1
	wait_for serves one secret/..v2/tls.crt
	fails grep 'reload: failed' tlsd.log
	stop
}

# live/NAME/FILE is a link to ../../archive/NAME/FILE1, then FILE2.
links_that_are_swapped_are_noticed() {
	make_server one localhost
	make_server two localhost
	mkdir -p live/site archive/site
	mv one.crt archive/site/fullchain1.pem
	mv one.key archive/site/privkey1.pem
	for file in fullchain privkey; do
		ln -s "../../archive/site/${file}1.pem" "live/site/$file.pem"
	done
	write_ini 'watch = yes' '[one]' 'listen = 127.0.0.1:0' \
		'cert = live/site/fullchain.pem' 'key = live/site/privkey.pem'
	start_tlsd tlsd
	mv two.crt archive/site/fullchain2.pem
	mv two.key archive/site/privkey2.pem
	for file in privkey fullchain; do
		ln -sfn "../../archive/site/${file}2.pem" "live/site/$file.pem"
	done
	wait_for serves one archive/site/fullchain2.pem
	# What a link leads to is watched as well.
	make_server three localhost
	mv three.key archive/site/privkey2.pem
	mv three.crt archive/site/fullchain2.pem
	wait_for serves one archive/site/fullchain2.pem
	stop
}

a_link_to_a_folder_that_is_swapped_is_noticed() {
	make_server one localhost
	make_server two localhost
	mkdir v1 v2
	mv one.crt one.key v1
	mv two.crt v2/one.crt
	mv two.key v2/one.key
	ln -s v1 current
	write_ini 'watch = yes' '[one]' 'listen = 127.0.0.1:0' \
		'cert = current/one.crt' 'key = current/one.key'
	start_tlsd tlsd
	ln -s v2 next
	mv -T next current
	wait_for serves one v2/one.crt
	stop
}

a_folder_that_vanishes_and_comes_back_is_noticed() {
	make_server one localhost
	make_server two localhost
	mkdir -p certs/site
	mv one.crt one.key certs/site
	cp certs/site/one.crt old.crt
	write_ini 'watch = yes' '[one]' 'listen = 127.0.0.1:0' \
		'cert = certs/site/one.crt' 'key = certs/site/one.key'
	start_tlsd tlsd
	mv certs gone
	expect 'reload: failed'
	serves one old.crt
	mkdir -p certs/site
	mv two.key certs/site/one.key
	mv two.crt certs/site/one.crt
	wait_for serves one certs/site/one.crt
	stop
}

# makes_folder NAME: and the next look is over.
makes_folder() {
	before=$(looks)
	mkdir "$1"
	wait_for has_looked $((before + 1))
}

a_folder_that_is_made_again_step_by_step_is_noticed() {
	two_pairs
	cp -r old certs
	start_watching certs/site/one.crt certs/site/one.key
	rm -r certs
	wait_for failed_times 1
	makes_folder certs
	makes_folder certs/site
	cp new/site/one.key certs/site
	wait_for failed_times 2
	serves one old/site/one.crt
	cp new/site/one.crt certs/site
	wait_for serves one new/site/one.crt
	stop
}

a_link_to_a_link_that_is_switched_is_noticed() {
	two_pairs
	ln -s old first
	ln -s first second
	ln -s second/site certs
	start_watching certs/one.crt certs/one.key
	ln -s new next
	mv -T next first
	wait_for serves one new/site/one.crt
	stop
}

# certbot: live/site/one.crt -> ../../archive/site/one.crt, then archive is replaced.
a_folder_above_the_target_of_a_link_that_is_replaced_is_noticed() {
	two_pairs
	mkdir -p live/site
	cp -r old archive
	ln -s ../../archive/site/one.crt ../../archive/site/one.key live/site
	start_watching live/site/one.crt live/site/one.key
	mv archive gone
	wait_for failed_times 1
	mv new archive
	wait_for serves one archive/site/one.crt
	# Then the folder above the link itself.
	make_server next localhost
	mv live gone.live
	wait_for failed_times 2
	mkdir -p live/site
	mv next.crt live/site/one.crt
	mv next.key live/site/one.key
	wait_for serves one live/site/one.crt
	stop
}

# Kubernetes: certs/one.crt -> ..data/one.crt, ..data -> ..old, then ..new.
a_link_that_is_switched_twice_with_a_pause_is_noticed() {
	two_pairs
	mkdir certs
	mv old/site certs/..old
	mv new/site certs/..new
	ln -s ..old certs/..data
	ln -s ..data/one.crt ..data/one.key certs
	start_watching certs/one.crt certs/one.key
	for generation in new old; do
		ln -s "..$generation" certs/..next
		mv -T certs/..next certs/..data
		wait_for serves one "certs/..$generation/one.crt"
	done
	fails grep 'reload: failed' tlsd.log
	stop
}

a_folder_that_cannot_be_watched_is_named() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can be another user'
	two_pairs
	cp -r old certs
	chown -R nobody certs/site
	chmod 711 certs
	write_ini 'watch = yes' 'user = nobody' '[one]' 'listen = 127.0.0.1:0' \
		'cert = certs/site/one.crt' 'key = certs/site/one.key'
	start_tlsd tlsd
	expect 'watch: .*/certs/: Permission denied: changes there go unnoticed'
	stop
}

unrelated_file_in_a_watched_folder_does_not_cause_a_reload() {
	two_services 'watch = yes'
	make_server new localhost
	start_tlsd tlsd
	echo something >unrelated
	cp one.crt copy.crt
	mv new.key one.key
	mv new.crt one.crt
	wait_for serves one one.crt
	[ "$(reloads)" -le 2 ]
	ctl status | grep '^service: two'
	stop
}

# A minute of its clock takes some seconds of ours.
ocsp_response_that_goes_stale_is_warned_of_at_once() {
	needs_faketime
	! is_sanitized || skip 'a sanitizer takes no library before its own'
	stapled_service
	openssl ocsp -index index -rsigner ca.crt -rkey ca.key -CA ca.crt -reqin one.req \
		-nmin 2 -respout one.ocsp
	cat ca.crt >>one.crt
	start_tlsd tlsd env LD_PRELOAD="$library" FAKETIME='+0 x10'
	staple | grep 'Cert Status: good'
	expect 'warning: .*one.ocsp: is stale since'
	staple | grep -E 'OCSP responses?: no responses? sent'
	stop
}

run_tests "$@"
