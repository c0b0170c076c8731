#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/timer.h"
#include "services/courier/courier.h"

enum {
	CHAT_BURST = 3,
	GROUP_BURST = 5,
	LOCAL_SLOTS = 4096,
	DRAFT_AGE_MS = 3000,
	DRAFT_EVERY_MS = 900,
	PREVIEW_EVERY_MS = 2900,
	TYPING_EVERY_MS = 4500,
	REPLY_MS = 500, /* beyond it Redis counts as away */
};

/*
 * The generic cell rate algorithm over several cells: KEYS are the cells, ARGV
 * holds an interval and a tolerance in ms for each.  A place is taken in all of
 * them or in none; the answer is how long to wait.  Redis's own clock is used,
 * so that couriers on several machines agree; should it have been set back, what
 * lies farther ahead than ever comes about is cut.  The third key remembers when
 * the chat was sent a message: drafts announced before are late.  The fourth is
 * there while Telegram wants to hear nothing for the chat.
 */
static struct redis_script take_script = {
	.text = "local t = redis.call('TIME')\n"
		"local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
		"local wait, tat = math.max(redis.call('PTTL', KEYS[4]), 0), {}\n"
		"for i = 1, 2 do\n"
		"  local key = KEYS[i]\n"
		"  local interval, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * "
		"i])\n"
		"  tat[i] = math.max(tonumber(redis.call('GET', key) or 0), now)\n"
		"  tat[i] = math.min(tat[i], now + tolerance + math.max(interval, 1000))\n"
		"  wait = math.max(wait, tat[i] - tolerance - now)\n"
		"end\n"
		"if wait > 0 then return math.ceil(wait) end\n"
		"for i = 1, 2 do\n"
		"  local key = KEYS[i]\n"
		"  local interval, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * "
		"i])\n"
		"  redis.call('SET', key, tat[i] + interval, 'PX', "
		"math.ceil(tat[i] + interval - now + 1000))\n"
		"end\n"
		"redis.call('SET', KEYS[3], now, 'PX', 60000)\n"
		"return 0\n",
	.keys = 4,
};

/*
 * KEYS: when the chat was sent a message, the chat's own spacing of drafts, the
 * cells of the bot and the chat, which drafts never fill by more than half, and
 * what stops the chat.  A cell of tolerance 0 counts nothing.
 */
static struct redis_script draft_script = {
	.text = "local t = redis.call('TIME')\n"
		"local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
		"local entry, age, spacing = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]\n"
		"if now - entry > age or redis.call('EXISTS', KEYS[5]) == 1 then return 0 end\n"
		"if tonumber(redis.call('GET', KEYS[1]) or 0) >= entry then return 0 end\n"
		"local tat = {}\n"
		"for i = 1, 2 do\n"
		"  tat[i] = math.max(tonumber(redis.call('GET', KEYS[2 + i]) or 0), now)\n"
		"  local tolerance = tonumber(ARGV[3 + 2 * i])\n"
		"  if tolerance > 0 and tat[i] - now > tolerance / 2 then return 0 end\n"
		"end\n"
		"if not redis.call('SET', KEYS[2], 1, 'NX', 'PX', spacing) then return 0 end\n"
		"for i = 1, 2 do\n"
		"  local interval = tonumber(ARGV[2 + 2 * i])\n"
		"  if tonumber(ARGV[3 + 2 * i]) > 0 then\n"
		"    redis.call('SET', KEYS[2 + i], tat[i] + interval, 'PX', "
		"math.ceil(tat[i] + interval - now + 1000))\n"
		"  end\n"
		"end\n"
		"return 1\n",
	.keys = 5,
};

/* The fifth refusal within two seconds stops the bot for one. */
static struct redis_script flood_script = {
	.text = "local n = redis.call('INCR', KEYS[2])\n"
		"if n == 1 then redis.call('PEXPIRE', KEYS[2], 2000) end\n"
		"if n < 5 then return 0 end\n"
		"redis.call('DEL', KEYS[2])\n"
		"local t = redis.call('TIME')\n"
		"local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
		"redis.call('SET', KEYS[1], now + 1000 + tonumber(ARGV[1]), 'PX', 5000)\n"
		"return 1\n",
	.keys = 2,
};

struct cell {
	char key[96];
	double interval_ms, tolerance_ms;
};

/* The same algorithm at home, for when Redis is away: cells by hash, sharing where they
 * collide. */
struct rates {
	struct event_base *base;
	struct redis *redis;
	double local[LOCAL_SLOTS];
};

