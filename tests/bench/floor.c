/*
 * The floor of a turn's latency: the same ways as ours, and nothing on them. Three
 * processes, each of which does one thing after another; PostgreSQL keeps one row a
 * turn, asked by its number in four calls, of which the last waits for the disk;
 * Redis carries the turn's number twice; the model and Telegram are asked in one
 * write and one read each. No conversations, no limits, no retries, and the 2xx does
 * not wait for the disk: whoever keeps our promises in as many steps needs more.
 *
 *   bench-floor accept|answer|send DATABASE_URL REDIS_SOCKET WORLD_PORT [PORT]
 */

#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/server.h"
#include "tests/bench/tools.h"

struct role {
	const char *name, *setup, *call; /* SQL; call takes a turn's number */
	const char *from, *to;           /* streams; NULL: none */
};

static const struct role roles[] = {
	{ "accept", "set synchronous_commit = off",
	  "insert into floor values ($1::bigint, 0, 'Do you deliver to Vilnius?') "
	  "on conflict (id) do update set state = 0",
	  NULL, "floor:answer" },
	{ "answer", "set synchronous_commit = off",
	  "update floor set state = state + 1 where id = $1::bigint returning body",
	  "floor:answer", "floor:send" },
	{ "send", "set synchronous_commit = on",
	  "update floor set state = state + 1 where id = $1::bigint returning body",
	  "floor:send", NULL },
};

struct floor {
	const struct role *role;
	PGconn *pg;
	redisContext *redis;
	int world; /* a socket */
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench-floor: %s: %s\n", what, why);
	exit(69);
}

/* --- one step each ------------------------------------------------------------- */

static void ask_postgres(struct floor *f, const char *id)
{
	PGresult *result = PQexecPrepared(f->pg, "call", 1, &id, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		die("call", PQerrorMessage(f->pg));
	PQclear(result);
}

static void ring(struct floor *f, const char *id)
{
	redisReply *reply = redisCommand(f->redis, "XADD %s * e %s", f->role->to, id);

	if (!reply)
		die("ring", f->redis->errstr);
	freeReplyObject(reply);
}

/* The fake answers in one write. */
static void ask_world(struct floor *f, const char *path, const char *body)
{
	char text[2048];
	int len =
		snprintf(text, sizeof text,
			 "POST %s HTTP/1.1\r\nHost: world\r\nContent-Type: application/json\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 path, strlen(body), body);

	if (write(f->world, text, (size_t)len) != len || read(f->world, text, sizeof text) <= 0)
		die("world", "gone");
}

/* --- the three ------------------------------------------------------------------- */

static struct floor *accepting; /* the fake server's requests name nobody */

static void on_request(struct line *l, const char *head, const char *body, size_t len)
{
	const char *chat = strstr(body, "\"chat\":{\"id\":");
	char id[24];

	(void)head, (void)len;
	snprintf(id, sizeof id, "%lld", chat ? strtoll(chat + 13, NULL, 10) : 0);
	ask_postgres(accepting, id);
	ring(accepting, id);
	line_reply(l, "text/plain", "", 0);
}

static void serve(struct floor *f, int port)
{
	static const struct server_events events = { .request = on_request };
	struct event_base *base = event_base_new();

	if (!base)
		abort();
	accepting = f;
	server_open(base, port, NULL, NULL, &events);
	event_base_dispatch(base);
}

static void answer(struct floor *f, const char *id)
{
	ask_postgres(f, id); /* the claim */
	ask_world(f, "/v1/chat/completions",
		  "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\","
		  "\"content\":\"Do you deliver to Vilnius?\"}]}");
	ask_postgres(f, id); /* the answer */
	ring(f, id);
}

static void send_message(struct floor *f, const char *id)
{
	char body[128];

	snprintf(body, sizeof body,
		 "{\"chat_id\":\"%s\",\"text\":\"Delivery takes two days.\"}", id);
	ask_postgres(f, id);
	ask_world(f, "/bot1:bench/sendMessage", body);
}

static void work(struct floor *f)
{
	char last[64] = "$";

	for (;;) {
		redisReply *reply = redisCommand(f->redis, "XREAD BLOCK 0 STREAMS %s %s",
						 f->role->from, last);
		const redisReply *entries;

		if (!reply || reply->type != REDIS_REPLY_ARRAY)
			die("read", reply ? "no entries" : f->redis->errstr);
		entries = reply->element[0]->element[1];
		for (size_t i = 0; i < entries->elements; i++) {
			const char *id = entries->element[i]->element[1]->element[1]->str;

			snprintf(last, sizeof last, "%s", entries->element[i]->element[0]->str);
			if (f->role->to)
				answer(f, id);
			else
				send_message(f, id);
		}
		freeReplyObject(reply);
	}
}

/* --- beginning --------------------------------------------------------------------- */

static void open_postgres(struct floor *f, const char *url)
{
	f->pg = PQconnectdb(url);
	if (PQstatus(f->pg) != CONNECTION_OK)
		die("connect", PQerrorMessage(f->pg));
	PQclear(PQexec(f->pg, "set client_min_messages = warning"));
	PQclear(PQexec(f->pg, "create table if not exists floor (id bigint primary key, "
			      "state int, body text)"));
	PQclear(PQexec(f->pg, f->role->setup));
	PQclear(PQprepare(f->pg, "call", f->role->call, 1, NULL));
}

static int connect_to(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("world", "cannot connect");
	return fd;
}

int main(int argc, char **argv)
{
	struct floor f = { 0 };

	for (size_t i = 0; argc >= 5 && i < sizeof roles / sizeof *roles; i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			f.role = &roles[i];
	if (!f.role || argc != (f.role->from ? 5 : 6)) {
		fprintf(stderr,
			"usage: bench-floor accept|answer|send DATABASE_URL REDIS_SOCKET "
			"WORLD_PORT [PORT]\n");
		return 64;
	}
	open_postgres(&f, argv[2]);
	f.redis = redisConnectUnix(argv[3]);
	if (!f.redis || f.redis->err)
		die("redis", f.redis ? f.redis->errstr : "no memory");
	f.world = connect_to(atoi(argv[4]));
	if (f.role->from)
		work(&f);
	serve(&f, atoi(argv[5]));
	return 0;
}
