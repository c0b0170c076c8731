#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Addresses as 16 bytes: IPv4 as ::ffff:a.b.c.d, so that one comparison serves
 * both families.
 */

struct address {
	uint8_t bytes[16];
};

struct network {
	struct address address;
	int bits;
};

enum { ADDRESS_TEXT = 46 };

/* 0, or -1 if the text is no address.  "[::1]:80" and "1.2.3.4:80" are understood. */
int address_parse(struct address *out, const char *text);
const char *address_print(char text[ADDRESS_TEXT], const struct address *a);
int address_is_v4(const struct address *a);

/* "10.0.0.0/8", "fd00::/8", "192.0.2.7".  0 or -1. */
int network_parse(struct network *out, const char *text);
int network_holds(const struct network *n, const struct address *a);

/*
 * Who asked: the nearest address of X-Forwarded-For (which may be NULL) that
 * is not one of our own proxies, or `peer` itself.
 */
void address_of_client(struct address *out, const struct address *peer, const char *forwarded,
		       const struct network *trusted, int count);
