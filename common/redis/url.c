#include "common/redis/url.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
	const char *at = c ? strchr("0123456789abcdef", c | 0x20) : NULL;

	return at ? (int)(at - "0123456789abcdef") : -1;
}

/* Undo percent-encoding.  0, or -1 if it is broken, holds a NUL or does not fit. */
static int decode(char *to, size_t size, const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)from[i];

		if (c == '%') {
			if (len - i < 3 || hex_digit(from[i + 1]) < 0 ||
			    hex_digit(from[i + 2]) < 0)
				return -1;
			c = hex_digit(from[i + 1]) * 16 + hex_digit(from[i + 2]);
			i += 2;
		}
		if (c == 0 || n + 1 == size)
			return -1;
		to[n++] = (char)c;
	}
	to[n] = 0;
	return 0;
}

static int parse_number(const char *text, int max)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] || atoi(text) > max)
		return -1;
	return atoi(text);
}

static int parse_database(struct redis_url *out, const char *text, struct err *e)
{
	out->database = *text ? parse_number(text, 9999) : 0;
	return out->database < 0 ? err_set(e, ERR_PERM, "redis: bad database number") : 0;
}

/* --- redis:// ------------------------------------------------------------- */

/* [user:]password */
static int parse_login(struct redis_url *out, const char *text, size_t len, struct err *e)
{
	const char *colon = memchr(text, ':', len);
	size_t user = colon ? (size_t)(colon - text) : 0;
	const char *password = colon ? colon + 1 : text;

	if (decode(out->user, sizeof out->user, text, user) < 0 ||
	    decode(out->password, sizeof out->password, password,
		   len - (size_t)(password - text)) < 0)
		return err_set(e, ERR_PERM, "redis: bad user or password in the URL");
	return 0;
}

/* host[:port], where host may be [an IPv6 address] */
static int parse_server(struct redis_url *out, const char *text, size_t len, struct err *e)
{
	int is_v6 = *text == '[';
	size_t host = strcspn(text, is_v6 ? "]" : ":/");
	const char *rest = text + host + is_v6;
	size_t left;

	if (host >= len + (size_t)!is_v6 || host == (size_t)is_v6)
		return err_set(e, ERR_PERM, "redis: no host in the URL");
	if (host >= sizeof out->host)
		return err_set(e, ERR_PERM, "redis: the host in the URL is too long");
	left = len - (size_t)(rest - text);
	snprintf(out->host, sizeof out->host, "%.*s", (int)host - is_v6, text + is_v6);
	snprintf(out->port, sizeof out->port, "6379");
	if (left == 0)
		return 0;
	if (*rest == ':')
		snprintf(out->port, sizeof out->port, "%.*s", (int)left - 1, rest + 1);
	if (*rest != ':' || left > 6 || parse_number(out->port, 65535) <= 0)
		return err_set(e, ERR_PERM, "redis: bad port in the URL");
	return 0;
}

static int parse_tcp(struct redis_url *out, const char *text, struct err *e)
{
	size_t len = strcspn(text, "/");
	const char *at = memrchr(text, '@', len);

	if (at && parse_login(out, text, (size_t)(at - text), e) < 0)
		return -1;
	if (parse_database(out, text[len] ? text + len + 1 : "", e) < 0)
		return -1;
	if (at) {
		len -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	return parse_server(out, text, len, e);
}

/* --- unix: ---------------------------------------------------------------- */

static int parse_option(struct redis_url *out, const char *option, struct err *e)
{
	static const char db[] = "db=", password[] = "password=";

	if (strncmp(option, db, sizeof db - 1) == 0)
		return parse_database(out, option + sizeof db - 1, e);
	if (strncmp(option, password, sizeof password - 1) != 0)
		return err_set(e, ERR_PERM, "redis: unknown option in the URL");
	option += sizeof password - 1;
	if (decode(out->password, sizeof out->password, option, strlen(option)) < 0)
		return err_set(e, ERR_PERM, "redis: bad password in the URL");
	return 0;
}

static int parse_unix(struct redis_url *out, const char *text, struct err *e)
{
	size_t len = strcspn(text, "?");
	char options[512], *rest = options;
	int bad = 0;

	if (strncmp(text, "//", 2) == 0) {
		text += 2;
		len -= 2;
	}
	if (*text != '/' || len >= sizeof out->path)
		return err_set(e, ERR_PERM, "redis: unix: needs a path of at most %zu bytes",
			       sizeof out->path - 1);
	memcpy(out->path, text, len);
	snprintf(options, sizeof options, "%s", text[len] ? text + len + 1 : "");
	for (char *option; !bad && (option = strsep(&rest, "&"));)
		bad = *option ? parse_option(out, option, e) : 0;
	return bad;
}

/* --- both ----------------------------------------------------------------- */

int redis_url_parse(struct redis_url *out, const char *text, struct err *e)
{
	*out = (struct redis_url){ 0 };
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(out, text + 5, e);
	if (strncmp(text, "redis://", 8) == 0)
		return parse_tcp(out, text + 8, e);
	if (strncmp(text, "rediss://", 9) == 0)
		return err_set(
			e, ERR_PERM,
			"redis: rediss:// is not supported: use a local socket or stunnel");
	return err_set(e, ERR_PERM, "redis: the URL must begin with redis:// or unix:");
}

void redis_url_local(const struct redis_url *url, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, url->path, sizeof url->path);
}

int redis_url_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd >= 0 && family != AF_UNIX) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	}
	return fd;
}
