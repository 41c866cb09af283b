/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/conf/conf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/confprint.h"
#include "lib/suite.h"
#include "server/conf/facility.h"
#include "server/conf/section.h"

static struct findings findings;

static struct conf *
read_text(const char *text)
{
	findings_init(&findings);
	return conf_read(suite_file("tlsd.ini", text), &findings);
}

static void
done(struct conf *conf)
{
	conf_free(conf);
	findings_fini(&findings);
}

/* Reads a valid text. */
static struct conf *
read_good(const char *text)
{
	struct conf *conf = read_text(text);

	for (size_t i = 0; i < findings.count; i++)
		ck_abort_msg("%s", findings.items[i].text);
	return conf;
}

/* Expects exactly one finding about `place`, and that it contains `words`. */
static void
assert_found(const char *place, const char *words)
{
	int hits = 0;

	for (size_t i = 0; i < findings.count; i++) {
		const char *at = strstr(findings.items[i].text, place);
		if (at != NULL && strstr(at, words) != NULL)
			hits++;
	}
	ck_assert_msg(hits == 1, "%d findings are about %s: %s", hits, place, words);
}

START_TEST(an_empty_file_is_one_service_with_the_defaults)
{
	struct conf *conf = read_good("");

	ck_assert_uint_eq(conf->service_count, 1);
	ck_assert_str_eq(conf->services[0]->section.name, "tlsd");
	ck_assert_int_eq(conf->process.workers, 16);
	ck_assert_int_eq(conf->process.hello_timeout_ms, 5000);
	ck_assert_str_eq(conf->services[0]->responder.text, "Hello, TLS!\\n");
	ck_assert_str_eq(conf->services[0]->listen.items[0], "*:4433");
	ck_assert_int_eq(facility_number(conf->process.syslog_facility), LOG_DAEMON);
	done(conf);
}
END_TEST

START_TEST(services_inherit_the_keys_before_the_first_section)
{
	struct conf *conf = read_good("cert = /a.pem\nidle-timeout = 7s\n"
				      "[one]\ncert = /b.pem, /c.pem\n[two]\n");

	ck_assert_uint_eq(conf->service_count, 2);
	ck_assert_uint_eq(conf->services[0]->context.pairs.cert.count, 2);
	ck_assert_str_eq(conf->services[0]->context.pairs.cert.items[1], "/c.pem");
	ck_assert_uint_eq(conf->services[1]->context.pairs.cert.count, 1);
	ck_assert_str_eq(conf->services[1]->context.pairs.cert.items[0], "/a.pem");
	ck_assert_int_eq(conf->services[1]->idle_timeout_ms, 7000);
	ck_assert(section_is_set(&conf->services[1]->section, "idle-timeout"));
	ck_assert(!section_is_set(&conf->services[1]->section, "max-lifetime"));
	done(conf);
}
END_TEST

START_TEST(connect_and_exec_have_no_longest_life_unless_one_is_set)
{
	struct conf *conf = read_good("[a]\nconnect = 1\n[b]\nexec = /bin/cat\n"
				      "[c]\ntext = x\n[d]\nrespond = echo\n"
				      "[e]\nconnect = 1\nmax-lifetime = 1h\n");

	ck_assert_int_eq(conf->services[0]->max_lifetime_ms, 0);
	ck_assert_int_eq(conf->services[1]->max_lifetime_ms, 0);
	ck_assert_int_eq(conf->services[2]->max_lifetime_ms, 3600000);
	ck_assert_int_eq(conf->services[3]->max_lifetime_ms, 3600000);
	ck_assert_int_eq(conf->services[4]->max_lifetime_ms, 3600000);
	done(conf);
	conf = read_good("connect = 1\n");
	ck_assert_int_eq(conf->services[0]->max_lifetime_ms, 0);
	done(conf);
	conf = read_good("max-lifetime = 2h\n[a]\nconnect = 1\n");
	ck_assert_int_eq(conf->services[0]->max_lifetime_ms, 7200000);
	done(conf);
}
END_TEST

