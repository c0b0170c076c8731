#pragma once

#include <hiredis/hiredis.h>

#include "common/flow/flow.h"

/*
 * One Redis connection that reconnects by itself.  Commands are pipelined.
 * Blocking commands and subscriptions need connections of their own: see
 * stream.h and pubsub.h.
 *
 * `url` is redis://[[user:]password@]host[:port][/database] or unix:/path.
 * A host name is looked up for each connection, by a thread; rediss:// is refused
 * (this hiredis has no TLS).
 */

struct redis;

/* NULL with *e if the URL is bad.  An unreachable server is not an error: it is tried again. */
struct redis *redis_open(struct event_base *base, const char *url, struct err *e);
void redis_close(struct redis *r);
int redis_is_up(const struct redis *r);

/*
 * Run one command.  The reply is a copy in the flow's arena; `reply` may be
 * NULL.  An error reply, a lost connection or 2 s of silence fail the flow as
 * ERR_TEMP.
 */
void redis_cmd(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
	       int argc, const char *const argv[]);

#define REDIS_ARGV(...)                                                                        \
	(int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), (const char *const[]) \
	{                                                                                      \
		__VA_ARGS__                                                                    \
	}

/*
 * Without a flow.  fn may be NULL (tell and forget); reply is NULL if the
 * connection was lost or absent, and fn may then be called before redis_send
 * returns.
 */
typedef void redis_reply_fn(void *arg, const redisReply *reply);
void redis_send(struct redis *r, redis_reply_fn *fn, void *arg, int argc,
		const char *const argv[]);

/*
 * A Lua script of `keys` keys: the first of argv, the rest are arguments.  Sent
 * whole once per connection, then by its digest.  Must stand still: a static
 * variable.
 */
struct redis_script {
	const char *text;
	int keys;
	/* private */
	char sha1[41];
	unsigned known_to;
};

void redis_eval(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
		struct redis_script *script, int argc, const char *const argv[]);
void redis_eval_send(struct redis *r, redis_reply_fn *fn, void *arg,
		     struct redis_script *script, int argc, const char *const argv[]);

/* Told each time the connection comes up.  One listener. */
void redis_on_up(struct redis *r, void (*fn)(void *arg), void *arg);
