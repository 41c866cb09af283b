/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters that a server offers, found by offering it fewer and fewer. */
#include "client/check/offered.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "client/check/scantarget.h"

struct named {
	uint16_t number;
	const char *name;
};

static const struct named versions[] = { { 0x0304, "TLS 1.3" }, { 0x0303, "TLS 1.2" },
	{ 0x0302, "TLS 1.1" }, { 0x0301, "TLS 1.0" }, { 0x0300, "SSL 3.0" } };

static const struct named groups[] = { { 0x11ec, "X25519MLKEM768" },
	{ 0x11eb, "SecP256r1MLKEM768" }, { 0x11ed, "SecP384r1MLKEM1024" },
	{ 0x001d, "X25519" }, { 0x0017, "P-256" }, { 0x0018, "P-384" },
	{ 0x0019, "P-521" }, { 0x001e, "X448" }, { 0x0100, "ffdhe2048" },
	{ 0x0101, "ffdhe3072" }, { 0x0102, "ffdhe4096" } };

static const struct named suites13[] = { { 0x1301, "AES_128_GCM_SHA256" },
	{ 0x1302, "AES_256_GCM_SHA384" }, { 0x1303, "CHACHA20_POLY1305_SHA256" },
	{ 0x1304, "AES_128_CCM_SHA256" }, { 0x1305, "AES_128_CCM_8_SHA256" } };

