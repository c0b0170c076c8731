#pragma once

#include <event2/event.h>

/*
 * A private redis-server on a socket in a folder of its own, and a loop to talk
 * to it.  Everything fails the test by itself.
 */

struct redis_server;

/* option: one more argument of redis-server with its value, or NULLs. */
struct redis_server *redis_server_start(const char *option, const char *value);
void redis_server_stop(struct redis_server *s);

const char *redis_server_url(const struct redis_server *s);
void redis_server_kill(struct redis_server *s);   /* at once; the folder stays */
void redis_server_revive(struct redis_server *s); /* empty */
void redis_server_freeze(struct redis_server *s); /* SIGSTOP */
void redis_server_thaw(struct redis_server *s);

/* A command over a connection of its own; the reply as an integer, or -1. */
long long redis_server_ask(const struct redis_server *s, const char *command);

/* Run the loop until *flag >= want; fails the test after ten seconds. */
void run_until(struct event_base *base, const int *flag, int want);
void run_for(struct event_base *base, int ms);
