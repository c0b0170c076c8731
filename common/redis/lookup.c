#include "common/redis/lookup.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The thread shares nothing with us but a pair of sockets: it owns its question and its end,
 * and what it says into it is lost if we have hung up.
 */

struct question {
	int answer_to;
	char host[256], port[6];
};

struct lookup {
	struct event *answer;
	lookup_told *told;
	void *arg;
};

static void ask(struct lookup_found *found, const char *host, const char *port, int flags)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags }, *list;

	*found = (struct lookup_found){ .status = getaddrinfo(host, port, &hints, &list) };
	if (found->status)
		return;
	memcpy(&found->address, list->ai_addr, list->ai_addrlen);
	found->len = list->ai_addrlen;
	freeaddrinfo(list);
}

void lookup_literal(struct lookup_found *found, const char *host, const char *port)
{
	ask(found, host, port, AI_NUMERICHOST);
}

static void *answer(void *arg)
{
	struct question *q = arg;
	struct lookup_found found;

	ask(&found, q->host, q->port, 0);
	(void)!send(q->answer_to, &found, sizeof found, MSG_NOSIGNAL);
	close(q->answer_to);
	free(q);
	return NULL;
}

void lookup_cancel(struct lookup *l)
{
	if (!l)
		return;
	close(event_get_fd(l->answer));
	event_free(l->answer);
	free(l);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *l = arg;
	lookup_told *told = l->told;
	void *told_arg = l->arg;
	struct lookup_found found;

	(void)what;
	if (recv(fd, &found, sizeof found, 0) != sizeof found)
		found = (struct lookup_found){ .status = EAI_SYSTEM };
	lookup_cancel(l);
	told(told_arg, &found);
}

/* Takes over answer_to. */
static int start(int answer_to, const char *host, const char *port)
{
	struct question *q = calloc(1, sizeof *q);
	pthread_attr_t attr;
	pthread_t thread;
	int failed;

	if (!q || pthread_attr_init(&attr) != 0)
		abort();
	q->answer_to = answer_to;
	snprintf(q->host, sizeof q->host, "%s", host);
	snprintf(q->port, sizeof q->port, "%s", port);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	failed = pthread_create(&thread, &attr, answer, q) != 0;
	pthread_attr_destroy(&attr);
	if (failed) {
		close(answer_to);
		free(q);
	}
	return failed;
}

struct lookup *lookup_begin(struct event_base *base, const char *host, const char *port,
			    lookup_told *told, void *arg)
{
	struct lookup *l;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return NULL;
	if (start(ends[1], host, port)) {
		close(ends[0]);
		return NULL;
	}
	l = calloc(1, sizeof *l);
	if (!l)
		abort();
	*l = (struct lookup){ .told = told, .arg = arg };
	l->answer = event_new(base, ends[0], EV_READ, on_answer, l);
	if (!l->answer || event_add(l->answer, NULL) != 0)
		abort();
	return l;
}
