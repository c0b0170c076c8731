/*
 * A model that streams, as light as it can be made: one small write a delta.
 *
 *   bench-model PORT FIRST_MS DELTAS EVERY_MS [CERT KEY]
 *
 * Each answer waits FIRST_MS (-1: until somebody asks for /go), then has DELTAS
 * deltas, one every EVERY_MS (0: all at once).  Every delta holds the time at
 * which it left, see stamp_now().  With CERT and KEY it speaks TLS.  Any other
 * GET tells what it has done.
 */

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/tools.h"

enum { HEAD = 4096, TICK_MS = 2 };

TAILQ_HEAD(line_list, line);

struct line {
	struct model *model;
	int fd;
	SSL *ssl;
	struct event *readable, *writable;
	char head[HEAD];
	size_t len, body_left; /* of the request that is coming in */
	char *unsent;          /* what the socket did not take */
	size_t unsent_len;
	TAILQ_ENTRY(line) entry;
	struct line_list *list; /* NULL: no answer is under way */
	int said;               /* its deltas so far */
	int64_t due;
};

struct model {
	struct event_base *base;
	SSL_CTX *tls;
	int first_ms, deltas, every_ms;
	struct line_list waiting, speaking; /* each in the order in which it is due */
	long asked, open, sent, held;       /* held: deltas that waited for a full socket */
};

/* --- bytes -------------------------------------------------------------------- */

static ssize_t take(struct line *l, void *to, size_t size)
{
	ssize_t n;

	if (!l->ssl)
		return recv(l->fd, to, size, 0);
	n = SSL_read(l->ssl, to, (int)size);
	if (n > 0)
		return n;
	errno = SSL_get_error(l->ssl, (int)n) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
	return errno == EAGAIN ? -1 : 0;
}

