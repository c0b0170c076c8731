#include "common/base/utf8.h"

#include <string.h>

enum { REPLACEMENT = 0xFFFD };

/* Bytes of the sequence at p if it is valid, else 0.  Table 3-7 of the Unicode standard. */
static size_t sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (n > left)
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

size_t utf8_valid_prefix(const char *data, size_t len)
{
	size_t at = 0, n;

	while (at < len) {
		n = sequence((const unsigned char *)data + at, len - at);
		if (!n)
			break;
		at += n;
	}
	return at;
}

uint32_t utf8_next(const char *data, size_t len, size_t *at)
{
	static const unsigned char first_mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *p = (const unsigned char *)data + *at;
	size_t n = sequence(p, len - *at);
	uint32_t code;

	if (!n) {
		++*at;
		return REPLACEMENT;
	}
	code = p[0] & first_mask[n];
	for (size_t i = 1; i < n; i++)
		code = code << 6 | (p[i] & 0x3F);
	*at += n;
	return code;
}

size_t utf8_put(char out[4], uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

size_t utf8_clean(char *to, const char *data, size_t len)
{
	size_t at = 0, n = 0;

	while (at < len) {
		uint32_t code = utf8_next(data, len, &at);

		n += utf8_put(to + n, code ? code : REPLACEMENT);
	}
	to[n] = 0;
	return n;
}

size_t utf8_utf16_units(const char *data, size_t len)
{
	size_t at = 0, units = 0;

	while (at < len)
		units += utf8_next(data, len, &at) >= 0x10000 ? 2 : 1;
	return units;
}

size_t utf8_floor(const char *data, size_t len, size_t max)
{
	if (max >= len)
		return len;
	while (max > 0 && ((unsigned char)data[max] & 0xC0) == 0x80)
		max--;
	return max;
}
