/*
 * The preview of a group, in Redis "<answer>:" while it is being sent and
 * "<answer>:<message id>" from then on.  Closing it:
 *
 *   find -> erase -> forget
 *
 * It is forgotten after it was deleted, so what a dead courier left is deleted
 * with the next message of the group.
 */

#include <stdlib.h>
#include <string.h>

#include "common/metrics/metrics.h"
#include "services/courier/courier.h"

enum { DEADLINE_MS = 15000, SEND_MS = 10000, KEPT_MS = 47 * 3600 * 1000 };

static struct metric lost =
	METRIC(METRIC_COUNTER, "tandem_previews_lost_total", "",
	       "Previews in groups that could not be deleted after the message");

/* KEYS: the preview, when the chat was sent a message.  ARGV: answer, entry, time to keep. */
static struct redis_script open_script = {
	.text = "if tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[2]) then\n"
		"  return 0\n"
		"end\n"
		"local mine, found = ARGV[1] .. ':', redis.call('GET', KEYS[1])\n"
		"if not found then\n"
		"  redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])\n"
		"  return ''\n"
		"end\n"
		"if found == mine or found:sub(1, #mine) ~= mine then return 0 end\n"
		"return found:sub(#mine + 1)\n",
	.keys = 2,
};

/* ARGV: answer, message id or "", time to keep. */
static struct redis_script keep_script = {
	.text = "local mine = ARGV[1] .. ':'\n"
		"if redis.call('GET', KEYS[1]) ~= mine then return 0 end\n"
		"if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end\n"
		"redis.call('SET', KEYS[1], mine .. ARGV[2], 'PX', ARGV[3])\n"
		"return 1\n",
	.keys = 1,
};

/* What is still being sent finds itself unwanted. */
static struct redis_script find_script = {
	.text = "local found = redis.call('GET', KEYS[1]) or ''\n"
		"if found:sub(-1) == ':' then redis.call('DEL', KEYS[1]) end\n"
		"return found:match(':(.*)$') or ''\n",
	.keys = 1,
};

static struct redis_script forget_script = {
	.text = "local found = redis.call('GET', KEYS[1]) or ''\n"
		"if found:match(':(.*)$') == ARGV[1] then redis.call('DEL', KEYS[1]) end\n"
		"return 0\n",
	.keys = 1,
};

void preview_open(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
		  const struct preview *p, const char *entry)
{
	struct arena *a = &f->arena;
	char key[96], over[96];

	rates_chat_key(key, "preview", p->channel, p->chat);
	rates_chat_key(over, "over", p->channel, p->chat);
	redis_eval(r, f, next, reply, &open_script,
		   REDIS_ARGV(key, over, arena_int(a, p->answer),
			      arena_dup(a, entry, strcspn(entry, "-")), arena_int(a, KEPT_MS)));
}

void preview_keep(struct redis *r, struct flow *f, flow_step *next, const redisReply **reply,
		  const struct preview *p, const char *message_id)
{
	struct arena *a = &f->arena;
	char key[96];

	rates_chat_key(key, "preview", p->channel, p->chat);
	redis_eval(r, f, next, reply, &keep_script,
		   REDIS_ARGV(key, arena_int(a, p->answer), message_id, arena_int(a, KEPT_MS)));
}

/* --- closing --------------------------------------------------------------- */

struct closing {
	struct flow flow;
	struct courier *courier;
	int channel_id;
	const char *chat;
	char key[96];
	const redisReply *found;
	struct http_response response;
	struct telegram_reply reply;
};

static flow_step find, erase, forget, close_done, close_failed, close_release;
static const struct flow_class closing_class = { "preview", close_failed, close_release };

static void find(void *self)
{
	struct closing *p = self;

	redis_eval(p->courier->redis, &p->flow, erase, &p->found, &find_script,
		   REDIS_ARGV(p->key));
}

static void erase(void *self)
{
	struct closing *p = self;
	const struct registry *r = bots_registry(p->courier->bots);
	const struct channel *ch = r ? registry_channel(r, p->channel_id) : NULL;

	if (!ch || !ch->token || p->found->type != REDIS_REPLY_STRING || !*p->found->str) {
		flow_done(&p->flow);
		return;
	}
	courier_call(p->courier, &p->flow, forget, &p->response,
		     &(struct call){ .channel = ch,
				     .method = "deleteMessage",
				     .body = telegram_delete_body(&p->flow.arena, p->chat,
								  p->found->str),
				     .timeout_ms = SEND_MS });
}

static void forget(void *self)
{
	struct closing *p = self;

	telegram_read_reply(&p->reply, &p->flow.arena, p->response.status, p->response.body,
			    p->response.len);
	if (p->reply.verdict == TELEGRAM_RETRY || p->reply.verdict == TELEGRAM_UNKNOWN) {
		close_failed(p); /* with the next message, then */
		return;
	}
	redis_eval(p->courier->redis, &p->flow, close_done, &p->found, &forget_script,
		   REDIS_ARGV(p->key, p->found->str));
}

static void close_done(void *self)
{
	struct closing *p = self;

	flow_done(&p->flow);
}

static void close_failed(void *self)
{
	struct closing *p = self;

	metric_add(&lost, 1);
	flow_done(&p->flow);
}

static void close_release(void *self)
{
	free(self);
}

void preview_close(struct courier *c, const struct channel *channel, const char *chat)
{
	struct closing *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->courier = c;
	p->channel_id = channel->id;
	rates_chat_key(p->key, "preview", channel, chat);
	flow_begin(&p->flow, &closing_class, p, NULL, DEADLINE_MS, find);
	p->chat = arena_str(&p->flow.arena, chat);
}