START_TEST(lists_grow_by_commas_and_by_lines)
{
	struct conf *conf =
	    read_good("[a]\nlisten = 127.0.0.1:1, [::1]:2\naccept = 127.0.0.1:3\n");

	ck_assert_uint_eq(conf->services[0]->listen.count, 3);
	ck_assert_str_eq(conf->services[0]->listen.items[2], "127.0.0.1:3");
	done(conf);
}
END_TEST

START_TEST(relative_paths_start_at_the_file)
{
	struct conf *conf =
	    read_good("log-file = log/x\n[a]\ncert = a.pem\nkey = /k\n");
	char *folder = realpath(suite_folder(), NULL);
	char *expected = memory_format("%s/a.pem", folder);

	ck_assert_str_eq(conf->services[0]->context.pairs.cert.items[0], expected);
	ck_assert_str_eq(conf->services[0]->context.pairs.key.items[0], "/k");
	free(expected);
	free(folder);
	done(conf);
}
END_TEST

START_TEST(a_long_line_and_an_indented_key_come_out_whole)
{
	char *priority = memory_new(3000);
	char *text;

	for (int i = 0; i < 300; i++)
		strcat(priority, "+AES-GCM:");
	text = memory_format("[a]\n   profile = tls13\n\tpriority = %s\n", priority);
	struct conf *conf = read_good(text);
	ck_assert_str_eq(conf->services[0]->context.policy.priority, priority);
	ck_assert_int_eq(conf->services[0]->context.policy.profile, 1);
	free(text);
	free(priority);
	done(conf);
}
END_TEST

START_TEST(semicolons_and_byte_order_marks_are_accepted)
{
	struct conf *conf =
	    read_good("\xef\xbb\xbf; comment\r\n# comment\r\n[a]\r\ntext = a ; b\r\n");

	ck_assert_str_eq(conf->services[0]->responder.text, "a ; b");
	done(conf);
}
END_TEST

START_TEST(a_wrong_value_is_found_on_its_line)
{
	char text[200] = "";

	for (int i = 1; i < 37; i++)
		strcat(text, i % 2 ? "\n" : "#x\n");
	strcat(text, "  workers = many");
	struct conf *conf = read_text(text);
	ck_assert_uint_eq(findings.count, 1);
	assert_found(
	    "tlsd.ini:37: workers: ", "\"many\" is not a whole number in 1-4096");
	done(conf);
}
END_TEST

START_TEST(every_kind_of_mistake_is_found_in_one_run)
{
	struct conf *conf = read_text("workers = 0\n" /* 1 */
				      "wokers = 3\n" /* 2 */
				      "no value\n" /* 3 */
				      "daemon = perhaps\n" /* 4 */
				      "stack-size = 1k\n" /* 5 */
				      "hello-timeout = soon\n" /* 6 */
				      "log-level = loud\n" /* 7 */
				      "[a]\n" /* 8 */
				      "workers = 3\n" /* 9 */
				      "text = x\n" /* 10 */
				      "text = y\n" /* 11 */
				      "[a]\n" /* 12 */
				      "[b c]\n" /* 13 */
				      "[d\n" /* 14 */
				      "zzzzzzzz = 1 ; comment\n"); /* 15 */
	assert_found("tlsd.ini:1: workers: ", "1-4096");
	assert_found("tlsd.ini:2: wokers: ", "did you mean workers?");
	assert_found("tlsd.ini:3: no value: ", "KEY = VALUE");
	assert_found("tlsd.ini:4: daemon: ", "yes or no");
	assert_found("tlsd.ini:5: stack-size: ", "128k-64m");
	assert_found("tlsd.ini:6: hello-timeout: ", "30s");
	assert_found(
	    "tlsd.ini:7: log-level: ", "one of error warning notice info debug");
	assert_found("tlsd.ini:9: workers: ", "before the first [section]");
	assert_found("tlsd.ini:11: text: ", "first at ");
	assert_found("tlsd.ini:12: [a]: ", "twice");
	assert_found("tlsd.ini:13: [b c]: ", "letters");
	assert_found("tlsd.ini:14: [d: ", "] is missing");
	assert_found("tlsd.ini:15: zzzzzzzz: ", "tlsd.ini(5)");
	ck_assert_uint_eq(findings.count, 13);
	done(conf);
}
END_TEST

