#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Client certificates: who is let in, who is not, and what both sides are told. The clients
# are OpenSSL's and GnuTLS's; the certificates are tlscert's, certtool's and openssl's.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl gnutls-cli certtool
open_folder
tlscert=$builddir/tlscert

# --- certificates ---------------------------------------------------------------------

# issue NAME TEMPLATE-LINE...: a certificate by the test's authority that tlscert would not make
issue() {
	name=$1
	shift
	{
		echo "cn = $name"
		echo signing_key
		printf '%s\n' "$@"
	} >"$name.tmpl"
	certtool --generate-privkey --key-type ecdsa --outfile "$name.key" 2>/dev/null
	certtool --generate-certificate --template "$name.tmpl" --load-privkey "$name.key" \
		--load-ca-certificate "${issuer:-ca}.crt" --load-ca-privkey "${issuer:-ca}.key" \
		--outfile "$name.crt" 2>/dev/null
}

# dated_crl NAME START END [CERT]: a list of the authority's between these times, with CERT in it
dated_crl() {
	: >index.txt
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\ndefault_md = sha256\n' >ca.cnf
	if [ $# -gt 3 ]; then
		openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke "$4" 2>/dev/null
	fi
	openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -gencrl \
		-crl_lastupdate "$2" -crl_nextupdate "$3" -out "$1" 2>/dev/null
}

# crl_time WHEN: as date(1) takes it
crl_time() {
	date -u -d "$1" +%Y%m%d%H%M%SZ
}

make_certificates() {
	mkdir other
	{
		"$tlscert" ca 'Test Authority'
		"$tlscert" server localhost 127.0.0.1
		"$tlscert" client alice --cert alice.crt --key alice.key
		"$tlscert" client bob --cert bob.crt --key bob.key
		"$tlscert" client carol carol.example.org spiffe://example.org/carol \
			--cert carol.crt --key carol.key
		"$tlscert" client 'Eve "in=0 out=1"' --cert eve.crt --key eve.key
		"$tlscert" revoke bob.crt
		"$tlscert" ca 'Other Authority' --out-dir other
		"$tlscert" client mallory --cert mallory.crt --key mallory.key \
			--ca-cert other/ca.crt --ca-key other/ca.key
		"$tlscert" self-signed self.example --cert self.crt --key self.key
	} >/dev/null || exit 1
	issue late tls_www_client 'activation_date = "2020-01-01 00:00:00"' \
		'expiration_date = "2020-02-01 00:00:00"'
	issue early tls_www_client 'activation_date = "2037-01-01 00:00:00"' \
		'expiration_date = "2037-02-01 00:00:00"'
	issue own tls_www_client 'expiration_days = 10'
	issue anything 'expiration_days = 10'
	issue middle ca cert_signing_key crl_signing_key 'expiration_days = 10'
	issuer=middle issue deep tls_www_client 'expiration_days = 10'
	cp middle.crt deep.above # openssl wants it in a file of its own, gnutls-cli does not
	cat middle.crt >>deep.crt
	certtool --generate-self-signed --template own.tmpl --load-privkey own.key \
		--outfile own.crt 2>/dev/null
	dated_crl old.crl 20200101000000Z 20200201000000Z bob.crt
	dated_crl soon.crl "$(crl_time "9 days ago")" "$(crl_time "1 day")"
}

# --- the server -----------------------------------------------------------------------

# write_ini LINE...: a service at a port of 127.0.0.1; @FILE stands for the lines in it
write_ini() {
	{
		echo 'workers = 4'
		echo 'pid-file ='
		echo "control-socket = $PWD/sock"
		echo 'listen = 127.0.0.1:0'
		echo "cert = $folder/server.crt"
		echo "key = $folder/server.key"
		for line; do
			case $line in
			@*) cat "${line#@}" ;;
			*) echo "$line" ;;
			esac
		done
	} >tlsd.ini
}

# serve LINE...
serve() {
	write_ini "$@"
	launch
}

launch() {
	start_tlsd tlsd
	port=$(sed -n 's/.*listening: .*:\([0-9]*\): .*/\1/p' tlsd.log)
	port=${port##*
}
}

# rejects TEXT LINE...: tlsd -t says TEXT and is not content
rejects() {
	text=$1
	shift
	write_ini "$@"
	if "$builddir/tlsd" -t -c tlsd.ini >check.log 2>&1; then
		fail 'tlsd took it'
	fi
	grep -q -e "$text" check.log || fail "not said: $text"
}

# --- clients --------------------------------------------------------------------------

# openssl_asks VERSION [CLIENT [OPTION...]]: what openssl has to say, with the answer in it.
# It stays until the server has closed.
openssl_asks() {
	version=$1
	client=${2:-none}
	[ $# -lt 2 ] || shift
	shift
	[ "$client" = none ] ||
		set -- "$@" -cert "$folder/$client.crt" -key "$folder/$client.key"
	[ ! -e "$folder/$client.above" ] || set -- "$@" -cert_chain "$folder/$client.above"
	openssl s_client -connect "127.0.0.1:$port" "-$version" -CAfile "$folder/ca.crt" \
		-verify_return_error -quiet "$@" </dev/null 2>&1 || :
}

# gnutls_asks PRIORITY [CLIENT]
gnutls_asks() {
	priority=$1
	client=${2:-none}
	set --
	[ "$client" = none ] ||
		set -- --x509certfile "$folder/$client.crt" --x509keyfile "$folder/$client.key"
	gnutls-cli --x509cafile "$folder/ca.crt" --priority "$priority" \
		--port "$port" "$@" 127.0.0.1 </dev/null 2>&1 || :
}

takes() {
	for version in tls1_2 tls1_3; do
		openssl_asks $version "$@" | grep -q 'Hello, TLS!' || fail "refused in $version: $*"
	done
}

# refuses CLIENT ALERT-1.2 ALERT-1.3 CLASS: clients read the alert, whose number depends on
# the version, and the log has the class
refuses() {
	client=$1
	openssl_asks tls1_2 "$client" | grep -q "SSL alert number $2\$" || fail "no alert $2"
	openssl_asks tls1_3 "$client" | grep -q "SSL alert number $3\$" || fail "no alert $3"
	gnutls_asks NORMAL:-VERS-ALL:+VERS-TLS1.3 "$client" >gnutls.log
	grep -q "Received alert \[$3\]" gnutls.log || fail "gnutls-cli read no alert $3"
	wait_for refused_times "$4" 3
}

refused_times() {
	[ "$(grep -c ": tlsd: $1: " tlsd.log)" -eq "$2" ]
}

ask_for() {
	serve "client-verify = $1" "ca-file = $folder/ca.crt" "crl-file = $folder/ca.crl"
}

# --- tests ----------------------------------------------------------------------------

a_client_with_a_good_certificate_is_served_and_named() {
	ask_for required
	takes alice
	expect 'done TLS1.2 .* client=alice '
	expect 'done TLS1.3 .* early=no client=alice '
	gnutls_asks NORMAL alice | grep -q 'Hello, TLS!'
}

a_failure_names_its_client() {
	serve 'client-verify = required' "ca-file = $folder/ca.crt" "crl-file = $folder/ca.crl" \
		'respond = echo' 'idle-timeout = 300ms'
	printf 'four' | openssl s_client -connect "127.0.0.1:$port" -quiet \
		-cert "$folder/alice.crt" -key "$folder/alice.key" >openssl.log 2>&1 || :
	expect ': idle-timeout: .* version=TLS1.3 .* client=alice in=4 out=4 end=- .* id='
	openssl_asks tls1_3 bob >asked.log
	expect ': cert-revoked: .* sni=- client=bob in=0 out=0 end=- queue=.* id='
}

a_name_cannot_forge_the_log() {
	ask_for required
	takes eve
	expect 'client=Eve\\x20\\x22in=0\\x20out=1\\x22 in=0 out=12 '
}

# odd_client NAME AUTHORITY: its own name has escape, bell, a new line, delete, and a letter of
# two bytes in UTF-8
odd_client() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8 -out odd.csr \
		-keyout "$folder/$1.key" -subj "/CN=$(printf 'odd\033[2J\007\n\177\303\251')"
	openssl x509 -req -in odd.csr -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 9 \
		-out "$folder/$1.crt"
}

