#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/listener.h>
#include <netdb.h>
#include <unistd.h>

#include "common/flow/flow.h"
#include "common/redis/redis.h"
#include "tests/integration/redis_server.h"

/* A server that has a name, and moves.  The system's own lookup is replaced by ours. */

static struct event_base *base;
static struct redis *r;
static const char *place; /* NULL: nobody knows the name */
static int delay_ms;      /* that finding it takes */
static int asked;
static int visits[2]; /* of 127.0.0.1 and 127.0.0.2 */

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
		struct addrinfo **out)
{
	struct sockaddr_in *in = calloc(1, sizeof *in);
	struct addrinfo *found = calloc(1, sizeof *found);

	assert_string_equal(host, "moves.example");
	if (!in || !found)
		abort();
	if (!(hints->ai_flags & AI_NUMERICHOST)) {
		__atomic_add_fetch(&asked, 1, __ATOMIC_SEQ_CST);
		usleep((useconds_t)delay_ms * 1000);
	}
	if ((hints->ai_flags & AI_NUMERICHOST) || !place) {
		free(in);
		free(found);
		return EAI_NONAME;
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)atoi(port));
	inet_pton(AF_INET, place, &in->sin_addr);
	found->ai_addr = (struct sockaddr *)in;
	found->ai_addrlen = sizeof *in;
	*out = found;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	free(list->ai_addr);
	free(list);
}

static void on_visit(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *peer,
		     int len, void *count)
{
	(void)l, (void)peer, (void)len;
	++*(int *)count;
	close(fd);
}

/* Whoever comes is sent away at once.  *port: 0 for any, and then that. */
static struct evconnlistener *listen_at(const char *address, int *port, int *count)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port) };
	socklen_t len = sizeof in;
	struct evconnlistener *l;

	inet_pton(AF_INET, address, &in.sin_addr);
	l = evconnlistener_new_bind(base, on_visit, count, LEV_OPT_CLOSE_ON_FREE, 8,
				    (struct sockaddr *)&in, sizeof in);
	assert_non_null(l);
	getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&in, &len);
	*port = ntohs(in.sin_port);
	return l;
}

static void open_redis(int port)
{
	char url[64];
	struct err e;

	snprintf(url, sizeof url, "redis://moves.example:%d", port);
	r = redis_open(base, url, &e);
	assert_non_null(r);
}

static int set_up(void **state)
{
	(void)state;
	place = "127.0.0.1";
	delay_ms = visits[0] = visits[1] = 0;
	__atomic_store_n(&asked, 0, __ATOMIC_SEQ_CST);
	base = event_base_new();
	flow_open(base);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	redis_close(r);
	flow_close();
	event_base_free(base);
	return 0;
}

static void a_server_that_moved_is_found(void **state)
{
	int port = 0;
	struct evconnlistener *here = listen_at("127.0.0.1", &port, &visits[0]);
	struct evconnlistener *there = listen_at("127.0.0.2", &port, &visits[1]);

	(void)state;
	open_redis(port);
	run_until(base, &visits[0], 1);
	place = "127.0.0.2";
	run_until(base, &visits[1], 1);
	evconnlistener_free(here);
	evconnlistener_free(there);
}

static void a_name_that_nobody_knows_yet_is_asked_again(void **state)
{
	int port = 0;
	struct evconnlistener *here = listen_at("127.0.0.1", &port, &visits[0]);

	(void)state;
	place = NULL;
	open_redis(port);
	run_for(base, 300);
	assert_false(redis_is_up(r));
	assert_true(__atomic_load_n(&asked, __ATOMIC_SEQ_CST) > 1);
	place = "127.0.0.1";
	run_until(base, &visits[0], 1);
	evconnlistener_free(here);
}

static void nobody_waits_for_a_name_that_takes_long(void **state)
{
	int had;

	(void)state;
	delay_ms = 500;
	open_redis(1);
	run_for(base, 100);
	had = __atomic_load_n(&asked, __ATOMIC_SEQ_CST);
	assert_int_equal(had, 1);
	redis_close(r); /* while it is being asked */
	r = NULL;
	run_for(base, 600);
	assert_int_equal(__atomic_load_n(&asked, __ATOMIC_SEQ_CST), had);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_server_that_moved_is_found, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_name_that_nobody_knows_yet_is_asked_again,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_waits_for_a_name_that_takes_long, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
