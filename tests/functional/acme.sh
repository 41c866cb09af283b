#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ACME's challenge tls-alpn-01 (RFC 8737): OpenSSL makes the certificates and asks for them as an
# authority does. In the long tests dehydrated and uacme make them as the manual says, and pebble,
# an authority for tests, checks them and issues a certificate.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl
open_folder
manual=$srcdir/conf/tlsd.ini.5
host=www.example.org

# --- the manual -----------------------------------------------------------------------

# block TITLE NUMBER: that literal block of the section or subsection, as text
block() {
	awk -v title="$1" -v number="$2" '
		/^\.S[sh] / { inside = ($0 == ".Ss " title || $0 == ".Sh " title) }
		/^\.Ed/ { open = 0 }
		open && inside && count == number
		/^\.Bd -literal/ && inside { count++; open = 1 }' "$manual" | sed 's/\\e/\\/g'
}

recipe='Certificates without a web server'

# --- certificates ---------------------------------------------------------------------

# digest TEXT: its SHA-256 in base64url
digest() {
	printf %s "$1" | openssl dgst -sha256 -binary | openssl base64 | tr /+ _- | tr -d =
}

# hook METHOD TYPE HOST: what the manual's hook for uacme does with ./certs
hook() {
	block "$recipe" 5 | sed "s,/var/lib/dehydrated/alpn-certs,$PWD/certs," >hook
	sh -e ./hook "$@" token "$(digest "token.$3")"
}

# challenge HOST: the two files for HOST
challenge() {
	hook begin tls-alpn-01 "$1"
}

# identifier HOST: the extension in DER, in hexadecimal: OID, critical, OCTET STRING
identifier() {
	printf '06082b0601050507011f0101ff04220420%s' \
		"$(printf %s "token.$1" | openssl dgst -sha256 | sed 's/.* //')"
}

# --- the server -----------------------------------------------------------------------

# write_ini [LINE...]: a service with those lines at a port of 127.0.0.1
write_ini() {
	printf '%s\n' 'workers = 2' "control-socket = $PWD/sock" "pid-file =" \
		"${acme-acme-dir = certs}" 'listen = 127.0.0.1:0' 'cert = server.crt' \
		'key = server.key' '[hello]' "$@" >tlsd.ini
}

set_up() {
	take_pair
	mkdir certs
}

# serve [LINE...]
serve() {
	write_ini "$@"
	start_tlsd tlsd
	port=$(port_of hello)
}

# ask HOST [OPTION...]: as an authority does, until tlsd ends the connection; in ./out and ./err
ask() {
	name=$1
	shift
	timeout 500 openssl s_client -connect "${address-127.0.0.1:$port}" -alpn "${alpn:-acme-tls/1}" \
		-servername "$name" -msg -ign_eof "$@" </dev/null >out 2>err || :
}

# passes HOST [OPTION...]: the certificate that is presented passes the authority's checks, of
# which one is that it has signed itself
passes() {
	ask "$@"
	grep -q '^ALPN protocol: acme-tls/1$' out || fail "no ALPN: $(cat out err)"
	openssl x509 -in out -outform DER -out presented.der
	od -An -v -tx1 presented.der | tr -d ' \n' | grep -q "$(identifier "$1")" ||
		fail "no identifier: $(openssl x509 -in out -noout -text)"
	openssl x509 -in out -noout -checkhost "$1" | grep -q 'does match'
	openssl verify -ignore_critical -CAfile out out
}

# is_refused HOST REASON: by an alert, with a line in the log
is_refused() {
	ask "$1"
	grep -q 'SSL alert number 120' err || fail "$1: not refused: $(cat out err)"
	expect "acme-tls/1: acme: $2"
}

# raw HOST BYTES: a hello with the server name BYTES, escapes included, in place of HOST, which has
# the same length; prints the server's first record in hexadecimal
raw() {
	python3 - "$port" "$1" "$2" <<-'END'
		import socket, ssl, sys
		port, name, escaped = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]
		wanted = escaped.encode().decode('unicode_escape').encode('latin-1')
		assert len(name) == len(wanted)
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
		context.check_hostname = False
		context.verify_mode = ssl.CERT_NONE
		context.set_alpn_protocols(['acme-tls/1'])
		hello = ssl.MemoryBIO()
		try:
		    context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname=name.decode()).do_handshake()
		except ssl.SSLWantReadError:
		    pass
		hello = hello.read()
		assert hello.count(name) == 1
		with socket.create_connection(('127.0.0.1', port), 100) as client:
		    client.sendall(hello.replace(name, wanted))
		    print(client.recv(7).hex())
	END
}