a_name_of_odd_bytes_is_escaped_in_the_log() {
	odd_client odd "$folder/ca"
	odd_client stranger "$folder/other/ca"
	serve 'client-verify = required' "ca-file = $folder/ca.crt"
	takes odd
	refuses stranger 48 48 cert-untrusted
	stop
	expect ' client=odd\\x1b\[2J\\x07\\x0a\\x7f'"$(printf '\303\251')"' in=0 out=12 '
	if LC_ALL=C grep -n "$(printf '[^ -~\303\251]')" tlsd.log; then
		fail 'the log has odd bytes'
	fi
}

missing_client_certificate_gets_certificate_required() {
	ask_for required
	refuses none 40 116 cert-missing
}

certificate_of_another_authority_gets_unknown_ca() {
	ask_for required
	refuses mallory 48 48 cert-untrusted
	expect 'cert-untrusted: CN=mallory: no authority in ca-file has issued the certificate'
}

self_signed_client_certificate_gets_unknown_ca() {
	ask_for required
	refuses self 48 48 cert-untrusted
}

expired_client_certificate_gets_certificate_expired() {
	ask_for required
	refuses late 45 45 cert-expired
}

client_certificate_not_yet_valid_gets_certificate_expired() {
	ask_for required
	refuses early 45 45 cert-expired
	expect 'CN=early: the certificate, or .* is not valid yet'
}

revoked_client_certificate_gets_certificate_revoked() {
	ask_for required
	refuses bob 44 44 cert-revoked
}

server_certificate_of_a_client_gets_unsupported_certificate() {
	ask_for required
	refuses server 43 43 cert-purpose
}

optional_serves_a_client_without_a_certificate_as_unknown() {
	ask_for optional
	takes
	expect 'done TLS1.2 .* client=- '
	expect 'done TLS1.3 .* early=no client=- '
	takes alice
	expect 'client=alice '
}

certificate_request_names_the_trusted_authorities() {
	ask_for required
	openssl s_client -nameopt RFC2253 -connect "127.0.0.1:$port" </dev/null \
		>names.log 2>&1 || :
	grep -A 1 'Acceptable client certificate CA names' names.log |
		grep -q 'CN=Test Authority'
}

an_intermediate_certificate_counts_against_verify_depth() {
	serve 'client-verify = required' "ca-file = $folder/ca.crt" 'verify-depth = 1'
	takes deep
	stop
	serve 'client-verify = required' "ca-file = $folder/ca.crt" 'verify-depth = 0'
	refuses deep 42 42 cert-untrusted
	takes alice
}

# rsa_client NAME EXPONENT: with a key of 2048 bits
rsa_client() {
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
		-pkeyopt "rsa_keygen_pubexp:$2" -out "$folder/$1.key"
	openssl req -new -key "$folder/$1.key" -subj "/CN=$1" -out rsa.csr
	openssl x509 -req -in rsa.csr -CA "$folder/ca.crt" -CAkey "$folder/ca.key" \
		-CAcreateserial -days 9 -out "$folder/$1.crt"
}

every_issuer_in_the_chain_needs_a_list() {
	serve 'client-verify = required' "ca-file = $folder/ca.crt" "crl-file = $folder/ca.crl"
	refuses deep 46 46 crl-expired
	printf 'crl_next_update = 5\ncrl_number = 1\n' >crl.tmpl
	certtool --generate-crl --template crl.tmpl --load-ca-certificate "$folder/middle.crt" \
		--load-ca-privkey "$folder/middle.key" --outfile middle.crl 2>/dev/null
	stop
	serve 'client-verify = required' "ca-file = $folder/ca.crt, $folder/middle.crt" \
		"crl-file = $folder/ca.crl, $PWD/middle.crl"
	takes deep
}

warns() {
	ctl status | grep -q "^warning: .*$1"
}

# pin_of NAME: as tlscert shows it
pin_of() {
	"$tlscert" show "$folder/$1.crt" | grep -o 'pin-sha256:[^ ]*'
}

allow() {
	serve 'client-verify = required' "ca-file = $folder/ca.crt" "$@"
}

allow_rule_does_not_admit_an_untrusted_certificate() {
	allow 'allow-cn = mallory' "allow-pin = $(pin_of mallory)"
	refuses mallory 48 48 cert-untrusted
}

authorized_certs_name_the_clients_of_an_authority() {
	cat >list <<END
# who may
$(pin_of alice) name=the-alice

	$(pin_of carol)	service=other,tlsd
$(pin_of anything) service=other name=any
END
	allow 'authorized-certs = list'
	takes alice
	expect 'done TLS1.2 .* client=the-alice '
	expect 'done TLS1.3 .* client=the-alice '
	takes carol
	expect 'client=carol '
	refuses anything 49 49 not-allowed
}

