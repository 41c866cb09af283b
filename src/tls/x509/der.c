/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and writing elements of DER. */
#include "tls/x509/der.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"

enum {
	LONG_FORM = 0x80,
	LENGTH_BYTES_MAX = 4,
	HEADER_MAX = 2 + LENGTH_BYTES_MAX,
	TIME_SIZE = 32
};

/* Reads the header at the front of `rest`. Returns its length, or 0 if it is not valid. */
static size_t
read_header(const struct der *rest, size_t *content_size)
{
	if (rest->size < 2)
		return 0;
	*content_size = rest->bytes[1];
	if (*content_size < LONG_FORM)
		return 2;
	size_t count = *content_size & (LONG_FORM - 1);
	if (count == 0 || count > LENGTH_BYTES_MAX || rest->size < 2 + count)
		return 0;
	*content_size = 0;
	for (size_t i = 0; i < count; i++)
		*content_size = *content_size << 8 | rest->bytes[2 + i];
	return 2 + count;
}

bool
der_take(struct der *rest, struct der_element *element)
{
	size_t size;
	size_t header = read_header(rest, &size);

	if (header == 0 || size > rest->size - header)
		return false;
	element->tag = rest->bytes[0];
	element->whole = (struct der){ rest->bytes, header + size };
	element->content = (struct der){ rest->bytes + header, size };
	rest->bytes += header + size;
	rest->size -= header + size;
	return true;
}

bool
der_take_tag(struct der *rest, unsigned tag, struct der_element *element)
{
	return rest->size > 0 && rest->bytes[0] == tag && der_take(rest, element);
}

bool
der_equals(struct der der, const void *bytes, size_t size)
{
	return der.size == size && memcmp(der.bytes, bytes, size) == 0;
}

void
der_add(struct der_text *text, struct der bytes)
{
	if (bytes.size == 0)
		return;
	text->bytes = memory_resize(text->bytes, text->size + bytes.size);
	memcpy(text->bytes + text->size, bytes.bytes, bytes.size);
	text->size += bytes.size;
}

/* Writes tag and length, the length in the fewest bytes. Returns the number of bytes written. */
static size_t
write_header(unsigned char header[HEADER_MAX], unsigned tag, size_t size)
{
	size_t count = 0;

	header[0] = (unsigned char)tag;
	header[1] = (unsigned char)size;
	if (size < LONG_FORM)
		return 2;
	for (size_t left = size; left > 0; left >>= 8)
		count++;
	header[1] = (unsigned char)(LONG_FORM | count);
	for (size_t i = 0; i < count; i++)
		header[2 + i] = (unsigned char)(size >> 8 * (count - 1 - i));
	return 2 + count;
}

void
der_add_element(struct der_text *text, unsigned tag, struct der content)
{
	unsigned char header[HEADER_MAX];
	size_t size = write_header(header, tag, content.size);

	der_add(text, (struct der){ header, size });
	der_add(text, content);
}

void
der_add_time(struct der_text *text, time_t when)
{
	char digits[TIME_SIZE];
	struct tm tm;

	gmtime_r(&when, &tm);
	size_t size = strftime(digits, sizeof digits, "%Y%m%d%H%M%SZ", &tm);
	size_t skipped = tm.tm_year < 150 ? 2 : 0;
	der_add_element(text, skipped > 0 ? DER_UTC_TIME : DER_GENERALIZED_TIME,
	    (struct der){ (unsigned char *)digits + skipped, size - skipped });
}

void
der_wrap(struct der_text *text, unsigned tag)
{
	struct der_text outer = { 0 };

	der_add_element(&outer, tag, der_of(text));
	der_text_fini(text);
	*text = outer;
}

struct der
der_of(const struct der_text *text)
{
	return (struct der){ text->bytes, text->size };
}

void
der_text_fini(struct der_text *text)
{
	free(text->bytes);
	*text = (struct der_text){ 0 };
}
