# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # variables for the suites, and of suite.sh
# What the suites of the program tlsc share, beside suite.sh, which this reads: certificates,
# servers of others, each of which is what start calls `server`, and what tlsc says. A test
# finds the files in $folder in its own, too.
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl mkfifo
open_folder
tlsc=$builddir/tlsc

set_up() {
	set --
	for file in "$folder"/*; do
		[ ! -f "$file" ] || set -- "$@" "$file"
	done
	ln -t . "$@"
}

# --- certificates ---------------------------------------------------------------------

# open_authority: ca.pem and ca.key, and what issue wants, in this folder.
open_authority() {
	cat >ca.cnf <<-'CNF'
		[ca]
		default_ca = test
		[test]
		new_certs_dir = .
		database = index.txt
		serial = serial
		default_md = sha256
		policy = any
		unique_subject = no
		copy_extensions = none
		[any]
		commonName = supplied
		[req]
		distinguished_name = name
		[name]
	CNF
	: >index.txt
	echo 1000 >serial
	make_key ca EC -pkeyopt ec_paramgen_curve:P-256
	openssl req -x509 -new -config ca.cnf -key ca.key -subj '/CN=Test Authority' \
		-addext basicConstraints=critical,CA:true -days 100 -out ca.pem
}

# make_key NAME ALGORITHM [OPTION...]: NAME.key
make_key() {
	key=$1 algorithm=$2
	shift 2
	openssl genpkey -algorithm "$algorithm" "$@" -out "$key.key" 2>/dev/null
}

# issue AUTHORITY NAME EXTENSIONS [OPTION...]: NAME.pem for NAME.key
issue() {
	authority=$1 name=$2
	printf '%b\n' "$3" >"$name.ext"
	shift 3
	[ -f "$name.key" ] || make_key "$name" EC -pkeyopt ec_paramgen_curve:P-256
	openssl req -new -config ca.cnf -key "$name.key" -subj "/CN=$name" -out "$name.csr"
	[ $# -gt 0 ] || set -- -days 100
	openssl ca -batch -notext -config ca.cnf -cert "$authority.pem" \
		-keyfile "$authority.key" -in "$name.csr" -extfile "$name.ext" "$@" \
		-out "$name.pem" 2>ca.log || fail "$(cat ca.log)"
}

# self_sign NAME EXTENSION: NAME.pem and NAME.key
self_sign() {
	make_key "$1" EC -pkeyopt ec_paramgen_curve:P-256
	openssl req -x509 -new -config ca.cnf -key "$1.key" -subj "/CN=$1" -days 100 \
		-addext "$2" -out "$1.pem"
}

# --- servers --------------------------------------------------------------------------

# start_openssl WORD...: openssl(1) as a server at $port, which is 0 in its words. Its standard
# input is descriptor 4 of the test, so that neither side waits for the other.
start_openssl() {
	[ -p orders ] || mkfifo orders
	exec 4<>orders
	start_with orders server openssl "$@"
	wait_for accepts_or_is_gone
	grep -q '^ACCEPT' server.log
	port=$(sed -n 's/^ACCEPT .*:\([0-9]*\).*/\1/p' server.log)
}

accepts_or_is_gone() {
	grep -q '^ACCEPT' server.log || { read_pid server && is_gone "$its_pid"; }
}

# openssl_server NAME [OPTION...]: with NAME's certificate
openssl_server() {
	name=$1
	shift
	start_openssl s_server -accept 127.0.0.1:0 -cert "$name.pem" -key "$name.key" "$@"
}

# web_server NAME [OPTION...]: which answers a request
web_server() {
	openssl_server "$@" -www
}

# tlsd_server: with server.pem
tlsd_server() {
	cat >server.ini <<-END
		pid-file =
		control-socket =
		[hello]
		listen = 127.0.0.1:0
		cert = server.pem
		key = server.key
	END
	start_tlsd server
	port=$(port_of hello server)
}

# stop: ends the server, before another one.
stop() {
	end server || :
	exec 4>&-
	rm -f orders
}

# --- what is expected -----------------------------------------------------------------

# run WORD...: tlsc; leaves what it printed in ./out, what it said in ./err, and $status.
run() {
	status=0
	"$tlsc" "$@" >out 2>err || status=$?
}

# run_unheard WORD...: runs tlsc with its output in a closed pipe. Leaves what run leaves, but
# for the output.
run_unheard() {
	rm -f gone
	{
		wait_for [ -e gone ]
		status=0
		"$tlsc" "$@" 2>err || status=$?
		echo "$status" >status
	} | {
		exec <&-
		: >gone
	}
	: >out
	status=$(cat status)
}

# complain WORD...: fails, and shows what tlsc has said.
complain() {
	head -c 3000 err out | sed 's/^/| /'
	fail "$*"
}

expect_status() {
	[ "$status" -eq "$1" ] || complain "exit status $status instead of $1"
}

# expect TEXT...: each of them on one line of the output, blanks counting as one
expect() {
	for text in "$@"; do
		tr -s ' ' <out | grep -qF -- "$text" || complain "the output lacks: $text"
	done
}

# expect_error TEXT...: each of them on standard error
expect_error() {
	for text in "$@"; do
		grep -qF -- "$text" err || complain "standard error lacks: $text"
	done
}

expect_silence() {
	[ ! -s err ] || complain "standard error is not empty"
}

# expect_usage TEXT WORD...: tlsc with these is told so, and how it is used.
expect_usage() {
	text=$1
	shift
	run "$@" </dev/null
	expect_status 2
	expect_error "$text" "${usage:-usage: tlsc}"
}
