/*
 * The ceiling of accepting: evhttp, and one prepared INSERT for each request,
 * many of them in one pipelined commit.  It parses nothing but a number, keeps
 * one table and knows no conversations: nothing that does more can be faster
 * with the same libraries.
 *
 *   bench-ceiling PORT DATABASE_URL
 */

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "tests/bench/tools.h"

enum { GROUP = 64, GROUPS = 4 }; /* statements in a commit, commits on their way */

struct asked {
	TAILQ_ENTRY(asked) entry;
	struct evhttp_request *req;
};

TAILQ_HEAD(asked_list, asked);

struct ceiling {
	PGconn *conn;
	struct event *io, *soon;
	struct asked_list waiting, sent;
	int waiting_count, groups, sizes[GROUPS], first; /* sizes: a ring of groups sent */
};

static void die(const struct ceiling *c, const char *what)
{
	fprintf(stderr, "bench-ceiling: %s: %s\n", what, PQerrorMessage(c->conn));
	exit(69);
}

static void insert(struct ceiling *c, struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);
	char body[1024], id[24];
	const char *number, *values[] = { id, body };

	len = len < sizeof body ? len : sizeof body - 1;
	evbuffer_copyout(in, body, len);
	body[len] = 0;
	number = strstr(body, "\"update_id\":");
	snprintf(id, sizeof id, "%lld", number ? strtoll(number + 12, NULL, 10) : 0);
	if (!PQsendQueryPrepared(c->conn, "put", 2, values, NULL, NULL, 0))
		die(c, "send");
}

static void send_group(struct ceiling *c)
{
	int n = 0;
	struct asked *a;

	while (n < GROUP && (a = TAILQ_FIRST(&c->waiting))) {
		TAILQ_REMOVE(&c->waiting, a, entry);
		TAILQ_INSERT_TAIL(&c->sent, a, entry);
		insert(c, a->req);
		n++;
	}
	c->waiting_count -= n;
	c->sizes[(c->first + c->groups++) % GROUPS] = n;
	if (!PQpipelineSync(c->conn) || PQflush(c->conn) < 0)
		die(c, "sync");
}

static void send_groups(struct ceiling *c)
{
	while (c->waiting_count && (c->groups == 0 || c->waiting_count >= GROUP) &&
	       c->groups < GROUPS)
		send_group(c);
}

static void reply_group(struct ceiling *c)
{
	for (int n = c->sizes[c->first]; n > 0; n--) {
		struct asked *a = TAILQ_FIRST(&c->sent);

		TAILQ_REMOVE(&c->sent, a, entry);
		evhttp_send_reply(a->req, 200, "OK", NULL);
		free(a);
	}
	c->first = (c->first + 1) % GROUPS;
	c->groups--;
}

/* Between the statements of a pipeline libpq says NULL; they are all of one kind here. */
static void on_postgres(evutil_socket_t fd, short what, void *arg)
{
	struct ceiling *c = arg;
	PGresult *result;

	(void)fd, (void)what;
	if (!PQconsumeInput(c->conn))
		die(c, "lost");
	while (c->groups && !PQisBusy(c->conn)) {
		result = PQgetResult(c->conn);
		if (!result)
			continue;
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			reply_group(c);
		else if (PQresultStatus(result) != PGRES_COMMAND_OK)
			die(c, "insert");
		PQclear(result);
	}
	PQflush(c->conn);
	send_groups(c);
}

/* All requests of this round of the loop go together. */
static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	send_groups(arg);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct ceiling *c = arg;
	struct asked *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	a->req = req;
	TAILQ_INSERT_TAIL(&c->waiting, a, entry);
	c->waiting_count++;
	event_active(c->soon, 0, 0);
}

static void open_table(struct ceiling *c, const char *url)
{
	c->conn = PQconnectdb(url);
	if (PQstatus(c->conn) != CONNECTION_OK)
		die(c, "connect");
	PQclear(PQexec(c->conn, "set client_min_messages = warning"));
	PQclear(PQexec(c->conn, "drop table if exists ceiling"));
	PQclear(PQexec(c->conn, "create table ceiling (id bigint primary key, body text)"));
	PQclear(PQprepare(c->conn, "put",
			  "insert into ceiling values ($1, $2) on conflict do nothing", 2,
			  NULL));
	if (PQsetnonblocking(c->conn, 1) != 0 || !PQenterPipelineMode(c->conn))
		die(c, "pipeline");
}

int main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;
	struct ceiling c = { 0 };

	if (argc != 3 || !http) {
		fprintf(stderr, "usage: bench-ceiling PORT DATABASE_URL\n");
		return 64;
	}
	TAILQ_INIT(&c.waiting);
	TAILQ_INIT(&c.sent);
	open_table(&c, argv[2]);
	c.io = event_new(base, PQsocket(c.conn), EV_READ | EV_PERSIST, on_postgres, &c);
	c.soon = event_new(base, -1, 0, on_soon, &c);
	event_add(c.io, NULL);
	evhttp_set_gencb(http, on_request, &c);
	if (evhttp_bind_socket(http, "127.0.0.1", (unsigned short)atoi(argv[1])) != 0)
		return 69;
	event_base_dispatch(base);
	return 0;
}
