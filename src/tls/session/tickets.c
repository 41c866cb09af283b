/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session tickets of a service. */
#include "tls/session/tickets.h"

#include <gnutls/gnutls.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"

enum { EXTENSION_SESSION_TICKET = 35, EXTENSION_PRE_SHARED_KEY = 41 };

/* A key that is not from a file is made anew at each start, so that a leaked one does not
 * decrypt older tickets. */
void
tickets_init(struct tickets *tickets, const char *file, int64_t lifetime_ms,
    struct findings *findings)
{
	struct findings found;

	tickets->lifetime = (unsigned)(lifetime_ms / 1000);
	tickets->are_shared = file[0] != '\0';
	if (tickets->are_shared) {
		findings_init(&found);
		ticketkeys_read(file, &tickets->masters, &found);
		findings_move(findings, &found, "ticket-key-file");
	} else if (ticketkeys_random(&tickets->masters) < 0) {
		findings_error(
		    findings, "session-tickets: no random key can be generated");
	}
}

int
tickets_bind(struct tickets *tickets, const void *rules, size_t size)
{
	tickets->keys = tickets->masters;
	return ticketkeys_bind(&tickets->keys, rules, size);
}

bool
tickets_inherit(struct tickets *tickets, const struct tickets *old)
{
	if (tickets->masters.count == 0 || old->masters.count == 0 ||
	    tickets->are_shared || old->are_shared)
		return false;
	tickets->masters = old->masters;
	return true;
}

void
tickets_fini(struct tickets *tickets)
{
	ticketkeys_wipe(&tickets->masters);
	ticketkeys_wipe(&tickets->keys);
}

static int
enable_key(gnutls_session_t session, const struct ticketkey *key)
{
	struct ticketkey copy = *key; /* the library's datum is not const */
	gnutls_datum_t datum = { copy.bytes, TICKETKEY_SIZE };

	int code = gnutls_session_ticket_enable_server(session, &datum);
	memory_wipe(&copy, sizeof copy);
	return code;
}

int
tickets_equip(const struct tickets *tickets, gnutls_session_t session)
{
	if (tickets->keys.count == 0)
		return 0;
	gnutls_db_set_cache_expiration(session, (int)tickets->lifetime);
	return enable_key(session, ticketkeys_issuing(&tickets->keys, time(NULL)));
}

/* Stores the name of the key that made the client's ticket: a ticket in TLS 1.2 (RFC 5077, 4),
 * or the first identity in TLS 1.3 (RFC 8446, 4.2.11). */
static int
find_name(void *context, unsigned extension, const unsigned char *data, unsigned size)
{
	const unsigned identity =
	    2 + 2; /* lengths of the list and of the first in it */
	const unsigned char **name = context;

	if (extension == EXTENSION_PRE_SHARED_KEY &&
	    size >= identity + TICKETKEY_NAME_SIZE)
		*name = data + identity;
	else if (extension == EXTENSION_SESSION_TICKET && size >= TICKETKEY_NAME_SIZE &&
		 *name == NULL)
		*name = data;
	return 0;
}

/* A single key is the one that the session has already. */
static void
choose_key(const struct ticketkeys *keys, unsigned lifetime, gnutls_session_t session,
    unsigned char *hello, size_t size)
{
	gnutls_datum_t message = { hello, (unsigned)size };
	const unsigned char *name = NULL;

	if (keys->count <= 1 ||
	    gnutls_ext_raw_parse(
		&name, find_name, &message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO) < 0 ||
	    name == NULL)
		return;
	const struct ticketkey *key =
	    ticketkeys_named(keys, name, lifetime, time(NULL));
	/* The library refuses another key once it has used one, for example after a second
	 * hello. */
	if (key != NULL)
		enable_key(session, key);
}

void
tickets_choose_key(const struct tickets *tickets, gnutls_session_t session,
    unsigned char *hello, size_t size)
{
	choose_key(&tickets->keys, tickets->lifetime, session, hello, size);
}

int
tickets_bind_name(const struct tickets *tickets, gnutls_session_t session,
    const char *name, size_t name_size, unsigned char *hello, size_t size)
{
	if (tickets->keys.count == 0)
		return 0;
	struct ticketkeys keys = tickets->keys;
	int code = ticketkeys_bind(&keys, name, name_size);
	if (code == 0)
		code = enable_key(session, ticketkeys_issuing(&keys, time(NULL)));
	if (code == 0)
		choose_key(&keys, tickets->lifetime, session, hello, size);
	ticketkeys_wipe(&keys);
	return code;
}

/* Counts the extension pre_shared_key. */
static int
count_selection(
    void *context, unsigned extension, const unsigned char *data, unsigned size)
{
	unsigned *count = context;

	(void)data;
	(void)size;
	*count += extension == EXTENSION_PRE_SHARED_KEY;
	return 0;
}

bool
tickets_are_selected(unsigned char *hello, size_t size)
{
	const size_t id_at = 2 + 32; /* after version and random bytes */
	unsigned count = 0;

	if (size <= id_at)
		return false;
	const size_t start = id_at + 1 + hello[id_at] + 2 + 1;
	if (size <= start)
		return false;
	const gnutls_datum_t extensions = { hello + start, (unsigned)(size - start) };
	return gnutls_ext_raw_parse(&count, count_selection, &extensions, 0) >= 0 &&
	       count == 1;
}
