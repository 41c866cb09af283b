#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# respond = metrics, status and agent, asked by curl, by Prometheus and by hand.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl curl timeout
open_folder

make_certificates() (
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority'
	"$builddir/tlscert" server localhost 127.0.0.1 127.0.0.2
	"$builddir/tlscert" client monitor
) >/dev/null

# serve LINE...: tlsd, which answers with metrics at $metrics and with its status at $status;
# the lines are the service's of metrics.
serve() {
	cat >tlsd.ini <<-END
		${workers:-}
		pid-file =
		control-socket = $PWD/sock
		cert = $folder/server.crt
		key = $folder/server.key
		[metrics]
		listen = 127.0.0.1:0
		respond = metrics
		$(printf '%s\n' "$@")
		[status]
		listen = 127.0.0.2:0
		respond = status
		[agent]
		listen = 127.0.0.3:0
		respond = agent
		${more:-}
	END
	start_tlsd tlsd
	metrics=https://$(address_of metrics)
	status=https://$(address_of status)
	agent=$(address_of agent)
}

# say BYTES: what the service of metrics answers to them, as printf(1) has them; the client
# stays until the server has closed.
say() {
	# shellcheck disable=SC2059 # escapes
	{ printf "$1"; sleep 30; } | openssl s_client -quiet \
		-connect "${metrics#https://}" 2>/dev/null >answer &
	asking=$!
	wait_for is_gone "$asking"
	cat answer
}

# browse ARGUMENT...: asks as Chromium and Firefox do.
browse() {
	ask_https -H 'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' "$@"
}

# answer_to FIELD: prints the bytes that status answers to a request with this line in its head.
answer_to() {
	printf 'GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n' "$1" |
		openssl s_client -quiet -connect "${status#https://}" 2>/dev/null
}

# hash_of FILE: prints its hash as a Content-Security-Policy has it.
hash_of() {
	printf 'sha256-%s' "$(openssl dgst -sha256 -binary "$1" | base64)"
}

# --- the tests ------------------------------------------------------------------------

metrics_match_tlsdctl_and_pass_promtool() {
	needs promtool
	serve
	ask_https "$metrics/metrics" >first
	ask_https "$metrics/metrics" >second
	promtool check metrics <second
	grep -q '^tlsd_accepted_total{service="metrics"} 2$' second
	ctl stats --prometheus | sed -n 's/^# TYPE //p' >families
	sed -n 's/^# TYPE //p' second | cmp - families
	ask_https -D headers -o body "$metrics/"
	grep -q '^Content-Type: text/plain; version=0.0.4; charset=utf-8' headers
	grep -q "^Content-Length: $(wc -c <body)"'[^0-9]*$' headers
	grep -qi '^Connection: close' headers
}

head_gets_the_head_alone_and_other_methods_405() {
	serve
	ask_https --head "$metrics/" >headers
	grep -q '^HTTP/1.0 200 OK' headers
	[ "$(sed '1,/^.$/d' headers | wc -c)" -eq 0 ]
	gets_code 405 -d some=data "$metrics/"
	gets_code 405 -X DELETE -D headers "$status/"
	grep -q '^Allow: GET, HEAD' headers
	gets_code 200 "$status/whatever?the=path"
	expect ': status: done '
	! grep -q ': failed ' tlsd.log
}

garbage_gets_400_and_harms_nothing() {
	serve
	say 'hello\r\n' | grep -q '^HTTP/1.0 400 Bad Request'
	say '\001\002\000\377\n' | grep -q '^HTTP/1.0 400 '
	say 'GET / HTTP/2.0\r\n' | grep -q '^HTTP/1.0 400 '
	gets_code 400 -H "X: $(head -c 9000 /dev/zero | tr '\0' x)" "$metrics/"
	gets_code 200 -H "X: $(head -c 7000 /dev/zero | tr '\0' x)" "$metrics/"
}

a_client_that_sends_nothing_is_cut_after_its_idle_time() {
	serve 'idle-timeout = 300ms'
	say '' >nothing
	[ ! -s nothing ]
	expect ': metrics: idle-timeout: '
}

status_is_503_while_draining_and_200_again_later() {
	serve
	[ "$(ask_https "$status/")" = up ]
	gets_code 200 "$status/"
	! ctl drain --timeout 100ms >drain.out || :
	gets_code 503 "$status/"
	[ "$(cat body)" = draining ]
	[ "$(ask_https -o /dev/null -w '%{http_code}' --head "$status/")" = 503 ]
	ask_https "$metrics" | grep -qx 'tlsd_draining 1'
	ctl resume
	gets_code 200 "$status/"
}