struct taking {
	struct op op; /* op.flow is NULL before anybody listens, and after */
	struct rates *rates;
	struct event timer;
	struct cell cells[2];
	int *wait_ms;
	int answer;
	int is_over;     /* there is an answer, perhaps by the timer */
	int is_replied;  /* by Redis: it does not know us any more */
	int is_released; /* nobody will ask for the answer */
};

static double *local_slot(struct rates *r, const char *key)
{
	return &r->local[store_order(0, key) % LOCAL_SLOTS];
}

static int take_locally(struct rates *r, const struct cell cells[2])
{
	double now = (double)clock_mono_ms(), wait = 0, tat[2];

	for (int i = 0; i < 2; i++) {
		tat[i] = *local_slot(r, cells[i].key);
		tat[i] = tat[i] > now ? tat[i] : now;
		if (tat[i] - cells[i].tolerance_ms - now > wait)
			wait = tat[i] - cells[i].tolerance_ms - now;
	}
	if (wait > 0)
		return (int)wait + 1;
	for (int i = 0; i < 2; i++)
		*local_slot(r, cells[i].key) = tat[i] + cells[i].interval_ms;
	return 0;
}

static void free_if_done(struct taking *t)
{
	if (!t->is_replied || !t->is_released)
		return;
	event_del(&t->timer);
	free(t);
}

static void give_answer(struct taking *t)
{
	*t->wait_ms = t->answer;
	t->is_released = 1;
	op_succeed(&t->op);
	t->op.flow = NULL;
}

static void settle(struct taking *t, int wait_ms)
{
	t->is_over = 1;
	t->answer = wait_ms;
	event_del(&t->timer);
	if (t->op.flow)
		give_answer(t);
}

static void on_reply(void *arg, const redisReply *reply)
{
	struct taking *t = arg;

	t->is_replied = 1;
	if (!t->is_over && reply && reply->type == REDIS_REPLY_INTEGER)
		settle(t, (int)reply->integer);
	else if (!t->is_over)
		settle(t, t->is_released ? 0 : take_locally(t->rates, t->cells));
	free_if_done(t);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct taking *t = arg;

	(void)fd, (void)what;
	settle(t, take_locally(t->rates, t->cells));
}

static void cancel(struct op *op)
{
	op->flow = NULL;
	rates_forget((struct taking *)op);
}

/* Telegram's limits are of a group, whichever of its topics a message is for. */
static void whole_chat_key(char key[96], const char *what, const struct channel *ch,
			   const char *chat)
{
	snprintf(key, 96, "%s:%d:%.*s", what, ch->id, (int)strcspn(chat, ":"), chat);
}

static void describe(struct cell cells[2], const struct channel *ch, const char *chat,
		     int is_group)
{
	double bot_ms = 1000.0 / ch->per_second;
	double chat_ms = is_group ? 60000.0 / ch->per_group_minute : ch->per_chat_ms;

	snprintf(cells[0].key, sizeof cells[0].key, "rate:%d", ch->id);
	cells[0].interval_ms = bot_ms;
	cells[0].tolerance_ms = 1000.0 - bot_ms > 0 ? 1000.0 - bot_ms : 0;
	whole_chat_key(cells[1].key, "rate", ch, chat);
	cells[1].interval_ms = chat_ms;
	cells[1].tolerance_ms = chat_ms * ((is_group ? GROUP_BURST : CHAT_BURST) - 1);
}

void rates_chat_key(char key[96], const char *what, const struct channel *ch, const char *chat)
{
	snprintf(key, 96, "%s:%d:%.64s", what, ch->id, chat);
}

struct taking *rates_ask(struct rates *r, const struct channel *channel, const char *chat,
			 int is_group)
{
	struct taking *t = calloc(1, sizeof *t);
	char every[2][24], burst[2][24], over[96], stopped[96];

	if (!t)
		abort();
	t->rates = r;
	describe(t->cells, channel, chat, is_group);
	rates_chat_key(over, "over", channel, chat);
	whole_chat_key(stopped, "stop", channel, chat);
	evtimer_assign(&t->timer, r->base, on_late, t);
	timer_set(&t->timer, REPLY_MS);
	for (int i = 0; i < 2; i++) {
		snprintf(every[i], sizeof *every, "%.3f", t->cells[i].interval_ms);
		snprintf(burst[i], sizeof *burst, "%.3f", t->cells[i].tolerance_ms);
	}
	redis_eval_send(r->redis, on_reply, t, &take_script,
			REDIS_ARGV(t->cells[0].key, t->cells[1].key, over, stopped, every[0],
				   burst[0], every[1], burst[1]));
	return t;
}

