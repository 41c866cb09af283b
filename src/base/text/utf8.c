/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Characters of UTF-8. */
#include "base/text/utf8.h"

size_t
utf8_read(const unsigned char *bytes, size_t left, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = bytes[0] < 0x80   ? 1
	                : bytes[0] < 0xc2 ? 0
	                : bytes[0] < 0xe0 ? 2
	                : bytes[0] < 0xf0 ? 3
	                : bytes[0] < 0xf5 ? 4
	                                  : 0;

	if (length == 0 || length > left)
		return 0;
	*character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3f);
	}
	bool surrogate = *character >= 0xd800 && *character <= 0xdfff;
	if (*character < smallest[length] || *character > 0x10ffff || surrogate)
		return 0;
	return length;
}

/* Controls, blanks other than that of ASCII, invisible characters, characters that change the
 * direction of writing, and code points that are not characters. */
static const struct {
	uint32_t first, last;
} unprintable[] = { { 0x00, 0x1f }, { 0x7f, 0xa0 }, { 0xad, 0xad }, { 0x61c, 0x61c },
	{ 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x180e, 0x180e }, { 0x2000, 0x200f },
	{ 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0xe0000, 0x10ffff } };

bool
utf8_is_printable(uint32_t character)
{
	for (size_t i = 0; i < sizeof unprintable / sizeof unprintable[0]; i++)
		if (character >= unprintable[i].first &&
		    character <= unprintable[i].last)
			return false;
	return true;
}
