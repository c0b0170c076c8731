#include "tests/bench/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/tools.h"

enum { FIRST_SIZE = 2048, REQUEST_MAX = 4 << 20 };

struct server {
	struct event_base *base;
	SSL_CTX *tls;
	struct server_events events;
	struct event *listener;
};

struct line {
	struct server *server;
	void *own;
	int fd;
	SSL *ssl;
	struct event *readable, *writable;
	char *in; /* the request that is coming in; always has room for a NUL */
	size_t in_len, in_size;
	char *unsent;
	size_t unsent_len;
};

void **line_own(struct line *l)
{
	return &l->own;
}

/* --- bytes -------------------------------------------------------------------- */

/* Bytes read, 0 at the end, -1 for not now. */
static ssize_t take(struct line *l, void *to, size_t size)
{
	ssize_t n;

	if (!l->ssl) {
		n = recv(l->fd, to, size, 0);
		return n < 0 && errno != EAGAIN ? 0 : n;
	}
	n = SSL_read(l->ssl, to, (int)size);
	if (n > 0)
		return n;
	return SSL_get_error(l->ssl, (int)n) == SSL_ERROR_WANT_READ ? -1 : 0;
}

/* A dead peer is noticed by reading. */
static size_t give(struct line *l, const void *data, size_t len)
{
	ssize_t n = l->ssl ? SSL_write(l->ssl, data, (int)len)
			   : send(l->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n > 0 ? (size_t)n : 0;
}

int line_is_full(const struct line *l)
{
	return l->unsent_len > 0;
}

void line_write(struct line *l, const char *data, size_t len)
{
	size_t n = l->unsent_len ? 0 : give(l, data, len);

	if (n == len)
		return;
	l->unsent = realloc(l->unsent, l->unsent_len + len - n);
	if (!l->unsent)
		abort();
	memcpy(l->unsent + l->unsent_len, data + n, len - n);
	l->unsent_len += len - n;
	event_add(l->writable, NULL);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;
	size_t n = give(l, l->unsent, l->unsent_len);

	(void)fd, (void)what;
	l->unsent_len -= n;
	memmove(l->unsent, l->unsent + n, l->unsent_len);
	if (l->unsent_len)
		event_add(l->writable, NULL);
}

void line_reply(struct line *l, const char *type, const char *body, size_t len)
{
	char small[1024], *answer = len < sizeof small / 2 ? small : malloc(len + 512);
	int n;

	if (!answer)
		abort();
	n = snprintf(answer, 512,
		     "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
		     len);
	memcpy(answer + n, body, len);
	line_write(l, answer, (size_t)n + len);
	if (answer != small)
		free(answer);
}

/* --- requests ------------------------------------------------------------------- */

static void hang_up(struct line *l)
{
	if (l->server->events.gone)
		l->server->events.gone(l);
	event_free(l->readable);
	event_free(l->writable);
	SSL_free(l->ssl);
	close(l->fd);
	free(l->in);
	free(l->unsent);
	free(l);
}

static void make_room(struct line *l)
{
	if (l->in_size - l->in_len > 1)
		return;
	l->in_size = l->in_size ? 2 * l->in_size : FIRST_SIZE;
	l->in = realloc(l->in, l->in_size);
	if (!l->in)
		abort();
}

/* A request that is whole is handed over. */
static void look(struct line *l)
{
	char *end = strstr(l->in, "\r\n\r\n");
	const char *length;
	size_t head, body;

	if (!end)
		return;
	length = strcasestr(l->in, "\r\nContent-Length:");
	head = (size_t)(end + 4 - l->in);
	body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
	if (l->in_len < head + body)
		return;
	*end = 0;
	l->in_len = 0;
	l->server->events.request(l, l->in, end + 4, body);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;
	ssize_t n;

	(void)fd, (void)what;
	do {
		make_room(l);
		n = take(l, l->in + l->in_len, l->in_size - l->in_len - 1);
		if (n > 0) {
			l->in_len += (size_t)n;
			l->in[l->in_len] = 0;
			look(l);
		}
	} while (n > 0 && l->ssl); /* OpenSSL may hold more than the socket shows */
	if (n == 0 || l->in_size > REQUEST_MAX)
		hang_up(l);
}

static void begin_line(struct server *s, int fd)
{
	struct line *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	l->server = s;
	l->fd = fd;
	if (s->tls) {
		l->ssl = SSL_new(s->tls);
		SSL_set_fd(l->ssl, fd);
		SSL_set_accept_state(l->ssl);
	}
	l->readable = event_new(s->base, fd, EV_READ | EV_PERSIST, on_readable, l);
	l->writable = event_new(s->base, fd, EV_WRITE, on_writable, l);
	event_add(l->readable, NULL);
}

static void on_connection(evutil_socket_t listener, short what, void *arg)
{
	int fd;

	(void)what;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		begin_line(arg, fd);
}

/* --- opening ---------------------------------------------------------------------- */

static SSL_CTX *load_tls(const char *cert, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (!tls || SSL_CTX_use_certificate_file(tls, cert, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "cannot use %s\n", cert);
		exit(69);
	}
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return tls;
}

void server_open(struct event_base *base, int port, const char *cert, const char *key,
		 const struct server_events *events)
{
	static struct server s;

	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	s.base = base;
	s.events = *events;
	s.tls = cert ? load_tls(cert, key) : NULL;
	s.listener = event_new(base, listen_at(port), EV_READ | EV_PERSIST, on_connection, &s);
	event_add(s.listener, NULL);
}
