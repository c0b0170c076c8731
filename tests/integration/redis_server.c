#include "tests/integration/redis_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "common/base/clock.h"
#include "common/base/timer.h"

enum { PATIENCE_MS = 60000, TICK_MS = 5 };

struct redis_server {
	char folder[64], path[96], url[112];
	const char *option, *value;
	pid_t pid;
};

static void become_redis(const struct redis_server *s)
{
	const char *argv[] = { "redis-server", "--port",     "0",       "--unixsocket",
			       s->path,        "--save",     "",        "--appendonly",
			       "no",           "--loglevel", "warning", "--dir",
			       s->folder,      s->option,    s->value,  NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)!freopen("/dev/null", "w", stdout);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static int answers(const struct redis_server *s)
{
	redisContext *c = redisConnectUnix(s->path);
	redisReply *reply = c && !c->err ? redisCommand(c, "PING") : NULL;
	int ok = reply != NULL; /* "NOAUTH" is an answer, too */

	freeReplyObject(reply);
	redisFree(c);
	return ok;
}

void redis_server_revive(struct redis_server *s)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		become_redis(s);
	while (!answers(s)) {
		assert_true(clock_mono_ms() < until);
		usleep(TICK_MS * 1000);
	}
}

struct redis_server *redis_server_start(const char *option, const char *value)
{
	struct redis_server *s = calloc(1, sizeof *s);

	assert_non_null(s);
	signal(SIGPIPE, SIG_IGN); /* as the service skeleton does */
	s->option = option;
	s->value = value;
	strcpy(s->folder, "/tmp/tandem-redis-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof s->path, "%s/redis.sock", s->folder);
	snprintf(s->url, sizeof s->url, "unix:%s", s->path);
	redis_server_revive(s);
	return s;
}

void redis_server_kill(struct redis_server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	unlink(s->path);
}

void redis_server_stop(struct redis_server *s)
{
	redis_server_kill(s);
	rmdir(s->folder);
	free(s);
}

const char *redis_server_url(const struct redis_server *s)
{
	return s->url;
}

void redis_server_freeze(struct redis_server *s)
{
	kill(s->pid, SIGSTOP);
}

void redis_server_thaw(struct redis_server *s)
{
	kill(s->pid, SIGCONT);
}

long long redis_server_ask(const struct redis_server *s, const char *command)
{
	redisContext *c = redisConnectUnix(s->path);
	redisReply *reply;
	long long n;

	assert_non_null(c);
	assert_int_equal(c->err, 0);
	reply = redisCommand(c, command);
	assert_non_null(reply);
	n = reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;
	freeReplyObject(reply);
	redisFree(c);
	return n;
}

/* --- the loop ------------------------------------------------------------- */

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Rounds of the loop, never blocked for longer than a tick. */
static void run_while(struct event_base *base, int64_t until, const int *flag, int want)
{
	struct event *tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);

	timer_set(tick, TICK_MS);
	while ((!flag || *flag < want) && clock_mono_ms() < until)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(tick);
}

void run_until(struct event_base *base, const int *flag, int want)
{
	run_while(base, clock_mono_ms() + PATIENCE_MS, flag, want);
	assert_true(*flag >= want);
}

void run_for(struct event_base *base, int ms)
{
	run_while(base, clock_mono_ms() + ms, NULL, 0);
}