refused=15030300020278 # no_application_protocol
malformed=15030300020232 # decode_error

# serves_everyone: an ordinary client gets the answer
serves_everyone() {
	alpn=h2 ask localhost
	grep -q 'Hello, TLS!' out
}

needs_root() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can'
}

# checks PATTERN: tlsd -t succeeds and warns so; or, as fails checks, refuses
checks() {
	status=0
	"$builddir/tlsd" -t -c tlsd.ini >out 2>err || status=$?
	grep -q -e "$1" err || fail "not told: $1: $(cat err)"
	return "$status"
}

# --- challenges -----------------------------------------------------------------------

a_challenge_is_answered_without_a_reload() {
	serve
	is_refused $host "acme-dir: $host.crt.pem: No such file or directory"
	challenge $host
	passes $host -tls1_3
	passes $host -tls1_2
	passes $host -groups P-384:X25519
	[ "$(grep -c '>>> .*ClientHello' out)" -eq 2 ] # the server has asked for another group
	challenge other.example.org
	passes other.example.org
	rm certs/$host.*
	is_refused $host "acme-dir: $host.crt.pem: No such file or directory"
}

a_challenge_has_one_line_and_is_counted() {
	serve
	challenge $host
	passes $host
	expect "acme-tls/1: done TLS1.3 .* sni=$host alpn=acme-tls/1 resumed=no early=no"
	[ "$(grep -c 'acme-tls/1' tlsd.log)" -eq 1 ]
	wait_for says '^service acme-tls/1: accepted=1 done=1 failed=0' stats
	is_refused none.example.org ''
	wait_for says '^handshake-failures acme-tls/1: acme=1' stats
}

the_connection_ends_with_close_notify_after_the_handshake() {
	serve
	challenge $host
	for version in -tls1_2 -tls1_3; do
		passes $host $version
		grep -q '<<< .*Alert .*warning close_notify' out
		fails grep -q -e 'Hello, TLS!' -e 'NewSessionTicket' -e 'TLS session ticket' out
	done
}

a_challenge_comes_before_the_rules_of_services() {
	echo 'pin-sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' >pins
	serve 'deny = 127.0.0.1' 'client-verify = required' 'authorized-certs = pins' \
		'server-name = localhost' 'sni-strict = yes' 'alpn = h2' 'tls-min = 1.3'
	challenge $host
	passes $host -tls1_2
	alpn=h2 ask localhost
	expect ': hello: refused-address: '
}

a_challenge_counts_for_the_limits_of_the_process() {
	acme='acme-dir = certs
deny = 127.0.0.1' serve
	challenge $host
	ask $host
	fails grep -q 'ALPN protocol' out
	expect ': refused-address: '
}

a_challenge_is_answered_at_every_address() {
	serve "listen = 127.0.0.1:0, $PWD/local.sock" '[other]' 'listen = 127.0.0.2:0'
	challenge $host
	passes $host
	address=$(address_of other)
	passes $host
	openssl s_client -unix local.sock -alpn acme-tls/1 -servername $host </dev/null >out
	grep -q '^ALPN protocol: acme-tls/1$' out
}

the_hook_for_uacme_removes_its_files_and_declines_other_challenges() {
	fails hook begin http-01 $host
	fails hook begin dns-01 $host
	[ -z "$(ls certs)" ]
	for end in 'done' failed; do
		challenge $host
		hook $end tls-alpn-01 $host
		[ -z "$(ls certs)" ]
	done
}

# --- other clients --------------------------------------------------------------------

a_client_that_offers_more_is_an_ordinary_one() {
	serve
	challenge $host
	for alpn in h2,acme-tls/1 acme-tls/1,h2 acme-tls/2; do
		ask $host
		grep -q 'Hello, TLS!' out
		fails grep -q '^ALPN protocol' out
	done
}