void rates_hear(struct taking *t, struct flow *f, flow_step *next, int *wait_ms)
{
	op_start(&t->op, f, next, cancel);
	t->wait_ms = wait_ms;
	if (!t->is_over)
		return;
	give_answer(t);
	free_if_done(t);
}

void rates_forget(struct taking *t)
{
	t->is_released = 1;
	free_if_done(t);
}

void rates_take(struct rates *r, struct flow *f, flow_step *next, int *wait_ms,
		const struct channel *channel, const char *chat, int is_group)
{
	rates_hear(rates_ask(r, channel, chat, is_group), f, next, wait_ms);
}

static void stop_chat(struct rates *r, const struct channel *channel, const char *chat, int ms)
{
	char key[96], digits[24];

	if (ms <= 0)
		return;
	whole_chat_key(key, "stop", channel, chat);
	snprintf(digits, sizeof digits, "%d", ms);
	redis_send(r->redis, NULL, NULL, REDIS_ARGV("SET", key, "1", "PX", digits));
}

void rates_flooded(struct rates *r, const struct channel *channel, const char *chat, int ms)
{
	struct cell cells[2];
	char count[96], tolerance[24];

	stop_chat(r, channel, chat, ms);
	describe(cells, channel, "", 0);
	snprintf(count, sizeof count, "flood:%d", channel->id);
	snprintf(tolerance, sizeof tolerance, "%.3f", cells[0].tolerance_ms);
	*local_slot(r, cells[0].key) = (double)clock_mono_ms() + cells[0].tolerance_ms;
	redis_eval_send(r->redis, NULL, NULL, &flood_script,
			REDIS_ARGV(cells[0].key, count, tolerance));
}

/* --- drafts ---------------------------------------------------------------- */

/* Telegram counts previews as messages of the group, drafts only as calls of the bot. */
static void describe_sight(struct cell cells[2], const struct channel *ch, const char *chat,
			   enum sight_kind kind)
{
	describe(cells, ch, chat, kind == SIGHT_PREVIEW);
	if (kind != SIGHT_PREVIEW)
		cells[1].tolerance_ms = 0;
}

void rates_take_draft(struct rates *r, struct flow *f, flow_step *next,
		      const redisReply **reply, const struct channel *channel,
		      const struct sighting *s)
{
	static const int every_ms[] = { [SIGHT_TYPING] = TYPING_EVERY_MS,
					[SIGHT_DRAFT] = DRAFT_EVERY_MS,
					[SIGHT_PREVIEW] = PREVIEW_EVERY_MS };
	struct arena *a = &f->arena;
	struct cell cells[2];
	char over[96], own[96], stopped[96];

	describe_sight(cells, channel, s->chat, s->kind);
	rates_chat_key(over, "over", channel, s->chat);
	rates_chat_key(own, s->kind == SIGHT_TYPING ? "typing" : "drafted", channel, s->chat);
	whole_chat_key(stopped, "stop", channel, s->chat);
	redis_eval(r->redis, f, next, reply, &draft_script,
		   REDIS_ARGV(over, own, cells[0].key, cells[1].key, stopped,
			      arena_dup(a, s->entry, strcspn(s->entry, "-")),
			      arena_int(a, DRAFT_AGE_MS), arena_int(a, every_ms[s->kind]),
			      arena_printf(a, "%.3f", cells[0].interval_ms),
			      arena_printf(a, "%.3f", cells[0].tolerance_ms),
			      arena_printf(a, "%.3f", cells[1].interval_ms),
			      arena_printf(a, "%.3f", cells[1].tolerance_ms)));
}

void rates_hold_drafts(struct rates *r, const struct channel *channel, const char *chat, int ms)
{
	static const char *const names[] = { "typing", "drafted" };
	char key[96], digits[24];

	snprintf(digits, sizeof digits, "%d", ms > 0 ? ms : DRAFT_EVERY_MS);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		rates_chat_key(key, names[i], channel, chat);
		redis_send(r->redis, NULL, NULL, REDIS_ARGV("SET", key, "1", "PX", digits));
	}
}

struct rates *rates_open(struct event_base *base, struct redis *redis)
{
	struct rates *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->base = base;
	r->redis = redis;
	return r;
}

void rates_close(struct rates *r)
{
	free(r);
}
