/*
 * Many browsers: each opens a session and its stream of events, asks one
 * question, and watches the answer grow.
 *
 *   bench-listen PORT SITE CLIENTS
 *
 * Prints a line of JSON every second: how far the clients are, what has arrived
 * since the last line, and the age of the deltas, which hold the time they left
 * the model.  Ends when every client has its answer.
 */

#include <ctype.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/tools.h"

enum { TOKEN = 400, KINDS = 16, LINES = 32, OPENING = 64, STAMP = 6 };

struct client {
	struct crowd *crowd;
	char token[TOKEN];
	int fd;
	struct event *readable;
	char kind[KINDS]; /* how the line that is being read begins */
	size_t at;
	int digits; /* of a time; -1: outside of one */
	unsigned value;
	int is_welcome, messages;
};

/* A connection for the requests of one client after the other. */
struct line {
	struct crowd *crowd;
	struct bufferevent *bev;
	struct client *client;
	int64_t asked;
};

struct crowd {
	struct event_base *base;
	struct sockaddr_in address;
	const char *site;
	struct client *clients;
	struct line lines[LINES];
	int n, named, opened, welcome, asked, accepted, answered;
	enum { NAMING, OPENING_STREAMS, ASKING, WATCHING } phase;
	long events, stamps;
	struct times ages;
};

static void go_on(struct crowd *c);

static void die(const char *what)
{
	fprintf(stderr, "bench-listen: %s\n", what);
	exit(1);
}

/* --- streams ---------------------------------------------------------------------- */

static void end_line(struct client *cl)
{
	struct crowd *c = cl->crowd;

	if (memcmp(cl->kind, ": welcome", 9) == 0 && !cl->is_welcome) {
		cl->is_welcome = 1;
		c->welcome++;
		go_on(c);
	} else if (memcmp(cl->kind, "event: message", 14) == 0) {
		c->answered += ++cl->messages == 2; /* the question, then the answer */
	} else if (memcmp(cl->kind, "event: delta", 12) == 0) {
		c->events++;
	}
}

/* Within the data of a delta: "@" and digits are the time at which a piece of it left. */
static void read_stamp(struct client *cl, char byte)
{
	struct crowd *c = cl->crowd;

	if (byte == '@') {
		cl->digits = 0;
		cl->value = 0;
	} else if (cl->digits >= 0 && isxdigit((unsigned char)byte)) {
		cl->digits++;
		cl->value =
			cl->value << 4 | (unsigned)(byte <= '9' ? byte - '0' : byte - 'a' + 10);
	} else {
		if (cl->digits == STAMP) {
			c->stamps++;
			times_add(&c->ages, stamp_age_us(cl->value));
		}
		cl->digits = -1;
	}
}

static void read_byte(struct client *cl, char byte)
{
	static const char delta[] = "data: {\"answer\""; /* deltas alone begin so */

	if (byte == '\n') {
		end_line(cl);
		memset(cl->kind, 0, sizeof cl->kind);
		cl->at = 0;
		cl->digits = -1;
	} else if (cl->at < KINDS - 1) {
		cl->kind[cl->at++] = byte;
	} else if (memcmp(cl->kind, delta, sizeof delta - 1) == 0) {
		read_stamp(cl, byte);
	}
}

static void on_stream(evutil_socket_t fd, short what, void *arg)
{
	static char data[65536];
	struct client *cl = arg;
	ssize_t n = recv(fd, data, sizeof data, 0);

	(void)what;
	if (n == 0)
		die("a stream was closed");
	for (ssize_t i = 0; i < n; i++)
		read_byte(cl, data[i]);
}