without_acme_dir_the_protocol_is_any_other() {
	acme='' serve 'alpn = h2'
	challenge $host
	ask $host
	grep -q 'SSL alert number 120' err
	expect ': hello: alpn: '
}

acme_dir_is_set_and_removed_by_a_reload() {
	acme='' serve 'alpn = h2'
	challenge $host
	write_ini 'alpn = h2'
	ctl reload
	passes $host
	acme='' write_ini 'alpn = h2'
	ctl reload
	ask $host
	expect ': hello: alpn: '
}

names_that_are_not_plain_hosts_are_refused() {
	needs python3
	serve
	mkdir certs/sub
	challenge $host
	for name in WWW.example.org www_example.org; do
		cp certs/$host.crt.pem certs/$name.crt.pem
		cp certs/$host.key.pem certs/$name.key.pem
		is_refused $name 'the client did not name a host in lower-case letters'
	done
	for name in ../w.example.org sub/www.exampl. ./www.example. wwwwwwwwwww/..; do
		like=$(printf %s "$name" | tr -c '[:lower:]' w)
		[ "$(raw "$like" "$name")" = $refused ] || fail "$name"
	done
	[ "$(raw wwwx.example.org 'www\x00.example.org')" = $malformed ]
	# shellcheck disable=SC2046 # words
	long=$(printf '%s.' $(yes wwwwwwwww | head -n 25))wwwww
	[ "$(raw "$long" "$long")" = $refused ]
	timeout 100 openssl s_client -connect "127.0.0.1:$port" -alpn acme-tls/1 -noservername \
		</dev/null >out 2>err || :
	grep -q 'SSL alert number 120' err
	serves_everyone
}

# --- what is in the folder ------------------------------------------------------------

files_that_are_no_pair_are_refused() {
	serve
	challenge $host
	challenge other.example.org
	cp -r certs good
	head -n 4 good/$host.crt.pem >certs/$host.crt.pem
	is_refused $host "acme-dir: $host.crt.pem: "
	cp good/$host.crt.pem certs/
	head -c 100 good/$host.key.pem >certs/$host.key.pem
	is_refused $host "acme-dir: $host.crt.pem: "
	: >certs/$host.key.pem
	is_refused $host "acme-dir: $host.crt.pem: "
	cp good/other.example.org.key.pem certs/$host.key.pem
	is_refused $host "acme-dir: $host.crt.pem: .* do not match"
	cp server.crt certs/$host.crt.pem
	cp server.key certs/$host.key.pem
	is_refused $host "acme-dir: $host.crt.pem: is not for a challenge"
	rm certs/$host.key.pem
	is_refused $host "acme-dir: $host.key.pem: No such file"
	cp good/* certs
	passes $host
}

things_that_are_no_files_are_refused() {
	serve
	challenge $host
	mv certs/$host.crt.pem pair.crt
	ln -s ../pair.crt certs/$host.crt.pem
	is_refused $host "acme-dir: $host.crt.pem: Too many levels of symbolic links"
	rm certs/$host.crt.pem
	ln pair.crt certs/$host.crt.pem
	is_refused $host "acme-dir: $host.crt.pem: Too many links"
	rm certs/$host.crt.pem
	mkfifo certs/$host.crt.pem
	is_refused $host "acme-dir: $host.crt.pem: Invalid argument"
	rm certs/$host.crt.pem
	mkdir certs/$host.crt.pem
	is_refused $host "acme-dir: $host.crt.pem: Is a directory"
	rmdir certs/$host.crt.pem
	mv pair.crt certs/$host.crt.pem
	passes $host
}

a_folder_may_vanish_and_come_back() {
	serve
	challenge $host
	mv certs away
	is_refused $host "acme-dir: .*/certs: No such file or directory"
	: >certs
	is_refused $host "acme-dir: .*/certs: Not a directory"
	serves_everyone
	rm certs
	mv away certs
	passes $host
}

# ask_beside FOLDER HOST: in the background; makes a file FOLDER/passed
ask_beside() {
	mkdir "$1"
	(cd "$1" && passes "$2" && : >passed) &
}