/* The names of the IANA registry, without "TLS_". */
static const struct named suites12[] = {
	{ 0xc02b, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
	{ 0xcca9, "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xc02c, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc02f, "ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0xcca8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xc030, "ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc0ac, "ECDHE_ECDSA_WITH_AES_128_CCM" },
	{ 0xc0ad, "ECDHE_ECDSA_WITH_AES_256_CCM" },
	{ 0x009e, "DHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009f, "DHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0xccaa, "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xc023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc024, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
	{ 0xc00a, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA" },
	{ 0xc027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc028, "ECDHE_RSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc013, "ECDHE_RSA_WITH_AES_128_CBC_SHA" },
	{ 0xc014, "ECDHE_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x0067, "DHE_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x006b, "DHE_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x0045, "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA" },
	{ 0x0088, "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA" },
	{ 0x009c, "RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009d, "RSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc09c, "RSA_WITH_AES_128_CCM" },
	{ 0xc09d, "RSA_WITH_AES_256_CCM" },
	{ 0x003c, "RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x003d, "RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x002f, "RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0035, "RSA_WITH_AES_256_CBC_SHA" },
	{ 0x0041, "RSA_WITH_CAMELLIA_128_CBC_SHA" },
	{ 0x0084, "RSA_WITH_CAMELLIA_256_CBC_SHA" },
	{ 0x0096, "RSA_WITH_SEED_CBC_SHA" },
	{ 0xc008, "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0xc012, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0x0016, "DHE_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0x000a, "RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0xc007, "ECDHE_ECDSA_WITH_RC4_128_SHA" },
	{ 0xc011, "ECDHE_RSA_WITH_RC4_128_SHA" },
	{ 0x0005, "RSA_WITH_RC4_128_SHA" },
	{ 0x0004, "RSA_WITH_RC4_128_MD5" },
	{ 0x0009, "RSA_WITH_DES_CBC_SHA" },
	{ 0x0003, "RSA_EXPORT_WITH_RC4_40_MD5" },
	{ 0x0008, "RSA_EXPORT_WITH_DES40_CBC_SHA" },
	{ 0xc019, "ECDH_anon_WITH_AES_256_CBC_SHA" },
	{ 0xc018, "ECDH_anon_WITH_AES_128_CBC_SHA" },
	{ 0x00a7, "DH_anon_WITH_AES_256_GCM_SHA384" },
	{ 0x00a6, "DH_anon_WITH_AES_128_GCM_SHA256" },
	{ 0x0034, "DH_anon_WITH_AES_128_CBC_SHA" },
	{ 0x0018, "DH_anon_WITH_RC4_128_MD5" },
	{ 0xc006, "ECDHE_ECDSA_WITH_NULL_SHA" },
	{ 0xc010, "ECDHE_RSA_WITH_NULL_SHA" },
	{ 0x003b, "RSA_WITH_NULL_SHA256" },
	{ 0x0002, "RSA_WITH_NULL_SHA" },
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct probe_list
numbers_of(const struct named *table, size_t count)
{
	struct probe_list list = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		probe_list_add(&list, table[i].number);
	return list;
}

static const char *
name_of(const struct named *table, size_t count, uint16_t number)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].number == number)
			return table[i].name;
	return "unknown";
}

/* Returns a probe with all known suites and groups for `version`. */
static struct probe
probe_with_all(uint16_t version)
{
	struct probe probe = { .version = version,
		.groups = numbers_of(groups, COUNT(groups)) };

	probe.suites = version == PROBE_TLS13 ? numbers_of(suites13, COUNT(suites13))
	                                      : numbers_of(suites12, COUNT(suites12));
	return probe;
}

static bool
is_agreed(struct probe_answer answer, uint16_t version)
{
	return (answer.kind == PROBE_HELLO || answer.kind == PROBE_RETRY) &&
	       answer.version == version;
}

static uint16_t
suite_of(struct probe_answer answer)
{
	return answer.suite;
}

static uint16_t
group_of(struct probe_answer answer)
{
	return answer.group;
}

/*
 * Removes the server's choice from `list` until the server refuses the rest. `list` is the list
 * in `probe` that `field` reads. The order of the result is the server's, if it has one.
 */
static struct probe_list
take_away(const struct scantarget *patient, const struct probe *probe,
    struct probe_list *list, uint16_t (*field)(struct probe_answer answer))
{
	struct probe_list found = { .count = 0 };

	while (list->count > 0) {
		struct probe_answer answer = scantarget_ask(patient, *probe);
		size_t before = list->count;
		if (!is_agreed(answer, probe->version))
			break;
		probe_list_remove(list, field(answer));
		if (list->count == before)
			break; /* the server chose something that was not offered */
		probe_list_add(&found, field(answer));
	}
	return found;
}

static char *
join_names(const struct probe_list *list, const struct named *table, size_t count)
{
	char *text = memory_copy("");

	for (size_t i = 0; i < list->count; i++)
		memory_append(&text, "%s%s", i > 0 ? ", " : "",
		    name_of(table, count, list->items[i]));
	return text;
}

static void
judge_version(struct scantarget *patient, const struct named *version, bool offered)
{
	enum severity severity = SEVERITY_OK;
	const char *remedy = NULL;

	if (version->number < PROBE_TLS12 && offered) {
		severity =
		    version->number == PROBE_SSL3 ? SEVERITY_FAIL : SEVERITY_WARNING;
		remedy = "disable it: RFC 8996 forbids versions before TLS 1.2";
	} else if (version->number == PROBE_TLS13 && !offered) {
		severity = SEVERITY_NOTE;
		remedy = "update the server, or its configuration, to offer it";
	}
	diagnosis_add(&patient->diagnosis, severity, "version", remedy, "%s %s",
	    version->name, offered ? "is offered" : "is not offered");
}

unsigned
offered_check_versions(struct scantarget *patient)
{
	unsigned count = 0;

	for (size_t i = 0; i < COUNT(versions); i++) {
		uint16_t number = versions[i].number;
		bool offered =
		    is_agreed(scantarget_ask(patient, probe_with_all(number)), number);
		patient->offers[number - PROBE_SSL3] = offered;
		count += offered;
		judge_version(patient, &versions[i], offered);
	}
	if (!scantarget_offers(patient, PROBE_TLS12) &&
	    !scantarget_offers(patient, PROBE_TLS13))
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "version",
		    "update the server",
		    "neither TLS 1.2 nor TLS 1.3: current clients refuse it");
	return count;
}

/* The flaws of TLS 1.2 suites, the worst first. */
static const struct flaw {
	const char *part; /* of the suite's name */
	bool at_start;
	enum severity severity;
	const char *what;
} flaws[] = {
	{ "NULL", false, SEVERITY_FAIL, "no encryption" },
	{ "anon", false, SEVERITY_FAIL, "no authentication" },
	{ "EXPORT", false, SEVERITY_FAIL, "export keys" },
	{ "RC4", false, SEVERITY_FAIL, "RC4" },
	{ "_DES_", false, SEVERITY_FAIL, "DES" },
	{ "3DES", false, SEVERITY_WARNING, "3DES" },
	{ "RSA_", true, SEVERITY_WARNING, "no forward secrecy" },
	{ "CBC_SHA", false, SEVERITY_NOTE, "CBC" },
};

static const struct flaw *
flaw_of(const char *suite)
{
	for (size_t i = 0; i < COUNT(flaws); i++) {
		const char *at = strstr(suite, flaws[i].part);
		if (at != NULL && (!flaws[i].at_start || at == suite))
			return &flaws[i];
	}
	return NULL;
}

/* Adds one line for each flaw that a suite has, and one for the sound suites. */
static void
judge_suites(struct scantarget *patient, const struct probe_list *found)
{
	for (size_t kind = 0; kind <= COUNT(flaws); kind++) {
		const struct flaw *flaw = kind < COUNT(flaws) ? &flaws[kind] : NULL;
		struct probe_list such = { .count = 0 };

		for (size_t i = 0; i < found->count; i++)
			if (flaw_of(name_of(
				suites12, COUNT(suites12), found->items[i])) == flaw)
				probe_list_add(&such, found->items[i]);
		if (such.count == 0)
			continue;
		char *names = join_names(&such, suites12, COUNT(suites12));
		diagnosis_add(&patient->diagnosis,
		    flaw != NULL ? flaw->severity : SEVERITY_OK, "suites",
		    flaw == NULL ? NULL
				 : "offer only ECDHE suites with GCM or "
				   "CHACHA20_POLY1305",
		    "%s: %s", flaw != NULL ? flaw->what : "sound", names);
		free(names);
	}
}

/* Offers the suites found in reverse order. */
static void
judge_preference(
    struct scantarget *patient, uint16_t version, const struct probe_list *found)
{
	struct probe probe = probe_with_all(version);

	if (found->count < 2)
		return;
	probe.suites.count = 0;
	for (size_t i = found->count; i > 0; i--)
		probe_list_add(&probe.suites, found->items[i - 1]);
	struct probe_answer answer = scantarget_ask(patient, probe);
	if (!is_agreed(answer, version))
		return;
	diagnosis_add(&patient->diagnosis, SEVERITY_OK, "preference", NULL,
	    "the %s order of suites counts in %s",
	    answer.suite == found->items[0] ? "server's" : "client's",
	    name_of(versions, COUNT(versions), version));
}

static void
check_old_suites(struct scantarget *patient)
{
	uint16_t version = PROBE_TLS12;

	while (version >= PROBE_SSL3 && !scantarget_offers(patient, version))
		version--;
	if (version < PROBE_SSL3)
		return;
	struct probe probe = probe_with_all(version);
	struct probe_list found = take_away(patient, &probe, &probe.suites, suite_of);
	judge_suites(patient, &found);
	judge_preference(patient, version, &found);
}

void
offered_check_suites(struct scantarget *patient)
{
	struct probe probe = probe_with_all(PROBE_TLS13);

	if (scantarget_offers(patient, PROBE_TLS13)) {
		struct probe_list found =
		    take_away(patient, &probe, &probe.suites, suite_of);
		char *names = join_names(&found, suites13, COUNT(suites13));
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "suites", NULL,
		    "TLS 1.3: %s", names);
		free(names);
		judge_preference(patient, PROBE_TLS13, &found);
	}
	check_old_suites(patient);
	diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "suites", NULL,
	    "not probed: SSL 2.0, suites with PSK, SRP, Kerberos, DSS or static "
	    "(EC)DH, "
	    "ARIA and GOST");
}

static bool
is_hybrid(uint16_t group)
{
	return group == 0x11ec || group == 0x11eb || group == 0x11ed;
}

/* draft-ietf-tls-ecdhe-mlkem: traffic that is recorded today stays secret if a quantum computer
 * can compute elliptic curves one day. */
static void
judge_hybrids(struct scantarget *patient, const struct probe_list *found)
{
	struct probe_list hybrid = { .count = 0 };

	for (size_t i = 0; i < found->count; i++)
		if (is_hybrid(found->items[i]))
			probe_list_add(&hybrid, found->items[i]);
	if (hybrid.count == found->count)
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "groups",
		    "offer X25519 too if such clients must have access",
		    "only hybrid groups: clients without ML-KEM are refused");
	char *names = join_names(&hybrid, groups, COUNT(groups));
	if (hybrid.count > 0)
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "groups", NULL,
		    "post-quantum: %s", names);
	else
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "groups",
		    "offer X25519MLKEM768 if the server's TLS library has it",
		    "post-quantum: no hybrid group with ML-KEM is offered");
	free(names);
}