# asks_as CLIENT: tlsc, which prints the answer
asks_as() {
	"$builddir/tlsc" --ca "$folder/ca.crt" --cert "$folder/$1.crt" \
		--key "$folder/$1.key" "127.0.0.1:$port" </dev/null
}

the_name_in_the_list_reaches_log_environment_and_backend() {
	needs socat
	echo "$(pin_of alice) name=the-alice" >list
	allow 'authorized-certs = list' 'respond = exec' 'exec = /usr/bin/env'
	asks_as alice >answer
	grep -qx 'SSL_CLIENT_NAME=the-alice' answer
	grep -qx 'SSL_CLIENT_S_DN=CN=alice' answer
	expect ' client=the-alice '
	stop
	(cd "$folder" && exec socat -u UNIX-LISTEN:backend OPEN:header,creat) &
	wait_for test -S "$folder/backend"
	allow 'authorized-certs = list' 'respond = connect' "connect = $folder/backend" \
		'send-proxy = v2-tls'
	asks_as alice
	wait_for grep -q -a the-alice "$folder/header"
	expect ' client=the-alice '
}

all_invalid_lines_of_authorized_certs_are_reported_in_one_run() {
	pin=$(pin_of alice)
	printf '%s\n' '# list' "$pin name=alice" 'sha1:abc' 'pin-sha256:abc' "$pin name=again" \
		"$pin service=other" "$(pin_of bob) nick=bob" "$(pin_of bob) name=b\"b" >list
	rejects 'authorized-certs: .*/list:3: "sha1:abc" is not a pin' \
		'client-verify = required' 'authorized-certs = list'
	for text in '4: "pin-sha256:abc" is not a pin' '5: has the pin of line 2' \
		'7: "nick=bob" is neither' '8: "name=b"b" is not a name'; do
		grep -q -e "tlsd.ini:[0-9]*: authorized-certs: .*/list:$text" check.log ||
			fail "not said: $text"
	done
	[ "$(grep -c 'authorized-certs: .*/list:' check.log)" -eq 5 ]
}

# hold CLIENT [VERSION]: an echo session that goes on until the server ends it
hold() {
	client=$1
	set -- "-${2:-tls1_3}"
	[ -z "${hold_host-}" ] || set -- "$@" -servername "$hold_host"
	[ "$client" = none ] ||
		set -- "$@" -cert "$folder/$client.crt" -key "$folder/$client.key"
	: >"held-$client.log" # not the one of the last time
	(echo "ping of $client" && exec sleep 1000) | openssl s_client \
		-connect "127.0.0.1:$port" -quiet -CAfile "$folder/ca.crt" "$@" \
		>"held-$client.log" 2>&1 &
	holder=$!
	wait_for grep -q "ping of $client" "held-$client.log"
}

reload() {
	ctl reload
}

a_recorded_hello_with_a_ticket_lets_no_other_client_in() {
	needs python3
	serve 'client-verify = required' "ca-file = $folder/ca.crt" 'groups = secp384r1'
	openssl_asks tls1_3 alice -groups P-384 -sess_out session | grep -q 'Hello, TLS!'
	openssl_asks tls1_3 none -groups X25519:P-384 -sess_in session | grep -q 'Hello, TLS!'
	expect 'done TLS1.3 .* resumed=yes .* client=alice '
	python3 "$srcdir/tests/lib/replay.py" "$port" -sess_in session -groups X25519:P-384 \
		-- -groups P-384 >answers
	sed -n 1p answers | grep -q '^16.*cf21ad74e59a6111be1d8c021e65b891'
	sed -n 2p answers | grep -qx 1503030002022f
	expect ': protocol: the second hello lacks the ticket of the first one '
}

a_reload_ends_the_session_of_a_client_that_was_revoked() {
	cp "$folder/ca.crl" ca.crl
	serve 'client-verify = required' "ca-file = $folder/ca.crt" 'crl-file = ca.crl' \
		'respond = echo'
	hold alice
	hold carol
	"$tlscert" revoke "$folder/alice.crt" --crl ca.crl --ca-cert "$folder/ca.crt" \
		--ca-key "$folder/ca.key"
	reload
	expect ': cert-revoked: CN=alice: the certificate is revoked'
	if logged CN=carol; then fail 'carol was cut off too'; fi
}

connections_are_shown_with_the_names_of_their_clients() {
	serve 'client-verify = optional' "ca-file = $folder/ca.crt" 'respond = echo'
	hold none
	ctl connections >table
	fails grep -q client table
	hold alice
	ctl connections >table
	head -n 1 table | grep -Eq ' client +peer$'
	grep -Eq ' alice +\[127\.0\.0\.1]:' table
	grep -Eq ' - +\[127\.0\.0\.1]:' table
	ctl connections --sort client | tail -n 1 | grep -q ' alice '
}

# keep_busy CLIENT NUMBER: a client that always has bytes on their way, so that it needs a worker
keep_busy() {
	yes | openssl s_client -connect "127.0.0.1:$port" -quiet \
		-CAfile "$folder/ca.crt" -cert "$folder/$1.crt" -key "$folder/$1.key" 2>/dev/null |
		(head -c 1000 >"busy-$2.log" && exec cat >/dev/null) &
	wait_for test -s "busy-$2.log"
}

all_revoked() {
	[ "$(grep -c ': cert-revoked: CN=alice' tlsd.log)" -eq 4 ]
}

a_reload_ends_the_sessions_of_revoked_clients_that_wait_for_a_worker() {
	cp "$folder/ca.crl" ca.crl
	write_ini 'client-verify = required' "ca-file = $folder/ca.crt" \
		'crl-file = ca.crl' 'respond = echo'
	sed 's/^workers = .*/workers = 1/' tlsd.ini >one.ini
	mv one.ini tlsd.ini
	launch
	for number in 1 2 3 4; do
		keep_busy alice $number
	done
	"$tlscert" revoke "$folder/alice.crt" --crl ca.crl --ca-cert "$folder/ca.crt" \
		--ca-key "$folder/ca.key"
	reload
	wait_for all_revoked
}

# now_verify WORD: client-verify in the configuration, and a reload
now_verify() {
	sed "s/^client-verify = .*/client-verify = $1/" tlsd.ini >new.ini
	mv new.ini tlsd.ini
	reload
}