START_TEST(comment_after_a_value_is_reported_with_its_proper_place)
{
	struct conf *conf = read_text("workers = 16 # threads\n"
				      "daemon = no\t; for systemd\n");

	assert_found("tlsd.ini:1: workers: ", ": put the comment on its own line");
	assert_found("tlsd.ini:2: daemon: ", ": put the comment on its own line");
	ck_assert_uint_eq(findings.count, 2);
	done(conf);
}
END_TEST

START_TEST(quotes_around_a_text_or_a_path_are_warned_of)
{
	struct conf *conf = read_text("text = \"Hello\"\n"
				      "pid-file = \"tlsd.pid\"\n"
				      "[a]\n"
				      "exec = \"/bin/a program\"\n"
				      "server-name = \"a.example\"\n");

	assert_found("tlsd.ini:1: text: ", "the quotes are part of the value");
	assert_found("tlsd.ini:2: pid-file: ", "the quotes are part of the value");
	ck_assert_uint_eq(findings.count, 2);
	ck_assert_uint_eq(findings.errors, 0);
	done(conf);
}
END_TEST

/* Returns the kind of the last service in `text`, which must be valid. */
static const char *
kind_of(const char *text)
{
	struct conf *conf = read_text(text);
	const struct conf_service *last = conf->services[conf->service_count - 1];
	const char *name = responder_kind_name(last->responder.kind);

	ck_assert_uint_eq(findings.count, 0);
	done(conf);
	return name;
}

START_TEST(key_of_a_single_responder_selects_that_responder)
{
	ck_assert_str_eq(kind_of("connect = 6379\n"), "connect");
	ck_assert_str_eq(kind_of("file = x\n"), "file");
	ck_assert_str_eq(kind_of("exec = /bin/true\n"), "exec");
	ck_assert_str_eq(kind_of("text = x\n"), "text");
	ck_assert_str_eq(kind_of("file = x\nrespond = page\n"), "page");
	ck_assert_str_eq(kind_of("connect = 1\n[a]\nbalance = source\n"), "connect");
	ck_assert_str_eq(kind_of("connect = 1\n[a]\ntext = x\n"), "text");
	ck_assert_str_eq(kind_of("text = x\n[a]\nrespond = echo\n"), "echo");
	ck_assert_str_eq(
	    kind_of("file = x\nconnect = 1\n[a]\nrespond = connect\n"), "connect");
}
END_TEST

START_TEST(keys_that_contradict_each_other_are_an_error)
{
	struct conf *conf = read_text("[a]\n" /* 1 */
				      "file = x\n" /* 2 */
				      "connect = 1\n" /* 3 */
				      "[b]\n" /* 4 */
				      "respond = echo\n" /* 5 */
				      "connect = 1\n" /* 6 */
				      "[c]\n" /* 7 */
				      "exec-user = nobody\n" /* 8 */
				      "[d]\n" /* 9 */
				      "content-type = text/html\n" /* 10 */
				      "file = x\n"); /* 11 */

	assert_found("tlsd.ini:3: connect: conflicts with file: ", "set respond");
	ck_assert_uint_eq(findings.count, 4);
	assert_found(
	    "tlsd.ini:6: connect: has no effect with respond = echo", "= connect");
	assert_found(
	    "tlsd.ini:8: exec-user: has no effect with respond = text", "= exec");
	assert_found(
	    "tlsd.ini:10: content-type: has no effect with respond = file", "= page");
	done(conf);
}
END_TEST

START_TEST(keys_of_two_responders_without_respond_are_an_error)
{
	struct conf *conf = read_text("file = x\nconnect = 1\n[a]\nbalance = source\n");

	assert_found("tlsd.ini:2: connect: conflicts with file: ", "set respond");
	ck_assert_uint_eq(findings.count, 1);
	done(conf);
}
END_TEST

