/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that decide which clients with a valid certificate may use a service. */
#include "tls/clientauth/allow.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/x509/identity.h"
#include "tls/x509/pin.h"
#include "tls/x509/servername.h"

struct allow {
	struct stringlist cn, dns, uri;
	struct pin *pins;
	size_t pin_count;
};

static void
read_pins(
    struct allow *allow, const struct stringlist *texts, struct findings *findings)
{
	allow->pins = memory_new((texts->count + 1) * sizeof *allow->pins);
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->items[i];
		if (pin_parse(text, strlen(text), &allow->pins[allow->pin_count]) == 0)
			allow->pin_count++;
		else
			findings_error(findings,
			    "allow-pin: \"%s\" is not a pin: copy the pin-sha256:... "
			    "that \"tlscert show\" prints",
			    text);
	}
}

struct allow *
allow_new(const struct allow_settings *settings, struct findings *findings)
{
	struct allow *allow = memory_new(sizeof *allow);
	size_t errors = findings->errors;

	stringlist_copy(&allow->cn, &settings->cn);
	stringlist_copy(&allow->dns, &settings->dns);
	stringlist_copy(&allow->uri, &settings->uri);
	read_pins(allow, &settings->pin, findings);
	if (findings->errors == errors)
		return allow;
	allow_free(allow);
	return NULL;
}

void
allow_free(struct allow *allow)
{
	if (allow == NULL)
		return;
	stringlist_fini(&allow->cn);
	stringlist_fini(&allow->dns);
	stringlist_fini(&allow->uri);
	free(allow->pins);
	free(allow);
}

bool
allow_is_empty(const struct allow_settings *settings)
{
	return settings->cn.count + settings->dns.count + settings->uri.count +
	           settings->pin.count ==
	       0;
}

/* A name that contains a NUL is longer than its text, so it equals no rule. */
static bool
equals_text(const gnutls_datum_t *name, const char *text)
{
	return name->size == strlen(text) && memcmp(name->data, text, name->size) == 0;
}

static bool
permits_common_name(const struct allow *allow, gnutls_x509_crt_t cert)
{
	gnutls_datum_t name;

	if (allow->cn.count == 0 || !identity_common_name(cert, &name))
		return false;
	for (size_t i = 0; i < allow->cn.count; i++)
		if (equals_text(&name, allow->cn.items[i]))
			return true;
	return false;
}

/* True if one of `rules` is `name`. For DNS names case does not matter, and a rule may be
 * "*.example.org". */
static bool
matches_rule(const struct stringlist *rules, int type, const gnutls_datum_t *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		const char *rule = rules->items[i];
		if (type == GNUTLS_SAN_URI && equals_text(name, rule))
			return true;
		if (type == GNUTLS_SAN_DNSNAME &&
		    strlen((char *)name->data) == name->size &&
		    servername_matches(rule, (char *)name->data))
			return true;
	}
	return false;
}

static bool
permits_names(const struct allow *allow, gnutls_x509_crt_t cert)
{
	char bytes[1024]; /* no rule matches a longer name */

	if (allow->dns.count + allow->uri.count == 0)
		return false;
	for (unsigned i = 0;; i++) {
		size_t size = sizeof bytes - 1;
		int type =
		    gnutls_x509_crt_get_subject_alt_name(cert, i, bytes, &size, NULL);
		if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (type < 0)
			return false;
		bytes[size] = '\0';
		gnutls_datum_t name = { (unsigned char *)bytes, (unsigned)size };
		const struct stringlist *rules =
		    type == GNUTLS_SAN_URI ? &allow->uri : &allow->dns;
		if (matches_rule(rules, type, &name))
			return true;
	}
}

static bool
permits_pin(const struct allow *allow, gnutls_x509_crt_t cert)
{
	struct pin pin;

	if (allow->pin_count == 0 || pin_read(cert, &pin) < 0)
		return false;
	for (size_t i = 0; i < allow->pin_count; i++)
		if (pin_equal(&pin, &allow->pins[i]))
			return true;
	return false;
}

bool
allow_permits(const struct allow *allow, gnutls_x509_crt_t cert)
{
	return permits_common_name(allow, cert) || permits_names(allow, cert) ||
	       permits_pin(allow, cert);
}