# two_services [LINE...]: [open] for one.example takes everybody, [closed] for two.example those
# with a certificate, and has the lines. Both echo.
two_services() {
	services 'server-name = one.example' 'server-name = two.example' "$@"
	serve "@two.ini"
}

# services LINE LINE [LINE...]: what is in the sections [open] and [closed]
services() {
	{
		printf '%s\n' 'respond = echo' 'shutdown-timeout = 1s'
		echo '[open]'
		echo "$1"
		echo '[closed]'
		shift
		printf '%s\n' 'client-verify = required' "ca-file = $folder/ca.crt" "$@"
	} >two.ini
}

# again: the services in force are those of two.ini
again() {
	write_ini @two.ini
	reload
}

# hold_at HOST CLIENT: as hold, for a host
hold_at() {
	hold_host=$1
	hold "$2"
	hold_host=
}

# is_held CLIENTS: so many sessions go on
is_held() {
	ctl connections | grep -Ec ' (answer|parked) ' |
		grep -qx "$1"
}

# resume VERSION OPTION [CLIENT]: what the second connection with the first one's ticket brings
resume() {
	client=${3:-alice}
	set -- "-$1" "$2" ticket
	[ "$client" = none ] ||
		set -- "$@" -cert "$folder/$client.crt" -key "$folder/$client.key"
	openssl s_client -connect "127.0.0.1:$port" -quiet \
		-CAfile "$folder/ca.crt" "$@" </dev/null 2>&1 || :
}

a_ticket_carries_the_client_and_is_checked_again() {
	cp "$folder/ca.crl" ca.crl
	for version in tls1_3 tls1_2; do
		set -- 'client-verify = required' "ca-file = $folder/ca.crt" 'crl-file = ca.crl'
		[ $version = tls1_3 ] ||
			set -- "$@" 'priority = NORMAL:-VERS-ALL:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-128-CBC:-AES-256-CBC:-SHA1' \
				'allow-weak = yes'
		serve "$@"
		resume $version -sess_out | grep -q 'Hello, TLS!'
		resume $version -sess_in | grep -q 'Hello, TLS!'
		expect 'resumed=yes .* client=alice '
		cp ca.crl before.crl
		"$tlscert" revoke "$folder/alice.crt" --crl ca.crl --ca-cert "$folder/ca.crt" \
			--ca-key "$folder/ca.key"
		reload
		resume $version -sess_in | grep -q 'SSL alert number 44$'
		expect ': cert-revoked: CN=alice: '
		cp before.crl ca.crl
		stop
	done
}

done_times() {
	[ "$(grep -c ': done ' tlsd.log)" -eq "$1" ]
}

# --- authorities of odd shapes --------------------------------------------------------

# new_key NAME: NAME.key, if there is none
new_key() {
	[ -e "$1.key" ] || openssl genpkey -algorithm "${algorithm:-ED25519}" -out "$1.key"
}

# root NAME SUBJECT [EXTENSION]: an authority by openssl, without key identifiers unless they
# are the extension
root() {
	name=$1 subject=$2
	shift 2
	new_key "$name"
	{
		printf '[req]\ndistinguished_name = d\nprompt = no\n[d]\nCN = x\n[x]\n'
		printf '%s\n' 'basicConstraints = critical, CA:TRUE' \
			"${1:-subjectKeyIdentifier = none}" 'authorityKeyIdentifier = none'
	} >"$name.cnf"
	openssl req -x509 -new -utf8 -key "$name.key" -subj "$subject" -days 9 \
		-config "$name.cnf" -extensions x -out "$name.crt"
}

# certify NAME SUBJECT ISSUER SERIAL [EXTENSION...]: a certificate by the issuer, with its key
# identifier if $identifier says so
certify() {
	name=$1 subject=$2 by=$3 serial=$4
	shift 4
	new_key "$name"
	printf '%s\n' "${@:-basicConstraints = CA:FALSE}" \
		"${identifier:-authorityKeyIdentifier = none}" >"$name.ext"
	openssl req -new -utf8 -key "$name.key" -subj "$subject" -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA "$by.crt" -CAkey "$by.key" -days 9 \
		-set_serial "$serial" -extfile "$name.ext" -out "$name.crt" 2>/dev/null
}

# client NAME SUBJECT ISSUER SERIAL [EXTENSION...]: the same, for openssl_asks()
client() {
	certify "$@"
	cp "$1.crt" "$1.key" "$folder"
}

# sign_list ISSUER [SERIAL...]: ISSUER.crl, with these in it; $extensions are its own
sign_list() {
	issuer=$1
	shift
	{
		printf '[ca]\ndefault_ca = d\n[d]\ndatabase = list.txt\ndefault_md = sha256\n[x]\n'
		printf '%s\n' "${extensions-}"
	} >list.cnf
	for serial; do
		printf 'R\t491231235959Z\t250101000000Z\t%s\tunknown\t/CN=x\n' "$serial"
	done >list.txt
	openssl ca -config list.cnf -cert "$issuer.crt" -keyfile "$issuer.key" -gencrl \
		${extensions:+-crlexts x} -crl_lastupdate "$(crl_time "${since:-1 minute ago}")" \
		-crl_nextupdate "$(crl_time "9 days")" -out "$issuer.crl" 2>/dev/null
}

# denies CLIENT ALERT-1.2 ALERT-1.3 CLASS [SUBJECT]: as refuses, in a new log
denies() {
	subject=${5:-CN=$1}
	: >tlsd.log
	refuses "$1" "$2" "$3" "$4"
	[ "$(grep -c ": tlsd: $4: $subject: " tlsd.log)" -eq 3 ]
}

# trusts CA-FILES [CRL-FILES]: a service by these
trusts() {
	serve 'client-verify = required' "ca-file = $1" ${2:+"crl-file = $2"}
}

a_client_with_its_authoritys_name_can_be_revoked() {
	root twin /CN=Twin
	client twin-client /CN=Twin twin 7
	sign_list twin
	trusts twin.crt twin.crl
	takes twin-client
	stop
	sign_list twin 07
	trusts twin.crt twin.crl
	denies twin-client 44 44 cert-revoked CN=Twin
}

# The certificates have key identifiers, or not: without, names alone tell nothing.
namesakes() {
	root old /CN=Same "$@"
	root new /CN=Same "$@"
	client old-seven /CN=old-seven old 7
	client new-seven /CN=new-seven new 7
	client new-eight /CN=new-eight new 8
}