START_TEST(keys_of_other_servers_are_reported_with_their_equivalent)
{
	struct conf *conf = read_text("pid = /run/x\n"
				      "CAfile = ca.pem\n"
				      "verify = 2\n");

	assert_found("tlsd.ini:1: pid: ", "write pid-file = ");
	assert_found("tlsd.ini:2: CAfile: ", "write ca-file = ");
	assert_found("tlsd.ini:3: verify: ", "write client-verify = ");
	done(conf);
}
END_TEST

START_TEST(binary_data_in_the_configuration_is_an_error)
{
	const char *path = suite_path("tlsd.ini");

	findings_init(&findings);
	ck_assert_int_eq(
	    file_write(path, "workers = 1\n\0x = 1\n", 19, 0600, FILE_REPLACE), 0);
	struct conf *conf = conf_read(path, &findings);
	assert_found("tlsd.ini:2: ", "NUL");
	done(conf);
}
END_TEST

START_TEST(any_bytes_are_survived)
{
	const char *path = suite_path("tlsd.ini");
	char bytes[2000];

	srand(4433);
	for (int i = 0; i < 300; i++) {
		for (size_t j = 0; j < sizeof bytes; j++)
			bytes[j] =
			    rand() % 9 ? "[]=;#\n\t ab1"[rand() % 11] : (char)rand();
		findings_init(&findings);
		file_write(path, bytes, sizeof bytes, 0600, FILE_REPLACE);
		done(conf_read(path, &findings));
	}
}
END_TEST

START_TEST(a_missing_file_is_an_error)
{
	findings_init(&findings);
	struct conf *conf = conf_read(suite_path("none.ini"), &findings);

	assert_found("none.ini: ", "no such file");
	done(conf);
}
END_TEST

START_TEST(files_and_folders_can_be_included)
{
	mkdir(suite_path("d"), 0700);
	suite_file("d/2.ini", "[two]\ntext = 2\n");
	suite_file("d/1.ini", "[one]\ntext = 1\n");
	suite_file("d/ignored", "wrong\n");
	suite_file("x.ini", "[x]\nworkers = 3\n");
	struct conf *conf = read_text("include = d, x.ini\n[main]\n");

	ck_assert_uint_eq(conf->service_count, 4);
	ck_assert_str_eq(conf->services[1]->section.name, "one");
	ck_assert_str_eq(conf->services[2]->section.name, "two");
	ck_assert_uint_eq(findings.count, 1);
	assert_found("x.ini:2: workers: ", "before the first [section]");
	done(conf);
}
END_TEST

START_TEST(a_file_that_includes_itself_is_an_error)
{
	struct conf *conf = read_text("include = tlsd.ini\n");

	assert_found("tlsd.ini: ", "included twice");
	done(conf);
}
END_TEST

START_TEST(findings_get_the_place_of_their_key)
{
	struct conf *conf = read_good("[a]\n\ncert = /x\n");
	struct findings found;

	findings_init(&found);
	findings_error(&found, "cert: is odd");
	findings_warning(&found, "key: is missing");
	conf_locate(&conf->services[0]->section, &found, &findings);
	assert_found("tlsd.ini:3: cert: ", "is odd");
	assert_found("tlsd.ini: [a]: key: ", "is missing");
	ck_assert_uint_eq(findings.errors, 1);
	done(conf);
}
END_TEST

START_TEST(printed_configuration_reads_back_unchanged)
{
	struct conf *conf =
	    read_good("workers = 3\nstack-size = 1m\nlog-level = debug\n"
		      "[a]\nlisten = 127.0.0.1:1, [::1]:2\nalpn = h2\n"
		      "idle-timeout = 1500ms\n[b]\ntls-min = 1.3\n");
	char *first = confprint(conf);
	done(conf);
	conf = read_good(first);
	char *second = confprint(conf);
	ck_assert_str_eq(first, second);
	free(first);
	free(second);
	done(conf);
}
END_TEST