static ssize_t give(struct line *l, const void *data, size_t len)
{
	ssize_t n = l->ssl ? SSL_write(l->ssl, data, (int)len)
			   : send(l->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n > 0 ? n : 0; /* a dead peer is noticed by reading */
}

static void write_all(struct line *l, const char *data, size_t len)
{
	size_t n = l->unsent_len ? 0 : (size_t)give(l, data, len);

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
	size_t n = (size_t)give(l, l->unsent, l->unsent_len);

	(void)fd, (void)what;
	l->unsent_len -= n;
	memmove(l->unsent, l->unsent + n, l->unsent_len);
	if (l->unsent_len)
		event_add(l->writable, NULL);
}

/* --- answers -------------------------------------------------------------------- */

static void end_answer(struct line *l)
{
	static const char end[] =
		"data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
		"\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
		"data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
		"\"choices\":[],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":50,"
		"\"total_tokens\":100}}\n\ndata: [DONE]\n\n";
	char chunk[sizeof end + 32];
	int n = snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n0\r\n\r\n", sizeof end - 1, end);

	l->list = NULL;
	l->model->open--;
	write_all(l, chunk, (size_t)n);
}

static void say_one(struct line *l)
{
	char event[400], chunk[420];
	int len, n;

	len = snprintf(event, sizeof event,
		       "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
		       "\"created\":1795000000,\"model\":\"bench\",\"system_fingerprint\":"
		       "\"fp_bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
		       "\"@%06x \"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
		       stamp_now());
	n = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", (unsigned)len, event);
	l->said++;
	l->model->sent++;
	write_all(l, chunk, (size_t)n);
}

/* What is due now; whoever does not read is left out until it does. */
static void speak(struct line *l, int64_t now)
{
	struct model *m = l->model;

	if (l->unsent_len && l->said < m->deltas) {
		m->held++;
	} else {
		do {
			say_one(l);
		} while (m->every_ms == 0 && l->said < m->deltas);
	}
	if (l->said >= m->deltas) {
		end_answer(l);
		return;
	}
	l->due += m->every_ms * 1000LL;
	if (l->due < now)
		l->due = now;
	l->list = &m->speaking;
	TAILQ_INSERT_TAIL(l->list, l, entry);
}

static void speak_due(struct line_list *list)
{
	int64_t now = now_us();
	struct line *l;

	while ((l = TAILQ_FIRST(list)) && l->due <= now) {
		TAILQ_REMOVE(list, l, entry);
		speak(l, now);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct model *m = arg;

	(void)fd, (void)what;
	speak_due(&m->waiting);
	speak_due(&m->speaking);
}

static void begin_answer(struct line *l)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n";
	struct model *m = l->model;

	m->asked++;
	m->open++;
	l->said = 0;
	l->due = m->first_ms < 0 ? INT64_MAX : now_us() + m->first_ms * 1000LL;
	write_all(l, head, sizeof head - 1);
	if (m->first_ms == 0 && m->every_ms == 0) {
		speak(l, l->due);
		return;
	}
	l->list = &m->waiting;
	TAILQ_INSERT_TAIL(l->list, l, entry);
}

/* All who wait begin, spread over the time between two deltas. */
static void let_go(struct model *m)
{
	int64_t now = now_us(), step = m->every_ms * 1000LL / (m->open ? m->open : 1);
	struct line *l;

	m->first_ms = 0;
	TAILQ_FOREACH (l, &m->waiting, entry)
		l->due = now += step;
}

static void tell(struct line *l)
{
	struct model *m = l->model;
	char body[160], answer[300];
	int len = snprintf(body, sizeof body,
			   "{\"asked\":%ld,\"open\":%ld,\"deltas\":%ld,\"held\":%ld}", m->asked,
			   m->open, m->sent, m->held);
	int n = snprintf(answer, sizeof answer,
			 "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			 len, body);

	write_all(l, answer, (size_t)n);
	shutdown(l->fd, SHUT_WR);
}

/* --- requests ------------------------------------------------------------------- */

static void hang_up(struct line *l)
{
	struct model *m = l->model;

	if (l->list) {
		m->open--;
		TAILQ_REMOVE(l->list, l, entry);
	}
	event_free(l->readable);
	event_free(l->writable);
	SSL_free(l->ssl);
	close(l->fd);
	free(l->unsent);
	free(l);
}

static void take_head(struct line *l, const char *end)
{
	const char *length = strcasestr(l->head, "\r\nContent-Length:");
	size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
	size_t had = l->len - (size_t)(end + 4 - l->head);

	l->body_left = body > had ? body - had : 0;
	l->len = 0;
	if (strncmp(l->head, "GET /go ", 8) == 0)
		let_go(l->model);
	if (strncmp(l->head, "GET ", 4) == 0)
		tell(l);
	else if (!l->body_left)
		begin_answer(l);
}

/* Nobody pipelines; a body that is not read at once only has to be counted. */
static int take_some(struct line *l)
{
	char rest[16384], *end;
	ssize_t n;

	if (l->body_left) {
		n = take(l, rest, l->body_left < sizeof rest ? l->body_left : sizeof rest);
		if (n > 0 && !(l->body_left -= (size_t)n))
			begin_answer(l);
		return n > 0 || (n < 0 && errno == EAGAIN) ? (int)n : -2;
	}
	if (l->len == HEAD - 1)
		return -2;
	n = take(l, l->head + l->len, HEAD - 1 - l->len);
	if (n <= 0)
		return n < 0 && errno == EAGAIN ? -1 : -2;
	l->len += (size_t)n;
	l->head[l->len] = 0;
	end = strstr(l->head, "\r\n\r\n");
	if (end)
		take_head(l, end);
	return (int)n;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct line *l = arg;
	int n;

	(void)fd, (void)what;
	do {
		n = take_some(l);
	} while (n > 0 && l->ssl); /* OpenSSL may hold more than the socket shows */
	if (n == -2)
		hang_up(l);
}

static void on_connection(evutil_socket_t listener, short what, void *arg)
{
	struct model *m = arg;
	int fd;

	(void)what;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct line *l = calloc(1, sizeof *l);

		if (!l)
			abort();
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		l->model = m;
		l->fd = fd;
		if (m->tls) {
			l->ssl = SSL_new(m->tls);
			SSL_set_fd(l->ssl, fd);
			SSL_set_accept_state(l->ssl);
		}
		l->readable = event_new(m->base, fd, EV_READ | EV_PERSIST, on_readable, l);
		l->writable = event_new(m->base, fd, EV_WRITE, on_writable, l);
		event_add(l->readable, NULL);
	}
}

/* --- life ------------------------------------------------------------------------- */

static SSL_CTX *load_tls(const char *cert, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (!tls || SSL_CTX_use_certificate_file(tls, cert, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "bench-model: cannot use %s\n", cert);
		exit(69);
	}
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return tls;
}

int main(int argc, char **argv)
{
	struct model m = { 0 };
	struct timeval tick = { .tv_usec = TICK_MS * 1000L };

	if (argc != 5 && argc != 7) {
		fprintf(stderr,
			"usage: bench-model PORT FIRST_MS DELTAS EVERY_MS [CERT KEY]\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	m.base = event_base_new();
	m.first_ms = atoi(argv[2]);
	m.deltas = atoi(argv[3]);
	m.every_ms = atoi(argv[4]);
	m.tls = argc == 7 ? load_tls(argv[5], argv[6]) : NULL;
	TAILQ_INIT(&m.waiting);
	TAILQ_INIT(&m.speaking);
	event_add(event_new(m.base, listen_at(atoi(argv[1])), EV_READ | EV_PERSIST,
			    on_connection, &m),
		  NULL);
	event_add(event_new(m.base, -1, EV_PERSIST, on_tick, &m), &tick);
	event_base_dispatch(m.base);
	return 0;
}