static void open_stream(struct crowd *c)
{
	struct client *cl = &c->clients[c->opened++];
	char request[TOKEN + 200];
	int n = snprintf(request, sizeof request,
			 "GET /api/v1/events?token=%s HTTP/1.1\r\nHost: bench\r\n"
			 "Accept: text/event-stream\r\n\r\n",
			 cl->token);

	cl->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (cl->fd < 0 ||
	    connect(cl->fd, (struct sockaddr *)&c->address, sizeof c->address) != 0 ||
	    send(cl->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("cannot open a stream");
	evutil_make_socket_nonblocking(cl->fd);
	cl->digits = -1;
	cl->readable = event_new(c->base, cl->fd, EV_READ | EV_PERSIST, on_stream, cl);
	event_add(cl->readable, NULL);
}

/* --- requests ----------------------------------------------------------------------- */

static void post(struct line *l, const char *path, const char *token, const char *body)
{
	l->asked = now_us();
	evbuffer_add_printf(bufferevent_get_output(l->bev),
			    "POST %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n"
			    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			    path, token, strlen(body), body);
}

static void ask_name(struct line *l)
{
	struct crowd *c = l->crowd;
	char body[120];

	l->client = c->named < c->n ? &c->clients[c->named++] : NULL;
	snprintf(body, sizeof body, "{\"site\":\"%s\",\"lang\":\"en\"}", c->site);
	if (l->client)
		post(l, "/api/v1/sessions", "", body);
}

static void ask_question(struct line *l)
{
	struct crowd *c = l->crowd;
	char body[160];

	l->client = c->asked < c->n ? &c->clients[c->asked++] : NULL;
	snprintf(body, sizeof body,
		 "{\"id\":\"bench-%08d\",\"text\":\"How long does delivery take?\"}", c->asked);
	if (l->client)
		post(l, "/api/v1/messages", l->client->token, body);
}

static void keep_token(struct client *cl, const char *body)
{
	const char *token = strstr(body, "\"token\":\"");
	size_t len = token ? strcspn(token + 9, "\"") : 0;

	if (len == 0 || len >= TOKEN)
		die("no token came");
	memcpy(cl->token, token + 9, len);
}

static void on_answer(struct bufferevent *bev, void *arg)
{
	struct line *l = arg;
	struct crowd *c = l->crowd;
	char body[2048];
	int status = take_answer(bufferevent_get_input(bev), body, sizeof body);

	if (!status)
		return;
	if (status != 201)
		die(body);
	if (c->phase == NAMING) {
		keep_token(l->client, body);
		c->accepted++;
		ask_name(l);
	} else {
		c->accepted++;
		ask_question(l);
	}
	go_on(c);
}

static void on_broken(struct bufferevent *bev, short what, void *arg)
{
	const struct crowd *c = ((struct line *)arg)->crowd;

	(void)bev;
	if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF) &&
	    (c->phase == NAMING || c->phase == ASKING)) /* later they idle, and are closed */
		die("a connection broke");
}

static void open_lines(struct crowd *c)
{
	for (int i = 0; i < LINES; i++) {
		struct line *l = &c->lines[i];

		l->crowd = c;
		l->bev = bufferevent_socket_new(c->base, -1, BEV_OPT_CLOSE_ON_FREE);
		bufferevent_setcb(l->bev, on_answer, NULL, on_broken, l);
		bufferevent_enable(l->bev, EV_READ | EV_WRITE);
		bufferevent_socket_connect(l->bev, (struct sockaddr *)&c->address,
					   sizeof c->address);
	}
}

/* --- phases --------------------------------------------------------------------------- */

static void everybody(struct crowd *c, void (*ask)(struct line *))
{
	c->accepted = 0;
	for (int i = 0; i < LINES; i++)
		ask(&c->lines[i]);
}

static void go_on(struct crowd *c)
{
	if (c->phase == NAMING && c->accepted == c->n)
		c->phase = OPENING_STREAMS;
	while (c->phase == OPENING_STREAMS && c->opened < c->n &&
	       c->opened - c->welcome < OPENING)
		open_stream(c);
	if (c->phase == OPENING_STREAMS && c->welcome == c->n) {
		c->phase = ASKING;
		everybody(c, ask_question);
	} else if (c->phase == ASKING && c->accepted == c->n) {
		c->phase = WATCHING;
	}
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct crowd *c = arg;

	(void)fd, (void)what;
	printf("{\"welcome\":%d,\"asked\":%d,\"answered\":%d,\"events\":%ld,\"deltas\":%ld,"
	       "\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n",
	       c->welcome, c->phase < ASKING ? 0 : c->accepted, c->answered, c->events,
	       c->stamps, times_ms(&c->ages, 0.5), times_ms(&c->ages, 0.99));
	fflush(stdout);
	c->events = c->stamps = 0;
	times_clear(&c->ages);
	if (c->answered == c->n)
		event_base_loopbreak(c->base);
}

int main(int argc, char **argv)
{
	static struct crowd c = { .address = { .sin_family = AF_INET } };

	if (argc != 4 || (c.n = atoi(argv[3])) < 1) {
		fprintf(stderr, "usage: bench-listen PORT SITE CLIENTS\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	c.base = event_base_new();
	c.address.sin_port = htons((uint16_t)atoi(argv[1]));
	c.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c.site = argv[2];
	c.clients = calloc((size_t)c.n, sizeof *c.clients);
	if (!c.base || !c.clients)
		abort();
	for (int i = 0; i < c.n; i++)
		c.clients[i].crowd = &c;
	open_lines(&c);
	event_add(event_new(c.base, -1, EV_PERSIST, on_second, &c),
		  &(struct timeval){ .tv_sec = 1 });
	everybody(&c, ask_name);
	event_base_dispatch(c.base);
	return 0;
}