# have_passed NUMBER
have_passed() {
	[ "$(find . -name passed | wc -l)" -eq "$1" ]
}

many_challenges_at_once_are_answered() {
	serve
	for i in 1 2 3 4; do
		challenge host$i.example.org
	done
	for i in 1 2 3 4; do
		for j in 1 2 3 4; do
			ask_beside $i.$j host$i.example.org
		done
	done
	wait_for have_passed 16
	serves_everyone
}

a_slow_disk_delays_only_challenges() {
	! is_sanitized || skip 'a sanitizer has to be loaded first'
	acme='acme-dir = certs
handshake-timeout = 5m' write_ini
	start_tlsd tlsd env LD_PRELOAD="$builddir/fakesystem.so" FAKE_SYSTEM="$PWD"
	port=$(port_of hello)
	challenge $host
	printf %s $host.crt.pem >disk
	for i in 1 2 3; do
		ask_beside $i $host
	done
	wait_for says '^phases acme-tls/1: .* hold=2 .* handshake=1 ' stats
	serves_everyone
	serves_everyone
	have_passed 0
	rm disk
	wait_for have_passed 3
}

# --- the folder -----------------------------------------------------------------------

a_folder_that_is_missing_is_reported() {
	acme='acme-dir = none' write_ini
	checks 'tlsd.ini:4: acme-dir: .*/none: does not exist, so no challenge is answered'
	: >none
	acme='acme-dir = none' write_ini
	fails checks 'tlsd.ini:4: acme-dir: .*/none: is not a folder'
	[ "$status" -eq 2 ]
}

another_user_reads_the_folder_but_not_through_links() {
	needs_root
	needs setpriv
	chmod 711 .
	mkdir link
	ln -s ../certs link/certs
	chown -h nobody link/certs
	acme='acme-dir = link/certs' write_ini
	fails checks 'acme-dir: .*/link/certs: .*symbolic link'
	chmod 700 certs
	acme="user = nobody
acme-dir = certs" serve
	challenge $host
	expect 'warning: .*acme-dir: .*/certs: uid [0-9]* may not use it'
	is_refused $host "acme-dir: $host.crt.pem: Permission denied"
	chgrp "$(id -g nobody)" certs certs/*
	chmod 2750 certs
	passes $host
}

# --- the tests of make check-long -----------------------------------------------------

# here: the text with the paths, the name and the user of this test
here() {
	sed -e "s,/var/lib/dehydrated,$PWD/lib,g; s,/etc/dehydrated,$PWD/conf,g" \
		-e "s,/etc/tlsd,$PWD/tlsd,g; s/^user = .*/user = $user/" \
		-e "s,/etc/ssl/uacme,$PWD/uacme,g" \
		-e "s/-g tlsd/-g $group/g; s/chgrp tlsd/chgrp $group/"
}

# commands: of a block, those of root
commands() {
	sed -n 's/^# //p' | here
}

# program NAME WORD...: NAME, in the path, runs these
program() {
	name=$1
	shift
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"bin/$name"
	chmod +x "bin/$name"
}

# mounted SOURCE TARGET COMMAND...: becomes COMMAND, for which TARGET is SOURCE
mounted() {
	# shellcheck disable=SC2016 # the shell in there expands it
	exec unshare --mount sh -ec 'mount --bind "$1" "$2"; shift 2; exec "$@"' sh "$@"
}

# needs_authority CLIENT
needs_authority() {
	needs "$1" curl pebble unshare
	needs_root
	mkdir trust
	cp server.crt trust/ca-certificates.crt
	(mounted trust /etc/ssl/certs true) || skip 'there is no right to mount'
}

# follow_recipe: up to the commands of a client, with all files here
follow_recipe() {
	user=$1 group=$(id -gn "$1")
	chmod 711 .
	mkdir bin lib tlsd
	program tlscert "$builddir/tlscert"
	program tlsd "$builddir/tlsd" -c "$PWD/tlsd/tlsd.ini"
	program tlsdctl "$builddir/tlsdctl" -s "$PWD/sock"
	PATH=$PWD/bin:$PATH
	{
		printf '%s\n' "control-socket = $PWD/sock" "pid-file = $PWD/daemon.pid" \
			"log-file = $PWD/tlsd.log"
		block "$recipe" 1 | here | sed 's/^listen = .*/listen = 127.0.0.1:0/'
	} >tlsd/tlsd.ini
	: >tlsd.log
	chown "$user" tlsd.log
	block "$recipe" 2 | commands >first
	sh -e ./first
	expect 'started: '
	port=$(port_of www)
}

