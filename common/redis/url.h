#pragma once

#include <sys/un.h>

#include "common/base/err.h"

/*
 * Where a Redis server is and how to log in, from
 *   redis://[[user:]password@]host[:port][/database]
 *   unix:/path[?db=database&password=...]
 * User and password may be percent-encoded.
 */

struct redis_url {
	char host[256]; /* a name, an address, or "" */
	char port[6];
	char path[100]; /* of a socket; "" unless it is one */
	char user[128], password[256];
	int database;
};

/* 0, or -1 with *e, which never shows the password. */
int redis_url_parse(struct redis_url *out, const char *text, struct err *e);

/* Of the socket at url->path. */
void redis_url_local(const struct redis_url *url, struct sockaddr_un *address);

/* A socket that can be connected to an address of that family, or -1. */
int redis_url_socket(int family);