START_TEST(only_fixed_keys_ask_for_a_restart)
{
	struct conf *old = read_good("");
	struct conf *new = read_good("workers = 3\nlog-level = debug\nuser = x\n[a]\n");
	char *names = conf_fixed_differences(old, new);

	ck_assert_str_eq(names, "user, workers");
	free(names);
	conf_free(old);
	done(new);
}
END_TEST

/* Returns the shipped file, with its "#key = value" lines uncommented. */
static char *
shipped_file(void)
{
	const char *build = getenv("top_builddir");
	char *path = memory_format("%s/conf/tlsd.ini", build != NULL ? build : ".");
	char *data;
	size_t size;

	ck_assert_int_eq(file_read(path, 1 << 20, &data, &size), 0);
	free(path);
	for (char *line = data; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z')
			line[0] = ' ';
	}
	return data;
}

START_TEST(the_shipped_file_holds_every_key_at_its_default)
{
	char *data = shipped_file();
	struct conf *shipped = read_good(data);
	char *text = confprint(shipped);
	struct conf *standard =
	    conf_read(suite_file("empty.ini", "[hello]\n"), &findings);
	char *expected = confprint(standard);

	ck_assert_str_eq(text, expected);
	/* Each printed key must also be in the shipped file, and be set there. */
	for (char *line = strtok(expected, "\n"); line; line = strtok(NULL, "\n")) {
		if (line[0] == '[')
			continue;
		line[strcspn(line, " ")] = '\0';
		ck_assert_msg(section_is_set(&shipped->process.section, line) ||
				  section_is_set(&shipped->services[0]->section, line),
		    "conf/tlsd.ini lacks %s", line);
	}
	free(text);
	free(expected);
	free(data);
	conf_free(standard);
	done(shipped);
}
END_TEST

/* True if `key` is a list: only lists may be set twice. */
static bool
is_list(const char *key)
{
	char *text = memory_format("%s = 1\n%s = 1\n", key, key);
	struct conf *conf = read_text(text);
	bool twice = false;

	for (size_t i = 0; i < findings.count; i++)
		twice = twice || strstr(findings.items[i].text, "is set twice") != NULL;
	free(text);
	done(conf);
	return !twice;
}

/* Expects the list `key` to accept quoted items and to be printed with quotes. */
static void
assert_takes_quotes(const char *key)
{
	char *line = memory_format(
	    "%s = \"/Doe, \\\"John\\\" \\\\\", /plain, \"/caf\xc3\xa9 \"\n", key);
	char *wrong = memory_format("%s = \"/Doe, John\n", key);
	struct conf *conf = read_text(line);
	char *text = confprint(conf);

	ck_assert_msg(strstr(text, line) != NULL, "%s is not in %s", line, text);
	done(conf);
	conf = read_text(wrong);
	ck_assert_uint_eq(findings.errors, 1);
	assert_found("tlsd.ini:1: ", "a quote is not closed: end the item with ");
	done(conf);
	free(text);
	free(wrong);
	free(line);
}

START_TEST(every_list_takes_quoted_items_and_is_printed_so)
{
	struct conf *conf = read_good("");
	char *text = confprint(conf);
	int lists = 0;

	done(conf);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		line[strcspn(line, " ")] = '\0';
		/* The files of include would be read at once. */
		if (line[0] == '[' || strcmp(line, "include") == 0 || !is_list(line))
			continue;
		assert_takes_quotes(line);
		lists++;
	}
	ck_assert_int_ge(lists, 18);
	free(text);
}
END_TEST

START_TEST(an_included_path_may_be_quoted)
{
	suite_file("a, b.ini", "[one]\n");
	struct conf *conf = read_good("include = \"a, b.ini\"\n");

	ck_assert_uint_eq(conf->service_count, 1);
	ck_assert_str_eq(conf->services[0]->section.name, "one");
	done(conf);
}
END_TEST