# start_authority NAME...: these are here; its $directory is what clients of it call first
start_authority() {
	echo "127.0.0.1 localhost $*" >hosts
	printf '{ "pebble": { "listenAddress": "127.0.0.1:0", "tlsPort": %d, "httpPort": 1,
		"certificate": "server.crt", "privateKey": "server.key" } }' "$port" >pebble.json
	start pebble mounted hosts /etc/hosts env PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 \
		pebble -config pebble.json
	www=$port
	wait_for finds_port pebble
	directory=https://localhost:$port/dir
	port=$www
}

# configure_dehydrated NAME...: for one certificate with these
configure_dehydrated() {
	mkdir conf conf/conf.d
	program dehydrated "$(command -v dehydrated)" -f "$PWD/conf/config"
	block "$recipe" 3 | here >conf/conf.d/tlsd.sh
	echo "$*" >conf/domains.txt
	block RENEWAL 3 | here >conf/tlsd-hook
	chmod 755 conf/tlsd-hook
	printf '%s\n' "CONFIG_D=$PWD/conf/conf.d" "BASEDIR=$PWD/lib" \
		"DOMAINS_TXT=$PWD/conf/domains.txt" "CA=$directory" >conf/config
}

# as_client FILE: runs the commands in FILE, which trust the authority
as_client() {
	(mounted trust /etc/ssl/certs sh -e "$1")
}

# is_trusted: by a client that trusts the issuer whose certificate came with the service's one
is_trusted() {
	sed '1,/END CERTIFICATE/d' tlsd/www.crt >issuer.crt
	curl -sS --max-time 60 --cacert issuer.crt --connect-to "$host:443:127.0.0.1:$port" \
		--http0.9 "https://$host/"
}

# has_certificate: the authority has issued it, and tlsd presents it
has_certificate() {
	grep -q 'Issued certificate' pebble.log
	expect 'acme-tls/1: done TLS1.3 '
	expect 'reload: done'
	[ "$(is_trusted)" = 'Hello, TLS!' ]
	[ -z "$(ls lib/alpn-certs)" ]
}

dehydrated_gets_a_certificate_as_the_manual_says() {
	needs_authority dehydrated
	follow_recipe nobody
	start_authority $host xn--bcher-kva.example
	configure_dehydrated $host xn--bcher-kva.example
	fails is_trusted
	block "$recipe" 4 | commands >second
	as_client ./second
	has_certificate
	openssl x509 -in tlsd/www.crt -noout -checkhost xn--bcher-kva.example | grep -q 'does match'
	kill "$(cat daemon.pid)"
}

uacme_gets_a_certificate_as_the_manual_says() {
	needs_authority uacme
	follow_recipe nobody
	start_authority $host
	program uacme "$(command -v uacme)" -a "$directory" -c "$PWD/uacme"
	block "$recipe" 5 | here >tlsd/uacme-hook
	chmod 755 tlsd/uacme-hook
	echo 'uacme --yes new' >second
	as_client ./second
	block "$recipe" 6 | here >daily
	as_client ./daily
	has_certificate
	cp tlsd/www.crt before
	as_client ./daily
	cmp before tlsd/www.crt
	kill "$(cat daemon.pid)"
}

a_challenge_that_tlsd_cannot_read_gets_no_certificate() {
	needs_authority dehydrated
	follow_recipe nobody
	start_authority $host
	configure_dehydrated $host
	chmod 2700 lib/alpn-certs
	block "$recipe" 4 | commands >second
	fails as_client ./second
	grep -q 'set INVALID by completed challenge' pebble.log
	expect "acme-tls/1: acme: acme-dir: $host.crt.pem: Permission denied"
	fails is_trusted
	kill "$(cat daemon.pid)"
}

run_tests "$@"