both_serve() {
	for files in old.crt,new.crt new.crt,old.crt; do
		trusts $files
		takes old-seven
		takes new-seven
		stop
	done
	trusts old.crt
	takes old-seven
	denies new-seven "$1" "$1" cert-untrusted
	stop
}

lists_differ() {
	sign_list old 07
	trusts old.crt,new.crt old.crl
	expect 'warning: .*crl-file: there is no list of CN=Same in ca-file'
	denies old-seven 44 44 cert-revoked
	denies new-seven 46 46 crl-expired
	stop
	sign_list new 08
	trusts new.crt,old.crt new.crl,old.crl
	if logged 'there is no list'; then fail 'both have one'; fi
	denies old-seven 44 44 cert-revoked
	takes new-seven
	denies new-eight 44 44 cert-revoked
	stop
}

# env_of NAME: what a program is told
env_of() {
	sed -n "s/^$1=//p" answer
}

a_name_in_the_environment_splits_into_its_parts() {
	root base '/CN=Base,O=x'
	client eve-ou '/O= a\+b;<c>"/CN=eve,OU=admin' base 2
	client eve-odd "/CN=#1\\\\2 é$(printf '\001')" base 3
	serve 'client-verify = required' 'ca-file = base.crt' 'respond = exec' \
		'exec = /usr/bin/env'
	asks_as eve-ou >answer
	[ "$(env_of SSL_CLIENT_S_DN)" = 'CN=eve\,OU=admin,O=\ a\+b\;\<c\>\"' ]
	[ "$(env_of SSL_CLIENT_DN)" = "$(env_of SSL_CLIENT_S_DN)" ]
	[ "$(env_of SSL_CLIENT_I_DN)" = 'CN=Base\,O=x' ]
	asks_as eve-odd >answer
	[ "$(env_of SSL_CLIENT_S_DN)" = 'CN=\#1\\2 é\01' ]
	"$tlscert" show "$folder/eve-ou.crt" | grep -F 'CN=eve\,OU=admin,O=\ a\+b\;\<c\>\"'
	"$tlscert" show --json "$folder/eve-ou.crt" |
		grep -F 'CN=eve\\,OU=admin,O=\\ a\\+b\\;\\<c\\>\\\"'
}

unusable_ca_or_crl_file_is_reported_with_the_remedy() {
	need='client-verify = required'
	rejects 'client-verify: required needs trusted .* ca-file' "$need"
	rejects 'tlsd.ini:[0-9]*: ca-file: is not used without client-verify' \
		"ca-file = $folder/ca.crt"
	rejects 'tlsd.ini:[0-9]*: ca-file: .*/none.crt: ' "$need" 'ca-file = none.crt'
	rejects 'ca-file: .*/alice.crt: CN=alice is not an authority' "$need" \
		"ca-file = $folder/alice.crt"
	rejects 'ca-file: .*/ca.key: no certificate in it' "$need" \
		"ca-file = $folder/ca.key"
	issuer=$folder/ca issue crippled ca crl_signing_key 'expiration_days = 10'
	rejects 'ca-file: .*: the key usage of CN=crippled lacks keyCertSign' \
		"$need" 'ca-file = crippled.crt'
	rejects 'crl-file: .*/ca.crl: the list of CN=Other Authority is not signed by' \
		"$need" "ca-file = $folder/ca.crt" "crl-file = $folder/other/ca.crl"
	rejects 'crl-file: .*/ca.crt: no revocation list in it, only CERTIFICATE' \
		"$need" "ca-file = $folder/ca.crt" "crl-file = $folder/ca.crt"
	sed '3s/./!/' "$folder/ca.crl" >broken.crl
	rejects 'crl-file: .*/broken.crl: the list that begins in line 1 is damaged' \
		"$need" "ca-file = $folder/ca.crt" 'crl-file = broken.crl'
	rejects 'verify-depth: "9" is not' "$need" "ca-file = $folder/ca.crt" \
		'verify-depth = 9'
}

(cd "$folder" && make_certificates) || exit 1

# --- the tests of make check-long -------------------------------------------------------

each_allow_rule_admits_matching_clients_only() {
	for rule in 'allow-cn = carol' 'allow-cn = nobody, carol' 'allow-dns = CAROL.example.org' \
		'allow-dns = *.example.org' 'allow-uri = spiffe://example.org/carol' \
		"allow-pin = $(pin_of carol)" "allow-pin = $(pin_of bob), $(pin_of carol)"; do
		echo "$rule"
		allow "$rule"
		takes carol
		refuses alice 49 49 not-allowed
		stop
	done
	expect 'not-allowed: CN=alice: no allow rule'
}

a_certificate_without_purposes_is_served() {
	ask_for required
	takes anything
}

optional_refuses_a_client_with_a_bad_certificate() {
	ask_for optional
	refuses mallory 48 48 cert-untrusted
}

the_names_of_too_many_authorities_are_left_out_with_a_warning() {
	i=0
	name=$(printf '%064d' 0)
	while [ $i -lt 50 ]; do
		i=$((i + 1))
		printf 'cn = Authority %s\nca\ncert_signing_key\norganization = %s\nunit = %s\n' \
			$i "$name" "$name" >many.tmpl
		certtool --generate-self-signed --template many.tmpl \
			--load-privkey "$folder/ca.key" 2>/dev/null
	done >many.crt
	cat "$folder/ca.crt" >>many.crt
	serve 'client-verify = required' "ca-file = $PWD/many.crt"
	expect 'ca-file: the names of its authorities take [0-9]* bytes, too many'
	openssl s_client -connect "127.0.0.1:$port" </dev/null >names.log 2>&1 || :
	grep -q 'No client certificate CA names sent' names.log
	takes alice
}

# A hundred issuers that have nothing to do with the client.
a_chain_that_is_too_long_is_refused_before_it_is_verified() {
	cp "$folder/alice.crt" "$folder/long.crt"
	cp "$folder/alice.key" "$folder/long.key"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			cat "$folder/middle.crt"
		done
	done >"$folder/long.above"
	ask_for required
	for version in tls1_2 tls1_3; do
		openssl_asks $version long | grep -q 'SSL alert number 50$' || fail "taken: $version"
	done
	wait_for refused_times protocol 2
	expect 'The handshake data size is too large'
}