only_a_client_that_names_html_gets_the_page_from_status() {
	serve
	printf 'HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n' >word
	printf 'Content-Length: 3\r\nCache-Control: no-store\r\nConnection: close\r\n\r\nup\n' >>word
	for field in 'X: y' 'Accept: */*' 'Accept: application/json' 'Accept: text/*' \
		'Accept: text/html;q=0' 'User-Agent: Mozilla/5.0'; do
		answer_to "$field" | sed '/^Date: /d' | cmp - word
	done
	answer_to 'accept: text/plain, TEXT/html' | grep -q '^<!doctype html>'
	browse "$status/any/path?at=all" | grep -q '<title>Running [^<]* tlsd</title>'
	browse "$metrics/" | grep -q '^# HELP '
}

each_answer_has_a_date() {
	serve
	for request in 'GET / HTTP/1.0' 'HEAD / HTTP/1.1' 'DELETE / HTTP/1.1' nonsense; do
		say "$request\r\n\r\n" | tr -d '\r' >said
		sed -n 's/^Date: //p' said >told
		grep -Eqx '[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT' told
		LC_ALL=C date -u -f told '+%a, %d %b %Y %T GMT' | cmp - told
	done
}

page_of_status_may_load_nothing_but_itself() {
	serve
	browse -D headers -o page "$status/"
	tr -d '\r' <headers >fields
	page=$srcdir/src/server/page/statuspage
	grep -qFx "Content-Security-Policy: default-src 'none'; style-src '$(hash_of "$page.css")'; \
script-src '$(hash_of "$page.js")'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
frame-ancestors 'none'" fields
	grep -qFx 'Content-Type: text/html; charset=utf-8' fields
	grep -qFx 'X-Content-Type-Options: nosniff' fields
	grep -qFx 'Referrer-Policy: no-referrer' fields
	grep -qFx 'Cache-Control: no-store' fields
	grep -qFx "Content-Length: $(wc -c <page)" fields
	! grep -Eq '(src|href)="[^#]|style="|url\(|@import| on[a-z]+=' page
}

page_of_status_has_the_codes_of_the_word() {
	serve
	browse --head "$status/" >headers
	grep -q '^HTTP/1.0 200 OK' headers
	grep -q '^Content-Type: text/html' headers
	[ "$(sed '1,/^.$/d' headers | wc -c)" -eq 0 ]
	[ "$(browse -o body -w '%{http_code}' -d some=data "$status/")" = 405 ]
	[ "$(cat body)" = 'use GET or HEAD' ]
	! ctl drain --timeout 100ms >drain.out || :
	[ "$(browse -o body -w '%{http_code}' "$status/")" = 503 ]
	grep -q '<title>Draining ' body
}

page_of_status_tells_certificates_failures_and_remedies() {
	serve
	curl -sS --max-time 60 "http://${metrics#https://}" >plain.out || :
	expect ': metrics: not-tls-http: '
	browse -o page "$status/"
	grep -q '<a id="to-not-tls-http" href="#not-tls-http">' page
	grep -qF "<dt id=\"not-tls-http\">not-tls-http</dt><dd>The client sent a plain HTTP request. \
Use https in the client&#39;s URL.</dd>" page
	! grep -q 'id="idle-timeout"' page || return 1
	grep -qF "<span class=\"file\">$folder/server.crt</span>" page
	grep -q 'data-label="Days left">3[0-9][0-9]</td>' page
	! grep -q 'id="attention"' page
}

page_of_status_warns_of_a_certificate_that_ends_and_a_failed_reload() {
	more=$(printf '%s\n' '[soon]' 'listen = 127.0.0.4:0' 'warn-days = 3000')
	serve
	browse "$status/" | grep -q '<title>Running, 1 problem '
	echo 'nonsense = 1' >>tlsd.ini
	! ctl reload 2>reload.err || return 1
	browse -o page "$status/"
	grep -q '<title>Running, 2 problems ' page
	grep -q 'ends soon, [0-9]*</td>' page
	grep -q '<li>The last reload failed' page
}

names_in_the_page_of_status_are_no_markup() {
	odd="$PWD/<b title=\"x\">&amp;'"
	mkdir "$odd"
	cp "$folder/server.crt" "$folder/server.key" "$odd"
	quoted=$(printf '%s' "$odd" | sed 's/"/\\"/g')
	more=$(printf '%s\n' '[odd]' 'listen = 127.0.0.4:0' "cert = \"$quoted/server.crt\"" \
		"key = \"$quoted/server.key\"")
	serve
	browse -o page "$status/"
	grep -qF "$PWD/&lt;b title=&quot;x&quot;&gt;&amp;amp;&#39;/server.crt" page
	! grep -q '<b ' page
}

