#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The server and clients that nobody here wrote: OpenSSL's, GnuTLS's, curl, Python's; and tlsc.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl gnutls-cli curl cmp
open_folder

# --- certificates ---------------------------------------------------------------------

# certify NAME NAMES [KEY-OPTION...]: NAME.pem and NAME.key from the test's authority
certify() {
	name=$1
	echo "subjectAltName = $2
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid" >"$name.ext"
	shift 2
	openssl genpkey "$@" -out "$name.key" 2>/dev/null
	openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr" 2>/dev/null
	openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 10 \
		-extfile "$name.ext" -out "$name.pem" 2>/dev/null
}

make_certificates() {
	localhost='DNS:localhost, IP:127.0.0.1, IP:::1'
	curve='-algorithm EC -pkeyopt ec_paramgen_curve:P-256'
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 \
		-subj '/CN=Test Authority' -addext keyUsage=critical,keyCertSign,cRLSign \
		-keyout ca.key -out ca.pem 2>/dev/null || exit 1
	# shellcheck disable=SC2086 # options
	{
		certify ecdsa "$localhost" $curve
		certify rsa "$localhost" -algorithm RSA -pkeyopt rsa_keygen_bits:2048
		certify ed25519 "$localhost" -algorithm ED25519
		certify ed448 "$localhost" -algorithm ED448
		certify pss "$localhost" -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
		certify p384 "$localhost" -algorithm EC -pkeyopt ec_paramgen_curve:P-384
		certify other 'DNS:other.example' $curve
		certify wild 'DNS:*.wild.example' $curve
	}
}

# --- the server -----------------------------------------------------------------------

logged_twice() {
	[ "$(grep -c -e "$1" tlsd.log)" -eq 2 ]
}

# serve [LINE...]: tlsd with an ECDSA certificate, at a port of 127.0.0.1
serve() {
	serve_with '' "$@"
}

# serve_with WRAPPER [LINE...]: the same, run by a command
serve_with() {
	wrapper=$1
	shift
	{
		echo 'workers = 4'
		echo 'listen = 127.0.0.1:0'
		echo "cert = ${pairs:-ecdsa}.pem" | sed "s,= ,&$folder/,"
		echo "key = ${pairs:-ecdsa}.key" | sed "s,= ,&$folder/,"
		for line; do
			printf '%s\n' "$line"
		done
	} >tlsd.ini
	# shellcheck disable=SC2086 # a command and its options
	start_tlsd tlsd $wrapper
	port=$(sed -n 's/.*: listening: \[127\.0\.0\.1\]:\([0-9]*\): .*/\1/p' tlsd.log)
}

# s_client [OPTION...]: the whole answer by OpenSSL's client, which verifies
s_client() {
	openssl s_client -quiet -verify_return_error -CAfile "$folder/ca.pem" \
		-verify_hostname localhost -connect "127.0.0.1:$port" "$@" \
		</dev/null 2>client.err
}

# expect_hello COMMAND...: prints the usual answer and succeeds
expect_hello() {
	"$@" >answer || fail "status $?: $*: $(cat client.err)"
	[ "$(cat answer)" = 'Hello, TLS!' ] || fail "$*: $(cat answer)"
}

# common_name [OPTION...]: of the certificate that OpenSSL's client is shown.
common_name() {
	openssl s_client -nameopt RFC2253 -connect "127.0.0.1:$port" "$@" \
		</dev/null 2>client.err | sed -n 's/^subject=CN=//p'
}

# --- OpenSSL --------------------------------------------------------------------------

openssl_speaks_both_versions() {
	serve
	expect_hello s_client -tls1_3
	expect ': done TLS1.3 AES-128-GCM X25519' # or X25519-MLKEM768
	expect_hello s_client -tls1_2
	expect ': done TLS1.2 AES-128-GCM X25519 '
	expect_hello s_client
	stop
}

openssl_takes_each_suite_of_tls_1_3() {
	serve
	for suite in AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256; do
		expect_hello s_client -tls1_3 -ciphersuites "TLS_$suite"
	done
	expect ': done TLS1.3 AES-256-GCM '
	expect ': done TLS1.3 CHACHA20-POLY1305 '
	stop
}

takes_suites() {
	serve
	for suite in AES128-GCM-SHA256 AES256-GCM-SHA384 CHACHA20-POLY1305; do
		expect_hello s_client -tls1_2 -cipher "ECDHE-$1-$suite"
	done
	expect ': done TLS1.2 AES-256-GCM '
	expect ': done TLS1.2 CHACHA20-POLY1305 '
	stop
}