rsa_key_with_slow_signature_verification_is_refused() {
	rsa_client quick 4294967291
	rsa_client slow 1099511627791
	ask_for optional
	takes quick
	refuses slow 42 42 cert-untrusted
	expect 'cert-untrusted: CN=slow: its RSA key is too long, or has too long an exponent'
}

a_certificate_that_is_too_large_is_refused_unread() {
	i=0
	set --
	while [ $i -lt 120 ]; do
		i=$((i + 1))
		set -- "$@" "dns_name = $(printf '%063d' $i).example.org"
	done
	issuer=$folder/ca issue large tls_www_client 'expiration_days = 10' "$@"
	mv large.crt large.key "$folder"
	ask_for optional
	refuses large 42 42 cert-untrusted
	expect 'cert-untrusted: there is a certificate of [0-9]* bytes'
}

a_revoked_authority_below_another_is_no_longer_trusted() {
	cp "$folder/ca.crl" ca.crl
	"$tlscert" revoke "$folder/middle.crt" --crl ca.crl --ca-cert "$folder/ca.crt" \
		--ca-key "$folder/ca.key"
	printf 'crl_next_update = 5\ncrl_number = 1\n' >crl.tmpl
	certtool --generate-crl --template crl.tmpl --load-ca-certificate "$folder/middle.crt" \
		--load-ca-privkey "$folder/middle.key" --outfile middle.crl 2>/dev/null
	serve 'client-verify = required' "ca-file = $folder/ca.crt, $folder/middle.crt" \
		"crl-file = $PWD/ca.crl, $PWD/middle.crl"
	expect 'ca-file: CN=middle is revoked by a list in crl-file'
	refuses deep 44 44 cert-revoked
}

expired_crl_still_revokes_and_refuses_all_other_clients() {
	serve 'client-verify = required' "ca-file = $folder/ca.crt" "crl-file = $folder/old.crl"
	expect 'crl-file: .*/old.crl: the list of CN=Test Authority expired on 2020-02-01'
	refuses bob 44 44 cert-revoked
	refuses alice 46 46 crl-expired
	expect 'crl-expired: CN=alice: crl-file has no current list of the issuer'
}

authorities_and_lists_that_end_soon_are_warned_of() {
	mkdir short
	"$tlscert" ca --days 5 --out-dir short Short
	serve 'client-verify = required' 'ca-file = short/ca.crt'
	expect 'warning: .*ca-file: CN=Short ends on 20..-..-.., after which every certificate'
	warns 'ca-file: CN=Short ends'
	stop
	serve 'client-verify = required' 'ca-file = short/ca.crt' 'warn-days = 3'
	if logged 'CN=Short'; then fail 'warned of too early'; fi
	stop
	serve 'client-verify = required' "ca-file = $folder/ca.crt" "crl-file = $folder/soon.crl"
	expect 'soon.crl: the list of CN=Test Authority expires on 20..-..-..'
	warns 'soon.crl: the list of CN=Test Authority expires on'
	takes alice
	stop
	ask_for required
	if logged 'warning: .*crl-file'; then fail 'a fresh list is warned of'; fi
}

any_of_several_rules_will_do() {
	allow 'allow-cn = alice' "allow-pin = $(pin_of carol)"
	takes alice
	takes carol
	refuses anything 49 49 not-allowed
}

no_rule_fits_a_part_of_a_name() {
	allow 'allow-cn = carol.example.org, caro, "\"carol\""' 'allow-dns = example.org, *.org' \
		'allow-uri = spiffe://example.org/, carol.example.org'
	refuses carol 49 49 not-allowed
}

a_list_does_not_replace_an_authority_that_is_named() {
	echo "$(pin_of own) name=own" >list
	allow 'authorized-certs = list'
	refuses own 48 48 cert-untrusted
}

a_self_signed_client_that_is_listed_needs_no_authority() {
	for name in own alice mallory late server; do
		echo "$(pin_of $name) name=known-$name"
	done >list
	serve 'client-verify = required' 'authorized-certs = list'
	takes own
	takes alice
	takes mallory
	expect 'client=known-own '
	expect 'client=known-mallory '
	refuses anything 48 48 cert-untrusted
	expect 'CN=anything: the key is not in authorized-certs'
	refuses late 45 45 cert-expired
	refuses server 43 43 cert-purpose
	refuses none 40 116 cert-missing
}

optional_with_a_list_serves_unlisted_clients_without_a_certificate() {
	pin_of own >list
	serve 'client-verify = optional' 'authorized-certs = list'
	takes none
	takes own
	refuses alice 48 48 cert-untrusted
}

rules_without_an_authority_are_an_error() {
	: >list
	rejects 'allow-cn: needs ca-file, because anyone' 'client-verify = required' \
		'authorized-certs = list' 'allow-cn = alice'
	rejects 'crl-file: is not used without ca-file' 'client-verify = required' \
		'authorized-certs = list' "crl-file = $folder/ca.crl"
	rejects 'allow-pin: is not used without client-verify' 'allow-pin = x'
	rejects 'allow-pin: "x" is not a pin' 'client-verify = required' \
		"ca-file = $folder/ca.crt" 'allow-pin = x'
	rejects 'authorized-certs: .*/none: ' 'client-verify = required' \
		'authorized-certs = none'
}

a_reload_ends_the_session_of_a_client_that_is_no_longer_listed() {
	printf '%s\n' "$(pin_of alice)" "$(pin_of own)" >list
	serve 'client-verify = required' 'authorized-certs = list' 'respond = echo'
	hold alice
	hold own
	pin_of alice >list
	reload
	expect ': cert-untrusted: CN=own: the key is not in authorized-certs'
	if logged CN=alice; then fail 'alice was cut off too'; fi
}

a_reload_that_requires_certificates_ends_the_sessions_of_clients_without() {
	for version in tls1_3 tls1_2; do
		serve 'client-verify = optional' "ca-file = $folder/ca.crt" 'respond = echo'
		hold none $version
		hold alice $version
		now_verify required
		expect ': cert-missing: the client sent no certificate'
		if logged CN=alice; then fail 'alice was cut off too'; fi
		[ "$(grep -c ': cert-' tlsd.log)" -eq 1 ]
		kill "$holder"
		stop
	done
}

a_reload_that_requires_certificates_ends_the_sessions_of_clients_never_asked() {
	serve 'client-verify = none' "ca-file = $folder/ca.crt" 'respond = echo'
	hold none
	now_verify optional
	now_verify required
	expect ': cert-missing: the client sent no certificate'
	hold alice
}