page_of_status_can_be_read_without_styles() {
	serve
	browse -o page "$status/"
	sed 's/<[^>]*>//g' page >text
	grep -Eq '^[0-9]+ in all [0-9]+/s$' text
	grep -qx '10 min ago 5 min now' text
	grep -q 'server.crt ECDSA' text
	# Each heading tells whether it is that of a column or of a row.
	[ "$(grep -o '<th scope="' page | wc -l)" -ge 15 ]
	fails grep -q '<th[^ e]\|<th [^s]' page
}

many_browsers_at_once_get_the_whole_page() {
	serve
	browse -Z --parallel-max 40 -o 'page.#1' "$status/[1-40]"
	for number in $(seq 40); do
		[ "$(tail -n 1 "page.$number")" = '</html>' ]
	done
}

# agent_says LINE: with TLS 1.3, whose answer comes early, and with 1.2
agent_says() {
	for version in tls1_3 tls1_2; do
		[ "$(openssl s_client -quiet "-$version" -connect "$agent" \
			</dev/null 2>/dev/null)" = "$1" ] || return 1
	done
}

agent_has_the_words_of_haproxy_for_each_state() {
	serve
	agent_says 'up ready'
	! ctl drain --timeout 1ms >drain.out || :
	agent_says drain
	ctl resume
	agent_says 'up ready'
}

# queued COUNT: so many connections wait for a worker
queued() {
	ctl status | grep -q "^queue: $1"
}

agent_answers_maint_to_clients_queued_at_shutdown() {
	needs python3
	start_stuck
	workers='workers = 1'
	more=$(printf '%s\n' '[stuck]' 'listen = 127.0.0.4:0' 'respond = exec' "exec = $PWD/stuck")
	serve
	mkfifo holding
	start_with holding holder openssl s_client -connect "$(address_of stuck)"
	exec 7>holding
	wait_for grep -q 'Verify return code' holder.log
	openssl s_client -quiet -connect "$agent" </dev/null >answer 2>/dev/null &
	asking=$!
	wait_for queued 1
	ctl stop
	end stuck || :
	wait_for is_gone "$asking"
	[ "$(cat answer)" = maint ]
}

# plugin STATUS NAME ARGUMENT...: a monitoring plugin exits with that status, as Nagios has it:
# 0 is OK, 1 a warning, 2 critical. Its output is in ./plugin.out.
plugin() {
	wanted=$1 name=$2
	shift 2
	given=0
	"/usr/lib/nagios/plugins/$name" "$@" >plugin.out 2>&1 </dev/null || given=$?
	cat plugin.out
	[ "$given" -eq "$wanted" ]
}

monitoring_plugins_see_the_state_and_the_end_of_the_certificate() {
	needs /usr/lib/nagios/plugins/check_tcp /usr/lib/nagios/plugins/check_http
	more=$(printf '%s\n' '[hello]' 'listen = 127.0.0.4:0')
	serve
	hello=$(port_of hello)
	state=$(port_of status)
	# The certificate is good for a year.
	plugin 0 check_tcp -S --sni localhost -H 127.0.0.4 -p "$hello" -D 30,5
	plugin 1 check_tcp -S --sni localhost -H 127.0.0.4 -p "$hello" -D 1000,5
	plugin 2 check_tcp -S --sni localhost -H 127.0.0.4 -p "$hello" -D 2000,1000
	plugin 0 check_http -S --sni -H localhost -I 127.0.0.2 -p "$state" -s up
	! ctl drain --timeout 1ms >drain.out || :
	plugin 2 check_http -S --sni -H localhost -I 127.0.0.2 -p "$state" -s up
	wait_for says '^service hello: accepted=3 done=3 ' stats
	fails grep -q ': early-close: ' tlsd.log
}

checks_that_ask_nothing_succeed_and_count_as_failures() {
	needs /usr/lib/nagios/plugins/check_tcp /usr/lib/nagios/plugins/check_http
	more=$(printf '%s\n' '[hello]' 'listen = 127.0.0.4:0' '[closed]' \
		'listen = 127.0.0.5:0' 'client-verify = required' "ca-file = $folder/ca.crt")
	serve
	plugin 0 check_tcp -H 127.0.0.4 -p "$(port_of hello)"
	expect ': hello: early-close: '
	plugin 0 check_http -S --sni -H localhost -I 127.0.0.2 -p "$(port_of status)" -C 30,5
	expect ': status: early-close: '
	plugin 0 check_tcp -S -H 127.0.0.5 -p "$(port_of closed)"
	expect ': closed: cert-missing: '
}

# up: Prometheus has reached tlsd
up() {
	curl -sS --max-time 10 "http://$prometheus/api/v1/query?query=up" |
		grep -q '"job":"tlsd".*"value":\[[0-9.]*,"1"\]'
}

# series FIGURE VALUES: for promtool, the series of a name that the server has just printed.
series() {
	grep -qF "$1 " figures && printf '      - series: %s\n        values: "%s"\n' "'$1'" "$2"
}

alerts_fire_on_the_figures_of_a_server() {
	needs promtool
	serve
	gets_code 200 "$status/"
	ask_https "$metrics/metrics" >figures
	cp "$srcdir/conf/alerts.yml" .
	promtool check rules alerts.yml
	certificate=$(grep -m 1 '^tlsd_certificate_not_after_seconds{' figures)
	{
		cat <<-'YAML'
			rule_files: [alerts.yml]
			tests:
			  - interval: 1m
			    input_series:
			      - series: 'up{job="tlsd"}'
			        values: "0x30"
		YAML
		series "${certificate% *}" 1000000x30
		series tlsd_queue_depth 1x30
		# Another server, whose connections max-workers holds.
		grep -q '^tlsd_connections{service="metrics",phase="hold"} ' figures
		cat <<-'YAML'
			      - series: tlsd_connections{service="metrics",phase="hold",instance="b"}
			        values: "1x30"
		YAML
		# All series are there from the start, most of them at zero.
		for service in metrics status; do
			for class in backend exec internal write-timeout; do
				for phase in handshake answer; do
					case $service-$class-$phase in
					metrics-backend-answer | metrics-write-timeout-answer | \
						metrics-internal-handshake | \
						status-internal-answer) values=0+1x30 ;;
					*) values=0x30 ;;
					esac
					series "tlsd_${phase}_failures_total{service=\"$service\",class=\"$class\"}" \
						"$values"
				done
			done
		done
		series tlsd_last_reload_successful 0x30
		echo '    promql_expr_test:'
		for fires in Down,1 CertificateExpires,1 QueueStands,2 Fails,3 ReloadFailed,1; do
			cat <<-YAML
				      - expr: count(ALERTS{alertstate="firing",alertname="Tlsd${fires%,*}"})
				        eval_time: 20m
				        exp_samples: [{ value: ${fires#*,} }]
			YAML
		done
	} >cases.yml
	promtool test rules cases.yml
}

make_certificates || skip 'tlscert made no certificates'

# --- the tests of make check-long -------------------------------------------------------

drain_does_not_wait_for_status_clients() {
	serve
	mkfifo watching
	openssl s_client -quiet -connect "${status#https://}" <watching \
		>watched 2>&1 &
	echo $! >watcher.pid
	exec 7>watching
	watches() { ctl connections | grep -Eq ' status +(answer|parked) '; }
	wait_for watches
	ctl drain --timeout 50s | grep -qx '0 connections left'
	watches
}

metrics_and_status_responders_survive_a_reload() {
	serve
	gets_code 200 "$metrics/"
	ctl reload
	ask_https "$metrics/" | grep -qx 'tlsd_reloads_total 1'
	gets_code 200 "$status/"
}

prometheus_scrapes_with_a_client_certificate_and_not_without() {
	needs prometheus
	serve 'client-verify = required' "ca-file = $folder/ca.crt"
	! ask_https -o body "$metrics/" || return 1
	cat >prometheus.yml <<-END
		global: { scrape_interval: 1s, scrape_timeout: 1s }
		scrape_configs:
		  - job_name: tlsd
		    scheme: https
		    tls_config: { ca_file: $folder/ca.crt, cert_file: $folder/client.crt, key_file: $folder/client.key }
		    static_configs: [ { targets: [ "${metrics#https://}" ] } ]
	END
	start prometheus prometheus --config.file=prometheus.yml --storage.tsdb.path=data \
		--web.listen-address=127.0.0.1:0
	wait_for grep -q 'msg="Listening on" address=' prometheus.log
	prometheus=$(sed -n 's/.*msg="Listening on" address=\([0-9.:]*\).*/\1/p' prometheus.log)
	wait_for up
	curl -sS "http://$prometheus/api/v1/query?query=tlsd_build_info" | grep -q '"gnutls":"'
	expect ' client='
}

run_tests "$@"