START_TEST(lookalikes_are_found_on_their_line)
{
	struct conf *conf = read_text(
	    "workers = 3\xc2\xa0\n" /* 1 */
	    "\xc2\xa0"
	    "backlog = 3\n" /* 2 */
	    "queue\xe2\x80\x91size = 3\n" /* 3 */
	    "max-waiting \xef\xbc\x9d 3\n" /* 4 */
	    "user = \xe2\x80\x9ctlsd\xe2\x80\x9d\n" /* 5 */
	    "# \xe2\x80\x9c comments may have any \xc2\xa0\n" /* 6 */
	    "[\xe3\x80\x80"
	    "a]\n" /* 7 */
	    "allow-cn = \xe2\x80\x9c"
	    "Doe, John\xe2\x80\x9d\n" /* 8 */
	    "listen = 127.0.0.1:1\xef\xbc\x8c 127.0.0.1:2\n" /* 9 */
	    "\xef\xbb\xbf[b]\n" /* 10 */
	    "cert = /a,\xc2\xa0/b\n" /* 11 */
	    "text = \xe2\x80\x9chi\xe2\x80\x9d\xc2\xa0!\n" /* 12 */
	    "allow-cn = \"a\xc2\xa0\xe2\x80\x9c\", d\xe2\x80\x99or\n"); /* 13 */

	assert_found(
	    "tlsd.ini:1: workers: ", "a no-break space (U+00A0): write a space");
	assert_found("tlsd.ini:2: ", "U+00A0");
	assert_found("tlsd.ini:3: ", "a typographic dash (U+2011): write -");
	assert_found("tlsd.ini:4: ", "U+FF1D");
	assert_found("tlsd.ini:5: user: ", "a typographic quote (U+201C)");
	assert_found("tlsd.ini:7: ", "U+3000");
	assert_found("tlsd.ini:8: allow-cn: ", "put the item into double quotes");
	assert_found("tlsd.ini:9: listen: ", "a full-width comma (U+FF0C)");
	assert_found("tlsd.ini:10: ", "a byte order mark (U+FEFF): delete it");
	assert_found("tlsd.ini:11: cert: ", "U+00A0");
	ck_assert_uint_eq(findings.count, 10);
	ck_assert_uint_eq(findings.errors, 9);
	done(conf);
}
END_TEST

START_TEST(carriage_returns_alone_end_no_line)
{
	struct conf *conf = read_text("workers = 3\rbacklog = 3\r");

	ck_assert_uint_eq(findings.count, 1);
	assert_found("tlsd.ini:1: ", "carriage return");
	done(conf);
	done(read_good("workers = 3\r\n\t backlog\t=\t3\t\r"));
}
END_TEST

SUITE("conf", an_empty_file_is_one_service_with_the_defaults,
    services_inherit_the_keys_before_the_first_section,
    connect_and_exec_have_no_longest_life_unless_one_is_set,
    lists_grow_by_commas_and_by_lines, relative_paths_start_at_the_file,
    a_long_line_and_an_indented_key_come_out_whole,
    semicolons_and_byte_order_marks_are_accepted, a_wrong_value_is_found_on_its_line,
    every_kind_of_mistake_is_found_in_one_run,
    comment_after_a_value_is_reported_with_its_proper_place,
    quotes_around_a_text_or_a_path_are_warned_of,
    key_of_a_single_responder_selects_that_responder,
    keys_that_contradict_each_other_are_an_error,
    keys_of_two_responders_without_respond_are_an_error,
    keys_of_other_servers_are_reported_with_their_equivalent,
    binary_data_in_the_configuration_is_an_error, any_bytes_are_survived,
    a_missing_file_is_an_error, files_and_folders_can_be_included,
    a_file_that_includes_itself_is_an_error, findings_get_the_place_of_their_key,
    printed_configuration_reads_back_unchanged, only_fixed_keys_ask_for_a_restart,
    every_list_takes_quoted_items_and_is_printed_so, an_included_path_may_be_quoted,
    lookalikes_are_found_on_their_line, carriage_returns_alone_end_no_line,
    the_shipped_file_holds_every_key_at_its_default)