a_reload_reviews_the_clients_of_a_host_that_moves_to_another_service() {
	two_services
	hold_at one.example none
	hold_at one.example alice
	services 'server-name = three.example' 'server-name = one.example, two.example'
	again
	expect ': open: cert-missing: the client sent no certificate'
	wait_for is_held 0 || fail 'who was never asked for a certificate goes on'
}

a_reload_that_removes_a_service_ends_the_sessions_of_those_with_certificates() {
	two_services
	hold_at two.example alice
	hold_at one.example none
	services 'server-name = one.example' 'server-name = two.example'
	sed '/^\[closed\]/,$d' two.ini >new.ini
	mv new.ini two.ini
	again
	expect ': closed: not-allowed: its service was removed, and no other checks'
	wait_for is_held 1
}

a_reload_that_renames_a_service_lets_its_clients_go_on() {
	two_services
	hold_at two.example alice
	sed -i 's/^\[closed\]/[renamed]/' two.ini
	again
	hold_at two.example carol
	is_held 2
	services 'server-name = one.example' 'server-name = two.example' \
		'allow-cn = alice'
	sed -i 's/^\[closed\]/[renamed-again]/' two.ini
	again
	expect ': renamed: not-allowed: CN=carol: no allow rule'
	wait_for is_held 1
}

a_reload_that_skips_a_service_ends_the_sessions_of_those_with_certificates() {
	cp "$folder/server.crt" "$folder/server.key" .
	two_services 'on-bad-cert = skip' 'cert = server.crt' 'key = server.key'
	hold_at two.example alice
	hold_at one.example none
	cp "$folder/alice.key" server.key
	again
	expect ': closed: not-allowed: its service was removed'
	wait_for is_held 1
}

service_that_becomes_strict_keeps_its_permitted_sessions() {
	two_services 'default = yes'
	hold_at other.example alice
	services 'server-name = one.example' 'server-name = two.example' 'sni-strict = yes'
	again
	hold_at two.example carol
	is_held 2
}

a_session_ends_with_its_clients_certificate() {
	now=$(date -u +%s)
	issuer=$folder/ca issue short tls_www_client \
		"activation_date = \"$(date -u -d "@$((now - 60))" '+%F %T UTC')\"" \
		"expiration_date = \"$(date -u -d "@$((now + 6))" '+%F %T UTC')\""
	cp short.crt short.key "$folder"
	allow 'respond = echo'
	hold short
	expect ": cert-expired: the client's certificate has expired since the handshake"
}

a_ticket_replaces_no_certificate_that_has_become_required() {
	for version in tls1_3 tls1_2; do
		set -- 'client-verify = optional' "ca-file = $folder/ca.crt"
		[ $version = tls1_3 ] ||
			set -- "$@" 'priority = NORMAL:-VERS-ALL:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-128-CBC:-AES-256-CBC:-SHA1' \
				'allow-weak = yes'
		serve "$@"
		resume $version -sess_out none | grep -q 'Hello, TLS!'
		resume $version -sess_in none | grep -q 'Hello, TLS!'
		expect 'resumed=yes .* client=- '
		now_verify required
		resume $version -sess_in none >refused.log
		case $version in
		tls1_3) grep -q 'SSL alert number 116$' refused.log ;;
		tls1_2) grep -q 'SSL alert number 40$' refused.log ;;
		esac
		expect ': cert-missing: the client sent no certificate'
		[ "$(grep -c ': done ' tlsd.log)" -eq 2 ]
		stop
	done
}

other_authorities_make_tickets_worthless() {
	serve 'client-verify = optional' "ca-file = $folder/ca.crt"
	resume tls1_3 -sess_out | grep -q 'Hello, TLS!'
	reload
	resume tls1_3 -sess_in | grep -q 'Hello, TLS!'
	expect 'resumed=yes '
	now_verify required
	resume tls1_3 -sess_in | grep -q 'Hello, TLS!'
	wait_for done_times 3
	tail -n 1 tlsd.log | grep -q 'resumed=no .* client=alice '
}

an_authority_that_is_a_client_itself_needs_a_list_too() {
	root lone /CN=Lone
	cp lone.crt lone.key "$folder"
	root other /CN=Other
	sign_list other
	trusts lone.crt,other.crt other.crl
	expect 'warning: .*crl-file: there is no list of CN=Lone in ca-file'
	denies lone 46 46 crl-expired CN=Lone
	stop
	sign_list lone
	trusts lone.crt,other.crt other.crl,lone.crl
	takes lone
}

authorities_with_one_name_are_distinguished_by_their_keys() {
	namesakes
	both_serve 42
	expect 'the signature is not by the key of the issuer with that name'
	lists_differ
}

authorities_with_one_name_are_distinguished_by_key_identifiers() {
	identifier='authorityKeyIdentifier = keyid:always'
	namesakes 'subjectKeyIdentifier = hash'
	both_serve 48
	lists_differ
}

a_renewed_authority_with_its_old_key_keeps_its_clients() {
	printf '%s\n' 'cn = Renewed' ca cert_signing_key crl_signing_key \
		'activation_date = "2020-01-01 00:00:00"' \
		'expiration_date = "2020-02-01 00:00:00"' >renewed.tmpl
	new_key renewed
	certtool --generate-self-signed --template renewed.tmpl --load-privkey renewed.key \
		--outfile before.crt 2>/dev/null
	sed '/_date/d' renewed.tmpl >now.tmpl
	echo 'expiration_days = 9' >>now.tmpl
	certtool --generate-self-signed --template now.tmpl --load-privkey renewed.key \
		--outfile renewed.crt 2>/dev/null
	client renewed-seven /CN=seven renewed 7
	client renewed-eight /CN=eight renewed 8
	sign_list renewed 08
	for files in before.crt,renewed.crt renewed.crt,before.crt; do
		trusts $files renewed.crl
		takes renewed-seven
		denies renewed-eight 44 44 cert-revoked CN=eight
		stop
	done
	trusts before.crt renewed.crl
	denies renewed-seven 45 45 cert-expired CN=seven
}