openssl_takes_each_suite_of_tls_1_2_with_ecdsa() {
	takes_suites ECDSA
}

openssl_takes_ed25519() {
	pairs=ed25519
	serve
	expect_hello s_client -tls1_3
	expect_hello s_client -tls1_2
	stop
}

openssl_takes_each_group_of_tls_1_3() {
	serve
	for group in X25519 P-256 P-384; do
		expect_hello s_client -tls1_3 -groups "$group"
	done
	expect ': done TLS1.3 AES-128-GCM SECP256R1 '
	expect ': done TLS1.3 AES-128-GCM SECP384R1 '
	# Only the first has a key share: the server may ask for another hello.
	expect_hello s_client -tls1_3 -groups P-521:P-384:X25519
	stop
}

# hellos OPTION...: how many a client of TLS 1.3 had to send
hellos() {
	openssl s_client -connect "127.0.0.1:$port" -tls1_3 -msg "$@" </dev/null 2>&1 |
		grep -c '^>>> TLS 1.[0-3], Handshake \[length [0-9a-f]*\], ClientHello'
}

# Their key share is for the group they name first (RFC 8446, 4.1.4).
hello_retry_is_sent_only_for_an_unusable_key_share() {
	serve
	[ "$(hellos -groups X25519:P-256)" -eq 1 ]
	[ "$(hellos -groups P-256:X25519)" -eq 1 ]
	[ "$(hellos -groups X448:X25519)" -eq 2 ]
	stop
}

# The client's second hello is its first one again (RFC 8446, 4.1.4).
a_second_hello_without_the_share_that_was_asked_for_is_refused() {
	needs python3
	serve
	python3 "$srcdir/tests/lib/replay.py" "$port" -groups P-521:X25519 -- \
		-groups P-521:X25519 >answers
	sed -n 1p answers | grep -q '^16.*cf21ad74e59a6111be1d8c021e65b891'
	sed -n 2p answers | grep -qx 1503030002022f
	expect ': protocol: the second hello lacks the key share that was asked for '
	stop
}

# browser_answer BYTE: sends the hello of a browser, with key shares for X25519MLKEM768 (0x11ec),
# of 1216 bytes, and for X25519. The ML-KEM key consists of this byte. Prints the start of the
# answer, up to the random of a ServerHello.
browser_answer() {
	cat >browser.py <<-'END'
		import socket, sys
		def sized(size, data):
		    return len(data).to_bytes(size, "big") + data
		def extension(kind, data):
		    return kind.to_bytes(2, "big") + sized(2, data)
		point = b"\t" + bytes(31)
		hybrid = bytes.fromhex(sys.argv[2]) * 1184 + point
		shares = b"\x11\xec" + sized(2, hybrid) + b"\0\x1d" + sized(2, point)
		extensions = extension(10, sized(2, b"\x11\xec\0\x1d\0\x17")) + \
		    extension(13, sized(2, b"\4\3\x08\4\x08\7")) + \
		    extension(43, sized(1, b"\3\4")) + extension(51, sized(2, shares))
		body = b"\3\3" + bytes(32) + b"\0" + sized(2, b"\x13\1") + b"\1\0" + sized(2, extensions)
		server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		server.sendall(b"\x16\3\1" + sized(2, b"\1" + sized(3, body)))
		print(server.makefile("rb").read(5 + 4 + 2 + 32).hex())
	END
	python3 browser.py "$port" "$1"
}

# The answer must be a ServerHello for one of the shares, and not a HelloRetryRequest (RFC 8446,
# 4.1.3).
a_hello_with_a_hybrid_share_is_answered_at_once() {
	needs python3
	serve
	browser_answer 00 >answer
	grep -qE '^16.{8}02' answer || fail 'this is not a ServerHello'
	! grep -q cf21ad74e59a6111be1d8c021e65b891 answer || fail 'this is a HelloRetryRequest'
	stop
}

# needs_hybrids: or the test is skipped. The server must run.
needs_hybrids() {
	"$builddir/tlsd" -t -c tlsd.ini 2>/dev/null | grep -q X25519-MLKEM768 ||
		skip 'this GnuTLS has no ML-KEM'
}

# FIPS 203, 7.2: no coefficient of a key is above 3328.
a_hybrid_share_with_an_invalid_key_is_refused() {
	needs python3
	serve
	needs_hybrids
	[ "$(browser_answer ff)" = 1503030002022f ]
	expect ': protocol: An illegal parameter '
	stop
}

