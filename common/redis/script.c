#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/redis/connection.h"

/*
 * The first use on a connection sends the text, which the server remembers;
 * commands keep their order, so later uses may send the digest at once.  If the
 * server forgot it (SCRIPT FLUSH), the text is sent again.
 */

struct eval {
	struct redis *redis;
	struct redis_script *script;
	redis_reply_fn *fn;
	void *arg;
	int argc;
	const char *const *argv;
};

static void put_digest(struct redis_script *script)
{
	unsigned char digest[SHA_DIGEST_LENGTH];

	if (*script->sha1)
		return;
	SHA1((const unsigned char *)script->text, strlen(script->text), digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(script->sha1 + 2 * i, 3, "%02x", digest[i]);
}

/* One allocation: the struct, the pointers, the text they point to. */
static struct eval *eval_copy(const struct eval *from)
{
	size_t bytes = 0, pointers = (size_t)from->argc * sizeof(char *);
	struct eval *copy;
	char **argv, *at;

	for (int i = 0; i < from->argc; i++)
		bytes += strlen(from->argv[i]) + 1;
	copy = malloc(sizeof *copy + pointers + bytes);
	if (!copy)
		abort();
	*copy = *from;
	argv = (char **)(copy + 1);
	at = (char *)argv + pointers;
	for (int i = 0; i < from->argc; i++) {
		argv[i] = at;
		at = stpcpy(at, from->argv[i]) + 1;
	}
	copy->argv = (const char *const *)argv;
	return copy;
}

static void send_as(const struct eval *ev, const char *command, redis_reply_fn *fn, void *arg)
{
	enum { LEAD = 3 };
	const char **argv = calloc(LEAD + (size_t)ev->argc, sizeof *argv);
	int is_whole = strcmp(command, "EVAL") == 0;
	char keys[12];

	if (!argv)
		abort();
	snprintf(keys, sizeof keys, "%d", ev->script->keys);
	argv[0] = command;
	argv[1] = is_whole ? ev->script->text : ev->script->sha1;
	argv[2] = keys;
	for (int i = 0; i < ev->argc; i++)
		argv[LEAD + i] = ev->argv[i];
	redis_send(ev->redis, fn, arg, LEAD + ev->argc, argv);
	free(argv);
}

static void on_result(void *arg, const redisReply *reply)
{
	struct eval *ev = arg;

	if (reply && reply->type == REDIS_REPLY_ERROR &&
	    strncmp(reply->str, "NOSCRIPT", 8) == 0)
		send_as(ev, "EVAL", ev->fn, ev->arg);
	else if (ev->fn)
		ev->fn(ev->arg, reply);
	free(ev);
}

void redis_eval_send(struct redis *r, redis_reply_fn *fn, void *arg,
		     struct redis_script *script, int argc, const char *const argv[])
{
	struct eval ev = { r, script, fn, arg, argc, argv };

	put_digest(script);
	if (script->known_to == redis_incarnation(r) && script->known_to) {
		send_as(&ev, "EVALSHA", on_result, eval_copy(&ev));
		return;
	}
	script->known_to = redis_incarnation(r);
	send_as(&ev, "EVAL", fn, arg);
}