void
offered_check_groups(struct scantarget *patient)
{
	struct probe probe = probe_with_all(PROBE_TLS13);

	if (!scantarget_offers(patient, PROBE_TLS13)) {
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "groups", NULL,
		    "not probed: only TLS 1.3 shows them separately");
		return;
	}
	struct probe_list found = take_away(patient, &probe, &probe.groups, group_of);
	char *names = join_names(&found, groups, COUNT(groups));
	diagnosis_add(&patient->diagnosis,
	    found.count > 0 ? SEVERITY_OK : SEVERITY_NOTE, "groups", NULL, "%s",
	    found.count > 0 ? names : "could not be determined");
	free(names);
	if (found.count > 0)
		judge_hybrids(patient, &found);
}

static void
remove_hybrids(struct probe_list *list)
{
	for (size_t i = 0; i < COUNT(groups); i++)
		if (is_hybrid(groups[i].number))
			probe_list_remove(list, groups[i].number);
}

/* Probes with all usual groups, but only one key share. */
static void
check_share(struct scantarget *patient, uint16_t group, const char *name)
{
	struct probe probe = probe_with_all(PROBE_TLS13);

	probe.share = group;
	remove_hybrids(&probe.groups);
	struct probe_answer answer = scantarget_ask(patient, probe);
	if (answer.kind == PROBE_RETRY)
		diagnosis_add(&patient->diagnosis, SEVERITY_NOTE, "round trips",
		    "accept the client's group if it is secure",
		    "a key share of only %s costs one more: HelloRetryRequest", name);
	else if (answer.kind == PROBE_HELLO)
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "round trips", NULL,
		    "a key share of %s is accepted at once", name);
}

void
offered_check_retry(struct scantarget *patient)
{
	if (!scantarget_offers(patient, PROBE_TLS13))
		return;
	check_share(patient, PROBE_X25519, "X25519");
	check_share(patient, PROBE_P256, "P-256");
}
