#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Follows the manual and README line by line in what they tell administrators to do with
# certificates: commands behind # and $, and what they say below them. Other are the folder,
# the name and the port of the server, and the user, who need not exist.
# shellcheck disable=SC2317 # tests are called by their names
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl curl awk
open_folder
manual=$srcdir/conf/tlsd.ini.5

# --- what is written ------------------------------------------------------------------

# section TITLE: of the manual, as text
section() {
	awk -v title="$1" '
		/^\.S[sh] / { inside = ($0 == ".Ss " title || $0 == ".Sh " title); next }
		inside' "$manual" | sed 's/\\e/\\/g'
}

# blocks: each literal block of a section with a line before it
blocks() {
	awk '/^\.Bd -literal/ { print "BLOCK"; inside = 1; next }
		/^\.Ed/ { inside = 0 }
		inside'
}

# readme FIRST LAST: its indented lines from one that begins so to the next one that does
readme() {
	sed -n 's/^       //p' "$srcdir/README" | sed -n "/^$1/,/^$2/p"
}

# --- a place for it -------------------------------------------------------------------

# program NAME WORD...: NAME, in the path, runs these
program() {
	name=$1
	shift
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"bin/$name"
	chmod +x "bin/$name"
}

set_up() {
	here=$PWD
	mkdir bin etc
	for name in tlsc tlscert; do
		program $name "$builddir/$name"
	done
	program tlsd "$builddir/tlsd" -c "$here/etc/tlsd.ini"
	program tlsdctl "$builddir/tlsdctl" -s "$here/control"
	program chgrp true
	# On a terminal, curl shows no progress.
	program curl "$(command -v curl)" -sS
	PATH=$here/bin:$PATH
	cd etc
	port=4433
}

# as_here: lines with what is true here
as_here() {
	sed "s,/etc/tlsd,$here/etc,g; s,www\.example\.org:4433,localhost:$port,g
		s,www\.example\.org,localhost,g"
}

take_ini() {
	{
		printf '%s\n' "pid-file = $here/tlsd.pid" "control-socket = $here/control" \
			"log-file = $here/tlsd.log"
		sed 's/^listen = .*/listen = 127.0.0.1:0/; /^user = /d'
	} >tlsd.ini
}

# --- doing it -------------------------------------------------------------------------

# judge: that the last command has said all lines that are shown, where "..." stands for any text,
# and no others if any are shown, apart from empty ones; and whether it might fail
judge() {
	[ -n "${command-}" ] || return 0
	tr -d '\r' <"$here/out" | sed '/^$/d' >"$here/said"
	[ ! -s "$here/wanted" ] || awk '
		FNR == 1 { file++ }
		file == 1 { shown[++count] = $0; next }
		{
			parts = split(shown[FNR], part, "[.][.][.]")
			for (i = 1; i <= parts; i++) {
				at = index($0, part[i])
				if (part[i] != "" && (at == 0 || i == 1 && at != 1)) exit 1
				$0 = substr($0, at + length(part[i]))
			}
			if (part[parts] != "" && $0 != "") exit 1
		}
		END { if (file != 2 || FNR != count) exit 1 }' "$here/wanted" "$here/said" ||
		fail "$command: says: $(cat "$here/said"): instead of: $(cat "$here/wanted")"
	[ "$status" -eq 0 ] || grep -q -E '^(tlsc|curl): ' "$here/wanted" ||
		fail "$command: failed: $(cat "$here/said")"
	done_lines=$((done_lines + 1))
}

run_line() {
	judge
	: >"$here/wanted"
	command=$(printf '%s\n' "$1" | as_here)
	echo "+ $command"
	status=0
	eval "$command" >"$here/out" 2>&1 </dev/null || status=$?
	if [ "$command" = tlsd ]; then
		port=$(sed -n 's/.*: listening: .*:\([0-9]*\): [pm][a-z]*$/\1/p' "$here/tlsd.log")
	fi
}