openssl_takes_each_hybrid_group() {
	serve
	needs_hybrids
	openssl list -kem-algorithms 2>/dev/null | grep -q X25519MLKEM768 ||
		skip 'this OpenSSL has no ML-KEM'
	for group in X25519MLKEM768 SecP256r1MLKEM768 SecP384r1MLKEM1024; do
		expect_hello s_client -groups "$group"
	done
	expect ' X25519-MLKEM768 .* early=yes '
	expect ' SECP256R1-MLKEM768 .* early=yes '
	expect ' SECP384R1-MLKEM1024 .* early=yes '
	[ "$(hellos -groups X25519MLKEM768:X25519)" -eq 1 ]
	[ "$(hellos -groups X25519:X25519MLKEM768)" -eq 1 ]
	[ "$(hellos -groups P-521:X25519MLKEM768)" -eq 2 ]
	stop
}

openssl_agrees_on_a_protocol() {
	serve 'alpn = h2, http/1.1'
	openssl s_client -connect "127.0.0.1:$port" -alpn http/1.1,smtp </dev/null >out 2>&1
	grep -q '^ALPN protocol: http/1.1' out || fail "$(cat out)"
	expect ' alpn=http/1.1 '
	if s_client -alpn smtp >answer; then
		fail 'not refused'
	fi
	grep -q 'alert no application protocol' client.err || fail "$(cat client.err)"
	expect ': alpn: '
	stop
}

openssl_gets_the_certificate_of_the_name_it_asks_for() {
	serve "cert = $folder/other.pem, $folder/wild.pem" \
		"key = $folder/other.key, $folder/wild.key"
	[ "$(common_name -servername other.example)" = other ]
	[ "$(common_name -servername www.wild.example)" = wild ]
	[ "$(common_name -servername www.wild.example -tls1_2)" = wild ]
	[ "$(common_name -servername localhost)" = ecdsa ]
	[ "$(common_name -servername nobody.example)" = ecdsa ]
	[ "$(common_name -noservername)" = ecdsa ]
	expect ' sni=www.wild.example '
	stop
}

openssl_gets_rsa_if_it_knows_nothing_else() {
	serve "cert = $folder/rsa.pem" "key = $folder/rsa.key"
	[ "$(common_name -tls1_3 -sigalgs RSA-PSS+SHA256)" = rsa ]
	[ "$(common_name -tls1_2 -sigalgs RSA+SHA256)" = rsa ]
	[ "$(common_name)" = ecdsa ]
	stop
}

openssl_gets_the_curve_that_it_knows_in_tls_1_2() {
	serve "cert = $folder/p384.pem, $folder/ed25519.pem" \
		"key = $folder/p384.key, $folder/ed25519.key"
	[ "$(common_name -tls1_2 -groups P-384)" = p384 ]
	[ "$(common_name -tls1_2 -groups P-256)" = ecdsa ]
	[ "$(common_name -tls1_2 -groups X25519)" = ed25519 ]
	stop
}