certificates_that_lead_elsewhere_do_not_matter() {
	root inner /CN=Inner 'subjectKeyIdentifier = hash'
	root outer /CN=Outer 'subjectKeyIdentifier = hash'
	cp inner.key cross.key
	certify cross /CN=Inner outer 3 'basicConstraints = critical, CA:TRUE' 'subjectKeyIdentifier = hash'
	sign_list inner 08
	client crossed /CN=crossed inner 7
	client crossed-out /CN=crossed-out inner 8
	client strange /CN=strange inner 9
	client rooted /CN=rooted inner 10
	for name in crossed crossed-out; do
		cp cross.crt "$folder/$name.above"
		cat cross.crt >>"$folder/$name.crt"
	done
	cp "$folder/middle.crt" "$folder/strange.above"
	cat inner.crt outer.crt >"$folder/rooted.above"
	serve 'client-verify = required' 'ca-file = inner.crt' 'crl-file = inner.crl' \
		'verify-depth = 0'
	takes crossed
	takes strange
	takes rooted
	denies crossed-out 44 44 cert-revoked
	stop
	sign_list outer
	trusts outer.crt,inner.crt outer.crl,inner.crl
	takes crossed
	denies crossed-out 44 44 cert-revoked
	stop
	sign_list outer 03
	trusts outer.crt,inner.crt outer.crl,inner.crl
	takes crossed
	stop
	trusts outer.crt outer.crl
	denies crossed 44 44 cert-revoked
	expect "CN=crossed: an issuer's certificate is revoked"
}

a_list_of_the_near_future_counts_already() {
	root early /CN=Early
	client early-client /CN=early-client early 7
	client early-out /CN=early-out early 8
	since='1 hour' sign_list early 08
	trusts early.crt early.crl
	expect 'crl-file: .*the list of CN=Early begins in the future, on 20'
	takes early-client
	denies early-out 44 44 cert-revoked
	stop
	since='3 days' sign_list early 08
	trusts early.crt early.crl
	expect 'crl-file: .*the list of CN=Early begins on 20.*until the day before'
	denies early-client 46 46 crl-expired
	denies early-out 44 44 cert-revoked
}

unusable_crl_is_reported_with_the_reason() {
	root mute /CN=Mute 'keyUsage = critical, keyCertSign'
	sign_list mute
	rejects 'mute.crl: the list of CN=Mute is signed by an authority whose key usage lacks cRLSign' \
		'client-verify = required' 'ca-file = mute.crt' 'crl-file = mute.crl'
	root part /CN=Part
	extensions='issuingDistributionPoint = critical, @p
[p]
onlyuser = TRUE' sign_list part
	rejects 'is not complete (it has the extension issuingDistributionPoint)' \
		'client-verify = required' 'ca-file = part.crt' 'crl-file = part.crl'
	extensions='2.5.29.27 = ASN1:INTEGER:1' sign_list part
	rejects 'is not complete (it has the extension deltaCRLIndicator)' \
		'client-verify = required' 'ca-file = part.crt' 'crl-file = part.crl'
	root same /CN=Part
	sign_list same
	rejects 'same.crl: the list of CN=Part is not signed by an authority' \
		'client-verify = required' 'ca-file = part.crt' 'crl-file = same.crl'
}

authority_that_may_not_certify_is_reported_with_the_reason() {
	new_key v1
	openssl req -new -key v1.key -subj /CN=First -out v1.csr
	openssl x509 -req -in v1.csr -signkey v1.key -days 9 -out v1.crt 2>/dev/null
	rejects 'v1.crt: CN=First is a certificate of X.509 version 1, which cannot be' \
		'client-verify = required' 'ca-file = v1.crt'
	root strict /CN=Strict 'policyConstraints = critical, requireExplicitPolicy:0'
	rejects 'strict.crt: CN=Strict has the critical extension policyConstraints (2.5.29.36)' \
		'client-verify = required' 'ca-file = strict.crt'
}

a_chain_that_the_library_cannot_judge_is_refused_with_the_reason() {
	root base /CN=Base
	certify strict /CN=Strict base 2 \
		'basicConstraints = critical, CA:TRUE' 'policyConstraints = critical, requireExplicitPolicy:0'
	client below /CN=below strict 3
	cp strict.crt "$folder/below.above"
	client odd-client /CN=odd-client base 4 '1.2.3.4 = critical, DER:0500'
	new_key v1
	openssl req -new -key v1.key -subj /CN=First -out v1.csr
	openssl x509 -req -in v1.csr -CA base.crt -CAkey base.key -set_serial 5 -days 9 \
		-out v1.crt 2>/dev/null
	client below-v1 /CN=below-v1 v1 6
	cp v1.crt "$folder/below-v1.above"
	trusts base.crt
	for version in tls1_2 tls1_3; do
		openssl_asks $version below | grep -q 'SSL alert number 43$'
		openssl_asks $version odd-client | grep -q 'SSL alert number 43$'
		openssl_asks $version below-v1 | grep -q 'SSL alert number 48$'
	done
	expect "CN=below: an issuer's certificate has the critical extension policyConstraints (2.5.29.36)"
	expect 'CN=odd-client: the certificate has the critical extension 1.2.3.4, which'
	expect "CN=below-v1: an issuer's certificate is of X.509 version 1, not 3"
}

a_client_with_an_ed448_key_is_refused() {
	root base /CN=Base
	algorithm=ED448 client ed448-client /CN=ed448 base 2
	algorithm=ED25519 client ed25519-client /CN=ed25519 base 3
	trusts base.crt
	takes ed25519-client
	denies ed448-client 43 43 cert-untrusted CN=ed448
	expect 'CN=ed448: its key is Ed448'
}

a_reload_judges_sessions_as_the_handshake_does() {
	root old /CN=Same
	root new /CN=Same
	client old-seven /CN=old-seven old 7
	client new-seven /CN=new-seven new 7
	client new-eight /CN=new-eight new 8
	sign_list old
	sign_list new
	serve 'client-verify = required' 'ca-file = old.crt, new.crt' \
		'crl-file = old.crl, new.crl' 'respond = echo'
	hold old-seven tls1_2
	hold new-seven
	hold new-eight tls1_2
	sign_list new 08
	reload
	expect ': cert-revoked: CN=new-eight: the certificate is revoked'
	wait_for is_held 2
	sed -i 's/^crl-file = .*/crl-file = old.crl/' tlsd.ini
	reload
	expect ': crl-expired: CN=new-seven: crl-file has no current list of the issuer'
	wait_for is_held 1
	if logged CN=old-seven; then fail 'the other authority was judged'; fi
}

run_tests "$@"
