/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/keyadvice.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define LETTERS_MAX 48 /* of a name; no key has as many */

static const struct {
	const char *names; /* as letters_of() makes them, with a blank after each */
	const char *advice;
} others[] = {
	{ "accept frontend bind ", "write listen = ADDRESS:PORT" },
	{ "backend proxypass ", "write respond = connect, and connect = ADDRESS:PORT" },
	{ "execargs ", "write exec = PROGRAM ARGUMENT..." },
	{ "sni ", "write server-name = HOST" },
	{ "pemfile crt sslcertificate ", "write cert = FILE, and key = FILE" },
	{ "sslcertificatekey privatekey ", "write key = FILE" },
	{ "cafile sslclientcertificate clientverifyca capath ",
	    "write ca-file = FILE, and client-verify = required" },
	{ "verify verifychain verifypeer requirecert sslverifyclient ",
	    "write client-verify = required or optional, and ca-file = FILE" },
	{ "ciphers ciphersuites curves sslciphers sslprotocols sslversion options ",
	    "write profile = modern, tls13 or compatible" },
	{ "sslversionmin tlsprotos ", "write tls-min = 1.2 or 1.3" },
	{ "sslversionmax ", "write tls-max = 1.2 or 1.3" },
	{ "timeoutidle timeoutbusy ", "write idle-timeout = DURATION" },
	{ "timeoutclose ", "write close-timeout = DURATION" },
	{ "timeoutconnect ", "write connect-timeout = DURATION" },
	{ "protocol writeproxyv1 writeproxyv2 writeproxy sendproxyv2 ",
	    "write send-proxy = v1 or v2" },
	{ "proxyproxy proxyprotocol ", "write accept-proxy = yes" },
	{ "alpnprotos ", "write alpn = PROTOCOL, ..." },
	{ "setuid ", "write user = NAME" },
	{ "setgid ", "write group = NAME" },
	{ "pid ", "write pid-file = FILE" },
	{ "output logfilename errorlog ", "write log-file = FILE" },
	{ "debug loglevel ",
	    "write log-level = error, warning, notice, info or debug" },
	{ "foreground ", "start tlsd with the option -f" },
	{ "failover ", "write balance = round-robin or first" },
	{ "socket keepalive delay renegotiation compression reset ",
	    "leave it out: tlsd has nothing to set there" },
	{ "client ", "leave it out: tlsd is a server only" },
};

/* Writes the letters and digits of `name` to `out`, in lower case. False if they do not fit. */
static bool
letters_of(const char *name, char out[LETTERS_MAX + 1])
{
	size_t count = 0;

	for (; *name != '\0'; name++) {
		if (*name == '-' || *name == '_')
			continue;
		if (count == LETTERS_MAX)
			return false;
		out[count++] = (char)tolower((unsigned char)*name);
	}
	out[count] = '\0';
	return true;
}

/* True if `word` is one of the words in `names`. */
static bool
is_among(const char *word, const char *names)
{
	size_t length = strlen(word);

	for (; *names != '\0'; names = strchr(names, ' ') + 1)
		if (strncmp(names, word, length) == 0 && names[length] == ' ')
			return true;
	return false;
}

const char *
keyadvice_of_others(const char *name)
{
	char letters[LETTERS_MAX + 1];

	if (!letters_of(name, letters))
		return NULL;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (is_among(letters, others[i].names))
			return others[i].advice;
	return NULL;
}

/* Levenshtein's distance, row by row. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t columns = strlen(b) + 1;
	size_t row[LETTERS_MAX + 1];

	for (size_t j = 0; j < columns; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j < columns; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[columns - 1];
}

size_t
keyadvice_distance(const char *name, const char *key)
{
	char a[LETTERS_MAX + 1] = "", b[LETTERS_MAX + 1] = "";

	if (!letters_of(name, a) || !letters_of(key, b))
		return SIZE_MAX;
	size_t distance = edit_distance(a, b);
	return distance * 3 <= strlen(a) ? distance : SIZE_MAX;
}
