/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/conf/keyadvice.h"

#include <stdbool.h>
#include <string.h>

#include "base/text/resemblance.h"

static const struct {
	const char *names; /* by resemblance_letters(), with a blank after each */
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
	{ "ciphersuites sslciphers ssldefaultbindciphers ",
	    "write ciphers = NAME, NAME, ... with commas" },
	{ "curves sslecdhcurve ecdhcurve ecdhe ",
	    "write groups = NAME, NAME, ... with commas" },
	{ "sslprotocols sslversion options ",
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
	    "remove it: tlsd has no such setting" },
	{ "client ", "remove it: tlsd is only a server" },
};

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
	char letters[RESEMBLANCE_LETTERS_SIZE];

	if (!resemblance_letters(name, letters))
		return NULL;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (is_among(letters, others[i].names))
			return others[i].advice;
	return NULL;
}