# follow: does the blocks that it reads
follow() {
	command=
	done_lines=0
	while IFS= read -r line; do
		case $line in
		BLOCK) ;;
		'# '* | '$ '*) run_line "${line#??}" ;;
		'') ;;
		*) printf '%s\n' "$line" | as_here >>"$here/wanted" ;;
		esac
	done
	judge
}

# joined: lines without the backslash that continues them
joined() {
	sed -e :a -e '/\\$/N; s/ *\\\n */ /; ta'
}

# split: the blocks with commands to ./session, those without to ./files
split() {
	awk '/^BLOCK$/ { first = 1; next }
		first { to = /^[#$] / ? "session" : "files"; first = 0 }
		{ print >to }'
}

the_steps_of_the_manual_work() {
	section 'Clients with certificates, step by step' | blocks | joined | split
	take_ini <files
	follow <session
	[ "$done_lines" -eq 29 ] || fail "$done_lines lines were done"
	wait_for grep -q ': page: done .* client=alice ' "$here/tlsd.log"
}

# Its broker is the usual text.
the_steps_for_sensors_of_the_manual_work() {
	section 'Sensors with pre-shared keys, step by step' | blocks | joined | split
	sed 's/^respond = .*/respond = text/; /^connect = /d' files | take_ini
	follow <session
	[ "$done_lines" -eq 14 ] || fail "$done_lines lines were done"
	wait_for grep -q ': mqtt: done .* client=sensor-1 ' "$here/tlsd.log"
	[ "$(cut -d: -f1 sensors)" = sensor-1 ]
}

# serve_readme: the services of the README, whose first one gets the name page.
serve_readme() {
	readme 'tlscert self-signed' chgrp | as_here >steps
	[ "$(wc -l <steps)" -eq 2 ]
	sh -eux ./steps
	readme 'user = tlsd' 'idle-timeout =' | sed '/^log-file/d; s/hello/page/' | take_ini
	sed -i '/^\[redis]/,$s/^listen = .*/listen = 127.0.0.2:0/' tlsd.ini
	run_line tlsd
}

the_service_of_the_readme_answers() {
	serve_readme
	[ "$(tlsc --ca server.crt "localhost:$port")" = 'Hello, TLS!' ]
}

the_redis_of_the_readme_refuses_other_networks() {
	serve_readme
	port=$(sed -n 's/.*: listening: .*:\([0-9]*\): redis$/\1/p' "$here/tlsd.log")
	fails tlsc --ca server.crt --servername localhost "127.0.0.2:$port"
	wait_for grep -q ': redis: refused-address: ' "$here/tlsd.log"
}

# hook NUMBER: of the scripts under RENEWAL, as the program ./hook
hook() {
	section RENEWAL | blocks | awk -v wanted="$1" '
		/^BLOCK$/ { first = 1; next }
		first { script = /^#!/; number += script; first = 0 }
		script && number == wanted' | as_here |
		sed 's/ -g tlsd / /' >hook
	chmod +x hook
	grep -q 'tlsdctl reload' hook
}

# prepare_renewal NAME: a server whose pair is www.*, and a newer pair in $here/new
prepare_renewal() {
	tlscert ca 'Example CA' >/dev/null
	tlscert server --cert www.crt --key www.key localhost >/dev/null
	printf '%s\n' 'cert = www.crt' 'key = www.key' '[page]' 'listen = *:4433' | take_ini
	run_line tlsd
	renewed=$here/new/localhost
	mkdir -p "$renewed"
	tlscert server --cert "$renewed/fullchain.pem" --key "$renewed/privkey.pem" \
		localhost >/dev/null
}

is_renewed() {
	openssl s_client -connect "localhost:$port" </dev/null 2>/dev/null |
		openssl x509 -noout -serial >served
	openssl x509 -noout -serial -in "$renewed/fullchain.pem" | cmp - served
}

the_hook_for_certbot_works() {
	prepare_renewal
	hook 1
	RENEWED_LINEAGE=$here/new/another ./hook
	if is_renewed; then fail 'another certificate renewed it'; fi
	RENEWED_LINEAGE=$renewed ./hook
	is_renewed
}

the_hook_for_dehydrated_works() {
	prepare_renewal
	hook 2
	./hook unknown_hook
	./hook deploy_cert another "$renewed/privkey.pem" "$renewed/cert.pem" \
		"$renewed/fullchain.pem" "$renewed/chain.pem" 0
	if is_renewed; then fail 'another hook or certificate renewed it'; fi
	./hook deploy_cert localhost "$renewed/privkey.pem" "$renewed/cert.pem" \
		"$renewed/fullchain.pem" "$renewed/chain.pem" 0
	is_renewed
}

the_cron_job_works() {
	prepare_renewal
	section RENEWAL | sed -n 's/^7 4 \* \* \* root //p' | as_here |
		sed 's/server\.crt/www.crt/; s/--if-within 30/--if-within 500/' >job
	cp www.crt old.crt
	sh -e ./job
	if cmp -s old.crt www.crt; then fail 'nothing was renewed'; fi
	cp www.crt "$renewed/fullchain.pem"
	is_renewed
}

the_cron_job_for_the_revocation_list_works() {
	prepare_renewal
	tlscert client --cert alice.crt --key alice.key alice >/dev/null
	tlscert revoke alice.crt >/dev/null
	tlscert show ca.crl | grep '^  number  ' >before
	section RENEWAL | sed -n 's/^7 3 \* \* \* root //p' | as_here >job
	[ -z "$(cd / && sh -e "$here/etc/job" 2>&1)" ]
	tlscert show ca.crl | grep '^  number  ' >after
	fails cmp before after
}

# start_responder: at http://127.0.0.1:$responder/, for what ./index says of the authority's
# certificates. socat has each request answered by ./respond.
start_responder() {
	cat >respond <<-'END'
		#!/bin/sh
		# A request by HTTP on standard input; the answer on standard output.
		while read -r name value && [ "$name" != "$(printf '\r')" ] && [ -n "$name" ]; do
			case $name in [Cc]ontent-[Ll]ength:) length=$(echo "$value" | tr -d '\r') ;; esac
		done
		head -c "$length" >request.der
		openssl ocsp -index index -rsigner ca.crt -rkey ca.key -CA ca.crt \
			-reqin request.der -ndays 7 -respout response.der >respond.log 2>&1
		printf 'HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n'
		printf 'Content-Length: %d\r\n\r\n' "$(wc -c <response.der)"
		cat response.der
	END
	chmod +x respond
	start socat socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:./respond
	mv socat.pid "$here"
	wait_for grep -q 'listening on' socat.log
	responder=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' socat.log)
}

staple() {
	openssl s_client -connect "localhost:$port" -status </dev/null 2>/dev/null
}

the_cron_job_for_ocsp_works() {
	needs socat ocsptool
	prepare_renewal
	start_responder
	openssl req -new -key www.key -subj /CN=localhost -out www.csr 2>/dev/null
	printf '%s\n' subjectAltName=DNS:localhost keyUsage=digitalSignature \
		"authorityInfoAccess=OCSP;URI:http://127.0.0.1:$responder/" >ext
	openssl x509 -req -in www.csr -CA ca.crt -CAkey ca.key -days 9 -extfile ext \
		-out www.crt 2>/dev/null
	cat ca.crt >>www.crt
	serial=$(openssl x509 -in www.crt -noout -serial)
	printf 'V\t301231000000Z\t\t%s\tunknown\t/CN=localhost\n' "${serial#serial=}" >index
	section RENEWAL | sed -n 's,^7 \*/6 \* \* \* root ,,p' | as_here |
		sed 's/server\.crt/www.crt/; s/issuer\.crt/ca.crt/' >job
	sh -e ./job
	echo 'ocsp-response = server.ocsp' >>tlsd.ini
	tlsdctl reload
	staple | grep -q 'Cert Status: good'
	before=$(staple | sed -n 's/.*This Update: //p')
	rm server.ocsp.new 2>/dev/null || :
	sh -e ./job
	wait_for stapled_after "$before"
}

stapled_after() {
	now=$(staple | sed -n 's/.*This Update: //p')
	[ "$now" != "$1" ] || { sh -e ./job && return 1; }
}

run_tests "$@"
