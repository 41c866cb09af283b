#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The configurations in conf/examples/, with the paths of the test instead of those of a machine,
# and the completion of the programs in bash.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
open_folder
examples=$srcdir/conf/examples

# take EXAMPLE: as ./tlsd.ini, with all files here and sockets instead of ports. The account and the
# programs may be missing on this machine.
take() {
	sed -e "s,/etc/tlsd,$PWD,g; s,/var/log/tlsd,$PWD,g; s,/usr/bin/git,/bin/true,g" \
		-e '/^user = /d' "$1" |
		awk -v folder="$PWD" '/^listen = / { $0 = "listen = " folder "/" NR ".sock" }
			{ print }' >tlsd.ini
}

# --- the examples ---------------------------------------------------------------------

every_example_is_a_valid_configuration() {
	needs openssl
	take_pair
	for name in ecdsa rsa; do
		cp server.crt $name.crt
		cp server.key $name.key
	done
	cp server.crt ca.crt
	echo page >page.html
	for example in "$examples"/*.ini; do
		echo "$example"
		take "$example"
		"$builddir/tlsd" -t -c tlsd.ini >out 2>err || fail "$(cat err)"
	done
}

# make_client AUTHORITY: AUTHORITY.crt, and with its key a certificate in AUTHORITY-client.crt.
make_client() {
	"$builddir/tlscert" ca --cert "$1.crt" --key "$1.key" "$1"
	"$builddir/tlscert" client --ca-cert "$1.crt" --cert "$1-client.crt" \
		--key "$1-client.key" alice
}

# ask_redis ARGUMENT...: PING, at $port
ask_redis() {
	redis-cli -h localhost -p "$port" --tls --cacert server.crt "$@" ping
}

redis_answers_only_clients_with_a_certificate() {
	needs openssl redis-server redis-cli
	redis-cli --help 2>&1 | grep -q -e --tls || skip "redis-cli has no TLS"
	sed -n "s,/run/redis/redis-server.sock,$PWD/redis.sock,; /^#   [a-z]* /s/^#   //p" \
		"$examples/redis.ini" >redis.conf
	[ "$(wc -l <redis.conf)" -eq 3 ]
	start redis redis-server ./redis.conf --save '' --dir "$PWD"
	wait_for is_listening redis.sock
	[ "$(stat -c %a redis.sock)" = 770 ]
	take_pair
	make_client ca
	make_client others
	take "$examples/redis.ini"
	sed -i -e 's/^listen = .*/listen = 127.0.0.1:0/; /^log-file/d' \
		-e "s,/run/redis/redis-server.sock,$PWD/redis.sock," tlsd.ini
	start_tlsd tlsd
	port=$(port_of redis)
	[ "$(ask_redis --cert ca-client.crt --key ca-client.key)" = PONG ]
	[ "$(ask_redis 2>&1)" != PONG ]
	[ "$(ask_redis --cert others-client.crt --key others-client.key 2>&1)" != PONG ]
	expect ': redis: cert-missing: '
	expect ': redis: cert-untrusted: '
}

# hook COMMAND...: runs a hook with a folder of the test as /etc/tlsd.
hook() {
	script=$1
	shift
	sed -e "s,/etc/tlsd,$PWD/etc,g; s/ -g tlsd//" "$examples/$script" >"$script"
	: >>told
	PATH=$PWD/bin:$PATH sh "./$script" "$@"
}

# make_lineage NAME: a certificate as certbot keeps it, in ./live/NAME, and a tlsdctl that writes
# to ./told.
make_lineage() {
	mkdir -p bin etc "live/$1"
	printf '#!/bin/sh\necho "$@" >>%s/told\n' "$PWD" >bin/tlsdctl
	chmod +x bin/tlsdctl
	echo "key of $1" >"live/$1/privkey.pem"
	echo "chain of $1" >"live/$1/fullchain.pem"
}

# deploy NAME: as dehydrated tells its hook
deploy() {
	hook dehydrated-hook deploy_cert "$1" "$PWD/live/$1/privkey.pem" "$PWD/cert.pem" \
		"$PWD/live/$1/fullchain.pem" "$PWD/chain.pem" 1
}

# is_installed NAME
is_installed() {
	[ "$(cat told)" = reload ]
	[ "$(stat -c %a etc/www.key)" = 640 ]
	cmp etc/www.key "live/$1/privkey.pem"
	cmp etc/www.crt "live/$1/fullchain.pem"
}

nothing_installed() {
	[ -z "$(ls etc)" ]
	[ ! -s told ]
}

the_hook_of_certbot_installs_one_certificate() {
	make_lineage www.example.org
	make_lineage mail.example.org
	RENEWED_LINEAGE=$PWD/live/mail.example.org hook certbot-hook
	nothing_installed
	RENEWED_LINEAGE=$PWD/live/www.example.org hook certbot-hook
	is_installed www.example.org
	RENEWED_LINEAGE=$PWD/live/mail.example.org hook certbot-hook
	is_installed www.example.org
}

the_hook_of_dehydrated_installs_one_certificate() {
	make_lineage www.example.org
	make_lineage mail.example.org
	hook dehydrated-hook deploy_challenge www.example.org y z
	deploy mail.example.org
	nothing_installed
	deploy www.example.org
	is_installed www.example.org
	deploy mail.example.org
	is_installed www.example.org
}

# --- completion -----------------------------------------------------------------------

# completes WORD...: completes the last one as bash does, and prints the choices in one line.
completes() {
	PATH=$builddir:$PATH bash -uc '. "$1" && shift || exit
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_tlsd "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
		echo "${COMPREPLY[*]-}"' bash "$srcdir/conf/completion/tlsd" "$@"
}

# is_completed EXPECTED WORD...
is_completed() {
	expected=$1
	shift
	answer=$(completes "$@")
	[ "$answer" = "$expected" ] || fail "$*: $answer"
}

bash_completes_commands_options_and_values() {
	needs bash
	is_completed '--test' tlsd --te
	is_completed '' tlsd ''
	is_completed 'reload reopen resume' tlsdctl re
	is_completed 'warning' tlsdctl log-level w
	is_completed '--socket --sort --settle' tlsdctl --s
	is_completed 'service since' tlsdctl connections --sort s
	is_completed 'bench check explain' tlsc ''
	is_completed '--warn-days' tlsc check --w
	is_completed '' tlsc --warn
	is_completed 'renew revoke' tlscert re
	is_completed '--if-within' tlscert renew --if
	is_completed 'ed25519' tlscert ca --key-type ed
	is_completed '' tlscert show ser
}

bash_completes_all_reasons_and_key_types() {
	needs bash
	for reason in $(completes tlscert revoke --reason ''); do
		fails "$builddir/tlscert" revoke --reason "$reason" none.crt >out 2>&1
		fails grep -e --reason out
	done
	for type in $(completes tlscert ca --key-type ''); do
		"$builddir/tlscert" self-signed --force --key-type "$type" localhost
	done
}

run_tests "$@"
