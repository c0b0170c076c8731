#include "common/web/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static int parse_v4(struct address *out, const char *text)
{
	memcpy(out->bytes, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, out->bytes + sizeof mapped) == 1 ? 0 : -1;
}

static int parse_bare(struct address *out, const char *text)
{
	if (!strchr(text, ':'))
		return parse_v4(out, text);
	return inet_pton(AF_INET6, text, out->bytes) == 1 ? 0 : -1;
}

int address_parse(struct address *out, const char *text)
{
	char bare[ADDRESS_TEXT];
	const char *from = *text == '[' ? text + 1 : text;
	const char *first = strchr(from, ':');
	size_t len = strlen(from);

	if (from != text)
		len = strcspn(from, "]");
	else if (first && !strchr(first + 1, ':')) /* one colon: a port */
		len = (size_t)(first - from);
	if (len >= sizeof bare || (from != text && from[len] != ']'))
		return -1;
	memcpy(bare, from, len);
	bare[len] = 0;
	return parse_bare(out, bare);
}

int address_is_v4(const struct address *a)
{
	return memcmp(a->bytes, mapped, sizeof mapped) == 0;
}

const char *address_print(char text[ADDRESS_TEXT], const struct address *a)
{
	if (address_is_v4(a))
		inet_ntop(AF_INET, a->bytes + sizeof mapped, text, ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, a->bytes, text, ADDRESS_TEXT);
	return text;
}

int network_parse(struct network *out, const char *text)
{
	char bare[ADDRESS_TEXT];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char *end = NULL;
	long bits, all;

	if (len >= sizeof bare)
		return -1;
	memcpy(bare, text, len);
	bare[len] = 0;
	if (parse_bare(&out->address, bare) < 0)
		return -1;
	all = strchr(bare, ':') ? 128 : 32;
	bits = slash ? strtol(slash + 1, &end, 10) : all;
	if (bits < 0 || bits > all || (slash && (end == slash + 1 || *end)))
		return -1;
	out->bits = (int)(bits + 128 - all);
	return 0;
}

int network_holds(const struct network *n, const struct address *a)
{
	int whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->address.bytes, a->bytes, (size_t)whole) != 0)
		return 0;
	return rest == 0 || (n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

static int is_trusted(const struct address *a, const struct network *trusted, int count)
{
	for (int i = 0; i < count; i++)
		if (network_holds(&trusted[i], a))
			return 1;
	return 0;
}

/* The last element of a list that ends at *len; *len moves before it.  -1: no address. */
static int take_last(struct address *out, const char *list, size_t *len)
{
	char item[64];
	const char *comma = memrchr(list, ',', *len);
	const char *from = comma ? comma + 1 : list;
	size_t n = *len - (size_t)(from - list);

	*len = comma ? (size_t)(comma - list) : 0;
	while (n > 0 && (*from == ' ' || *from == '\t'))
		from++, n--;
	while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '\t'))
		n--;
	if (n == 0 || n >= sizeof item)
		return -1;
	memcpy(item, from, n);
	item[n] = 0;
	return address_parse(out, item);
}

void address_of_client(struct address *out, const struct address *peer, const char *forwarded,
		       const struct network *trusted, int count)
{
	size_t len = forwarded ? strlen(forwarded) : 0;
	struct address next;

	*out = *peer;
	while (len > 0 && is_trusted(out, trusted, count)) {
		if (take_last(&next, forwarded, &len) < 0)
			return; /* not an address: the proxy that let it pass is all we know */
		*out = next;
	}
}