# RFC 5246, 7.4.2: the signatures of the chain are bounded as well.
openssl_gets_a_chain_that_it_can_verify() {
	openssl x509 -req -in "$folder/ecdsa.csr" -CA "$folder/ca.pem" \
		-CAkey "$folder/ca.key" -sha384 -days 10 -extfile "$folder/ecdsa.ext" \
		-out "$folder/sha384.pem" 2>/dev/null
	cp "$folder/ecdsa.key" "$folder/sha384.key"
	pairs=sha384
	serve "cert = $folder/rsa.pem" "key = $folder/rsa.key"
	for version in '-tls1_2 RSA+SHA256' '-tls1_3 RSA-PSS+SHA256'; do
		[ "$(common_name "${version% *}" -sigalgs "ECDSA+SHA256:${version#* }")" = rsa ]
		[ "$(common_name "${version% *}" -sigalgs \
			"ECDSA+SHA256:${version#* }:ECDSA+SHA384")" = ecdsa ]
	done
	stop
}

valid_rsa_is_served_instead_of_expired_ecdsa() {
	sign_ended "$folder/ecdsa.csr" "$folder/ecdsa.ext" "$folder/ca.pem" "$folder/ca.key" \
		>"$folder/expired.pem"
	cp "$folder/ecdsa.key" "$folder/expired.key"
	pairs=expired
	serve "cert = $folder/rsa.pem" "key = $folder/rsa.key"
	for version in -tls1_2 -tls1_3; do
		[ "$(common_name $version)" = rsa ]
		[ "$(common_name $version -servername localhost)" = rsa ]
	done
	stop
}

# serve_weak KEY-EXCHANGE: an RSA key to which clients may encrypt, with that beside ECDHE
serve_weak() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 10 -subj /CN=weak \
		-addext 'subjectAltName = DNS:localhost, IP:127.0.0.1' \
		-addext 'keyUsage = digitalSignature, keyEncipherment' \
		-keyout "$folder/weak.key" -out "$folder/weak.pem" 2>/dev/null
	pairs=weak
	serve 'allow-weak = yes' \
		"priority = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:+$1"
}

# signs_as TYPE DIGEST OPTION...: the signature that s_client gets and verifies
signs_as() {
	openssl s_client -verify_return_error -CAfile "$folder/ca.pem" \
		-connect "127.0.0.1:$port" "$3" -sigalgs "$4" </dev/null >out 2>client.err ||
		fail "$*: $(cat client.err)"
	grep -qx "Peer signature type: $1" out || fail "$*: $(grep Peer out)"
	grep -qx "Peer signing digest: $2" out || fail "$*: $(grep Peer out)"
}

# Who opened it would wait for a writer for ever.
no_configuration_of_openssl_is_read() {
	mkfifo openssl.cnf
	serve_with "env OPENSSL_CONF=$PWD/openssl.cnf" "cert = $folder/rsa.pem" \
		"key = $folder/rsa.key"
	expect_hello s_client -sigalgs RSA-PSS+SHA256
	expect_hello s_client -sigalgs ECDSA+SHA256
	stop
}

openssl_resumes_a_session() {
	serve
	expect_hello s_client -tls1_3 -sess_out session
	expect_hello s_client -tls1_3 -sess_in session
	expect ' resumed=yes '
	stop
}

openssl_that_does_not_trust_us_is_named() {
	serve
	if openssl s_client -verify_return_error -CAfile "$folder/other.pem" \
		-connect "127.0.0.1:$port" </dev/null >out 2>&1; then
		fail 'trusted'
	fi
	expect ': client-alert: .*unknown.* (alert 48)'
	stop
	serve 'early-answer = no'
	s_client -tls1_3 -CAfile "$folder/other.pem" >answer || :
	s_client -tls1_2 -CAfile "$folder/other.pem" >answer || :
	wait_for logged_twice ': client-alert: .*alert 48'
	stop
}

openssl_that_sends_data_first_is_answered() {
	serve
	head -c 100000 /dev/zero |
		openssl s_client -quiet -CAfile "$folder/ca.pem" \
			-connect "127.0.0.1:$port" >answer 2>client.err || fail "$(cat client.err)"
	[ "$(cat answer)" = 'Hello, TLS!' ]
	stop
}

# --- others ---------------------------------------------------------------------------

# gnutls_cli [OPTION...]: the whole answer
gnutls_cli() {
	gnutls-cli --x509cafile="$folder/ca.pem" --logfile=client.err -p "$port" \
		"$@" localhost </dev/null
}

gnutls_cli_speaks_both_versions() {
	for pairs in ecdsa p384 ed25519 ed448 rsa pss; do
		serve
		for version in 1.2 1.3; do
			gnutls_cli --priority="NORMAL:-VERS-ALL:+VERS-TLS$version" >answer ||
				fail "$(cat client.err)"
			grep -q 'Hello, TLS!' answer || fail "$(cat answer client.err)"
			expect ": done TLS$version "
		done
		stop
	done
}

curl_() {
	curl -sS --noproxy '*' --cacert "$folder/ca.pem" "$@" 2>client.err
}

curl_reads_a_bare_text_as_http_0_9() {
	serve
	expect_hello curl_ --http0.9 "https://localhost:$port/" --resolve "localhost:$port:127.0.0.1"
	stop
}

curl_reads_an_http_answer() {
	serve 'text = HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nhi\n' \
		'alpn = http/1.1'
	for version in 1.2 1.3; do
		[ "$(curl_ "--tlsv$version" --tls-max $version "https://127.0.0.1:$port/")" = hi ] ||
			fail "$(cat client.err)"
	done
	[ "$(curl_ -d @"$folder/ca.pem" "https://127.0.0.1:$port/")" = hi ] ||
		fail "$(cat client.err)"
	[ "$(curl_ -o answer -w '%{http_code}' "https://127.0.0.1:$port/")" = 200 ]
	expect ' alpn=http/1.1 '
	stop
}

plain_http_request_gets_an_explanation_in_curl() {
	serve
	[ "$(curl_ -o answer -w '%{http_code}' "http://127.0.0.1:$port/")" = 400 ]
	grep -q 'This port requires TLS' answer
	expect ': not-tls-http: '
	stop
}

python_reads_to_the_end() {
	works python3 -c 'import ssl'
	serve
	cat >client.py <<'PYTHON'
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60) as plain:
    with context.wrap_socket(plain, server_hostname="localhost",
                             suppress_ragged_eofs=False) as tls:
        while data := tls.recv(4096):
            sys.stdout.write(data.decode())
PYTHON
	expect_hello python3 client.py "$port" "$folder/ca.pem"
	stop
}

tlsc_is_answered() {
	works "$builddir/tlsc" --version
	serve "listen = $PWD/sock"
	for target in "localhost:$port" "$PWD/sock"; do
		expect_hello "$builddir/tlsc" --ca "$folder/ca.pem" \
			--servername localhost --message '' "$target"
	done
	stop
}

# --- ciphers and groups ---------------------------------------------------------------

# negotiates WORDS OPTION...: what the log says of OpenSSL's client
negotiates() {
	words=$1
	shift
	expect_hello s_client "$@"
	wait_for logged_last ": done $words "
}

logged_last() {
	tail -n 1 tlsd.log | grep -q -e "$1"
}

# refuses OPTION...: OpenSSL's client has none of the suites or groups
refuses() {
	if s_client "$@" >answer; then
		fail "not refused: $*"
	fi
	wait_for logged_last ': cipher: '
}

ciphers_are_negotiated_in_their_order_for_each_version() {
	serve 'ciphers = TLS_CHACHA20_POLY1305_SHA256, ECDHE-ECDSA-AES256-GCM-SHA384' \
		'ciphers = TLS_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
	negotiates 'TLS1.3 CHACHA20-POLY1305' \
		-ciphersuites TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
	negotiates 'TLS1.3 AES-256-GCM' \
		-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384
	refuses -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256
	negotiates 'TLS1.2 AES-256-GCM' -tls1_2 \
		-cipher ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384
	negotiates 'TLS1.2 AES-128-GCM' -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
	refuses -tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305
	for version in 1.2:AES-256-GCM 1.3:CHACHA20-POLY1305; do
		gnutls_cli --priority="NORMAL:-VERS-ALL:+VERS-TLS${version%:*}" >answer ||
			fail "$(cat client.err)"
		wait_for logged_last ": done TLS${version%:*} ${version#*:} "
	done
	# A client that puts the older version first.
	gnutls_cli --priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3 >answer ||
		fail "$(cat client.err)"
	wait_for logged_last ': done TLS1.[23] \(CHACHA20-POLY1305\|AES-256-GCM\) '
	stop
}

groups_are_negotiated_in_their_order_even_if_that_takes_another_hello() {
	serve 'groups = P-384, x25519, prime256v1'
	negotiates 'TLS1.3 AES-128-GCM SECP384R1'
	negotiates 'TLS1.2 AES-128-GCM SECP384R1' -tls1_2
	negotiates 'TLS1.3 AES-128-GCM X25519' -groups P-256:X25519
	negotiates 'TLS1.3 AES-128-GCM SECP256R1' -groups P-256
	stop
}

# RFC 8446, 4.1.3: "DOWNGRD", 01.
tls_1_2_of_a_tls_1_3_server_carries_the_downgrade_sentinel() {
	serve 'ciphers = TLS_AES_256_GCM_SHA384, ECDHE-ECDSA-AES128-GCM-SHA256'
	timeout 120 openssl s_client -connect "127.0.0.1:$port" -tls1_2 -msg </dev/null \
		2>client.err | sed -n '/ServerHello$/,/Certificate$/p' | tr -d ' \n' |
		grep -q 444f574e47524401 || fail "$(cat client.err)"
	stop
}

# warns WORDS LINE...: tlsd -t takes a service with these lines, but says this
warns() {
	words=$1
	shift
	serve "$@"
	stop
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	grep "warning: .*$words" out
}

a_certificate_that_no_name_of_tls_1_2_suits_is_warned_of() {
	warns 'ciphers: no certificate fits .* ECDHE-ECDSA' \
		'ciphers = ECDHE-RSA-AES128-GCM-SHA256'
	pairs=rsa
	warns 'priority: no certificate fits .*append :+ECDHE-RSA' \
		'priority = SUITEB128:+VERS-TLS1.3:+SIGN-RSA-PSS-RSAE-SHA256'
	serve 'ciphers = ECDHE-RSA-AES128-GCM-SHA256'
	stop
	"$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	fails grep 'no certificate fits' out
}

a_priority_with_ciphers_or_a_profile_is_one_error() {
	serve
	stop
	printf '%s\n' 'priority = SUITEB128' 'ciphers = TLS_AES_128_GCM_SHA256' \
		'profile = modern' >>tlsd.ini
	fails "$builddir/tlsd" -t -c tlsd.ini >out 2>&1
	grep 'priority: cannot be combined with profile, ciphers: ' out
	[ "$(grep -c 'priority: ' out)" -eq 1 ] || fail "$(cat out)"
}

a_reload_changes_ciphers_and_a_wrong_name_changes_nothing() {
	serve 'ciphers = TLS_AES_256_GCM_SHA384'
	negotiates 'TLS1.3 AES-256-GCM'
	sed -i 's/^ciphers = .*/ciphers = TLS_AES_256_GCM_SHA265/' tlsd.ini
	kill -HUP "$(cat tlsd.pid)"
	expect 'ciphers: TLS_AES_256_GCM_SHA265: is unknown: did you mean TLS_AES_256_GCM_SHA384'
	expect 'reload: failed'
	negotiates 'TLS1.3 AES-256-GCM'
	sed -i 's/^ciphers = .*/ciphers = TLS_CHACHA20_POLY1305_SHA256/' tlsd.ini
	kill -HUP "$(cat tlsd.pid)"
	expect 'reload: done'
	negotiates 'TLS1.3 CHACHA20-POLY1305'
	stop
}

# --- addresses ------------------------------------------------------------------------

ipv6_serves_as_well() {
	[ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6 || exit 77
	serve 'listen = [::1]:0'
	port6=$(sed -n 's/.*: listening: \[::1\]:\([0-9]*\): .*/\1/p' tlsd.log)
	expect_hello s_client -connect "[::1]:$port6"
	expect_hello curl_ --http0.9 "https://[::1]:$port6/"
	stop
}

a_unix_domain_socket_serves() {
	serve "listen = unix:$PWD/sock"
	expect_hello openssl s_client -quiet -unix sock -CAfile "$folder/ca.pem" \
		-verify_return_error </dev/null 2>client.err
	expect_hello curl_ --http0.9 --unix-socket sock https://localhost/
	stop
	[ ! -e sock ]
}

# --- much -----------------------------------------------------------------------------

serve_much() {
	[ -e "$folder/much" ] || head -c 67108864 /dev/urandom >"$folder/much"
	serve 'respond = file' "file = $folder/much"
}

# --- valgrind -------------------------------------------------------------------------

# --- running --------------------------------------------------------------------------

# works COMMAND...: or the test is skipped
works() {
	"$@" >/dev/null 2>&1 || skip "$1 is missing"
}

cd "$folder" || exit 1
make_certificates

# --- the tests of make check-long -------------------------------------------------------

openssl_takes_each_suite_of_tls_1_2_with_rsa() {
	pairs=rsa
	takes_suites RSA
}

openssl_takes_ed448_and_rsa_pss_keys() {
	for pairs in ed448 pss; do
		serve
		expect_hello s_client -tls1_3
		expect_hello s_client -tls1_2
		stop
	done
}

ed448_stands_beside_rsa_for_those_without_it() {
	pairs=ed448
	serve "cert = $folder/rsa.pem" "key = $folder/rsa.key"
	for version in -tls1_2 -tls1_3; do
		[ "$(common_name $version)" = ed448 ]
		[ "$(common_name $version -sigalgs RSA-PSS+SHA256:ECDSA+SHA256)" = rsa ]
	done
	stop
}

# In TLS 1.2 the groups are those of ECDSA keys as well (RFC 8422, 5.1).
openssl_takes_each_group_of_tls_1_2() {
	pairs=rsa
	serve
	for group in X25519 P-256 P-384; do
		expect_hello s_client -tls1_2 -groups "$group"
	done
	expect ': done TLS1.2 AES-128-GCM SECP256R1 '
	expect ': done TLS1.2 AES-128-GCM SECP384R1 '
	stop
}

openssl_without_a_common_group_is_refused() {
	serve
	if s_client -tls1_3 -groups P-521 >answer; then
		fail 'not refused'
	fi
	expect ': cipher: '
	stop
}

openssl_of_an_old_version_is_refused() {
	serve
	if s_client -tls1_1 -cipher DEFAULT@SECLEVEL=0 >answer; then
		fail 'not refused'
	fi
	grep -q 'alert protocol version' client.err || fail "$(cat client.err)"
	expect ': version: '
	stop
}

openssl_takes_a_cbc_suite_where_that_is_allowed() {
	serve 'profile = compatible'
	expect_hello s_client -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA
	expect ': done TLS1.2 AES-128-CBC '
	stop
	serve
	if s_client -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA >answer; then
		fail 'not refused'
	fi
	expect ': cipher: '
	stop
}

# RFC 8422, 5.1.1: before TLS 1.3 the groups bound the curve of the certificate.
openssl_without_p256_gets_rsa_in_tls_1_2() {
	serve "cert = $folder/rsa.pem" "key = $folder/rsa.key"
	for name in -noservername '-servername localhost'; do
		for groups in P-384 X25519 X25519:P-521; do
			# shellcheck disable=SC2086 # an option and its value
			[ "$(common_name -tls1_2 -groups $groups $name)" = rsa ]
			# shellcheck disable=SC2086 # an option and its value
			[ "$(common_name -tls1_3 -groups P-384 $name)" = ecdsa ]
		done
	done
	[ "$(common_name -tls1_2 -groups X25519:P-256)" = ecdsa ]
	stop
}

# A client that does not mind is served.
ecdsa_is_the_last_resort_for_clients_without_its_curve() {
	serve
	if s_client -tls1_2 -groups P-384 >answer; then
		fail 'OpenSSL takes a curve that it did not offer'
	fi
	grep -q 'wrong curve' client.err || fail "$(cat client.err)"
	gnutls_cli --priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-GROUP-ALL:+GROUP-SECP384R1 \
		>answer || fail "$(cat client.err)"
	grep -q 'Hello, TLS!' answer
	stop
}

gnutls_cli_without_p256_gets_rsa_in_tls_1_2() {
	serve "cert = $folder/rsa.pem" "key = $folder/rsa.key"
	gnutls_cli --priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-GROUP-ALL:+GROUP-SECP384R1 \
		>answer || fail "$(cat client.err)"
	grep -q 'RSA key 2048' answer client.err
	stop
}

clients_encrypt_to_an_rsa_key_where_the_priority_allows_it() {
	serve_weak RSA
	for suite in AES128-GCM-SHA256 AES256-SHA; do
		expect_hello s_client -CAfile "$folder/weak.pem" -tls1_2 -cipher "$suite"
	done
	gnutls_cli --x509cafile="$folder/weak.pem" \
		--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA >answer ||
		fail "$(cat client.err)"
	grep -q 'Hello, TLS!' answer
	expect_hello s_client -CAfile "$folder/weak.pem" -tls1_3
	expect_hello s_client -CAfile "$folder/weak.pem" -tls1_2 -cipher ECDHE
	stop
}

# OpenSSL does not name groups of RFC 7919 in TLS 1.2, GnuTLS does.
dhe_works_with_and_without_named_groups() {
	serve_weak DHE-RSA
	expect_hello s_client -CAfile "$folder/weak.pem" -tls1_2 \
		-cipher DHE-RSA-AES128-GCM-SHA256
	for groups in '' :-GROUP-ALL:+GROUP-FFDHE3072 :-GROUP-ALL:+GROUP-SECP256R1; do
		gnutls_cli --x509cafile="$folder/weak.pem" \
			--priority="NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA$groups" \
			>answer || fail "$(cat client.err)"
		grep -q 'Hello, TLS!' answer
	done
	stop
}

openssl_verifies_each_signature_of_rsa() {
	pairs=rsa
	serve
	for hash in 256 384 512; do
		signs_as RSA-PSS "SHA$hash" -tls1_3 "rsa_pss_rsae_sha$hash"
		signs_as RSA-PSS "SHA$hash" -tls1_2 "rsa_pss_rsae_sha$hash"
		signs_as RSA "SHA$hash" -tls1_2 "rsa_pkcs1_sha$hash"
	done
	for algorithm in rsa_pss_pss_sha256 rsa_pkcs1_sha256 ecdsa_secp256r1_sha256; do
		s_client -tls1_3 -sigalgs "$algorithm" && fail "not refused: $algorithm"
		grep -q 'alert handshake failure' client.err || fail "$(cat client.err)"
	done
	stop
}

openssl_verifies_each_signature_of_ecdsa() {
	serve
	signs_as ECDSA SHA256 -tls1_3 ecdsa_secp256r1_sha256
	# In TLS 1.2 the curve is not part of it.
	signs_as ECDSA SHA256 -tls1_2 ECDSA+SHA256
	signs_as ECDSA SHA384 -tls1_2 ECDSA+SHA384
	signs_as ECDSA SHA512 -tls1_2 ECDSA+SHA512
	for algorithm in ecdsa_secp384r1_sha384 ed25519 rsa_pss_rsae_sha256; do
		s_client -tls1_3 -sigalgs "$algorithm" && fail "not refused: $algorithm"
		grep -q 'alert handshake failure' client.err || fail "$(cat client.err)"
	done
	stop
	pairs=p384
	serve
	signs_as ECDSA SHA384 -tls1_3 ecdsa_secp384r1_sha384
	signs_as ECDSA SHA256 -tls1_2 ECDSA+SHA256
	stop
}

curl_reads_after_posting_200_kilobytes() {
	serve 'text = HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhi\n'
	head -c 200000 /dev/zero >body
	[ "$(curl_ -H 'Expect:' --data-binary @body "https://127.0.0.1:$port/")" = hi ] ||
		fail "$(cat client.err)"
	stop
}

curl_gets_64_mebibytes() {
	serve_much
	curl_ --http0.9 -o answer "https://127.0.0.1:$port/"
	cmp answer "$folder/much"
	stop
}

openssl_gets_64_mebibytes() {
	serve_much
	s_client -tls1_3 >answer
	cmp answer "$folder/much"
	s_client -tls1_2 >answer
	cmp answer "$folder/much"
	stop
}

# It writes each byte by itself: 64 MiB would take it a minute.
gnutls_cli_gets_two_mebibytes() {
	head -c 2097152 /dev/urandom >two
	serve 'respond = file' "file = $PWD/two"
	gnutls_cli >answer || fail "$(cat client.err)"
	cmp answer two
	stop
}

chacha20_poly1305_brings_64_mebibytes_to_openssl_and_curl() {
	serve_much
	s_client -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256 >answer
	cmp answer "$folder/much"
	s_client -tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305 >answer
	cmp answer "$folder/much"
	curl_ --http0.9 --tls13-ciphers TLS_CHACHA20_POLY1305_SHA256 -o answer \
		"https://127.0.0.1:$port/"
	cmp answer "$folder/much"
	[ "$(grep -c ': done TLS1.3 CHACHA20-POLY1305 ' tlsd.log)" -eq 2 ]
	expect ': done TLS1.2 CHACHA20-POLY1305 '
	stop
}

chacha20_poly1305_brings_two_mebibytes_to_gnutls_cli() {
	head -c 2097152 /dev/urandom >two
	serve 'respond = file' "file = $PWD/two"
	for version in 1.2 1.3; do
		gnutls_cli --priority="NORMAL:-VERS-ALL:+VERS-TLS$version:-CIPHER-ALL:+CHACHA20-POLY1305" \
			>answer || fail "$(cat client.err)"
		cmp answer two
		expect ": done TLS$version CHACHA20-POLY1305 "
	done
	stop
}

is_whole() {
	cmp answer two
}

# The server decrypts as much as it encrypts. s_client leaves when its input ends; some letters
# would be commands to it.
chacha20_poly1305_brings_two_mebibytes_from_openssl() {
	seq 400000 | head -c 2097152 >two
	mkfifo input
	serve 'respond = echo'
	for version in tls1_2 tls1_3; do
		openssl s_client -quiet -no_ign_eof -$version \
			-cipher ECDHE-ECDSA-CHACHA20-POLY1305 \
			-ciphersuites TLS_CHACHA20_POLY1305_SHA256 \
			-connect "127.0.0.1:$port" <input >answer 2>client.err &
		{
			cat two
			wait_for is_whole
		} >input
		wait $!
	done
	expect ': done TLS1.2 CHACHA20-POLY1305 '
	expect ': done TLS1.3 CHACHA20-POLY1305 '
	stop
}

four_clients_at_once_get_64_mebibytes() {
	serve_much
	clients=
	for number in 1 2 3 4; do
		curl_ --http0.9 -o "answer$number" "https://127.0.0.1:$port/" &
		clients="$clients $!"
	done
	for client in $clients; do
		wait "$client"
	done
	for number in 1 2 3 4; do
		cmp "answer$number" "$folder/much"
	done
	stop
}

valgrind_finds_nothing() {
	needs valgrind
	if is_sanitized; then
		skip 'tlsd is built with sanitizers'
	fi
	serve_with 'valgrind -q --error-exitcode=99 --leak-check=full
		--errors-for-leak-kinds=definite,indirect,possible
		--show-leak-kinds=definite,indirect,possible' \
		'alpn = h2' "listen = $PWD/sock" 'handshake-timeout = 5m'
	for version in -tls1_2 -tls1_3; do
		expect_hello s_client $version -alpn h2 -servername localhost
		s_client $version -alpn smtp >answer || :
		s_client $version -alpn h2 -CAfile "$folder/other.pem" >answer || :
	done
	curl_ "http://127.0.0.1:$port/" >answer
	kill -HUP "$(cat tlsd.pid)"
	expect 'reload: done'
	expect_hello s_client
	stop
}

run_tests "$@"
