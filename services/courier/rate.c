#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "services/courier/courier.h"

enum {
	CHAT_BURST = 3,
	GROUP_BURST = 5,
	LOCAL_SLOTS = 4096,
	REPLY_MS = 500, /* beyond it Redis counts as away */
};

/*
 * The generic cell rate algorithm over several cells: KEYS are the cells, ARGV
 * holds an interval and a tolerance in ms for each.  A place is taken in all of
 * them or in none; the answer is how long to wait.  Redis's own clock is used,
 * so that couriers on several machines agree.
 */
static struct redis_script take_script = {
	.text = "local t = redis.call('TIME')\n"
		"local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
		"local wait, tat = 0, {}\n"
		"for i, key in ipairs(KEYS) do\n"
		"  local interval, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * "
		"i])\n"
		"  tat[i] = math.max(tonumber(redis.call('GET', key) or 0), now)\n"
		"  wait = math.max(wait, tat[i] - tolerance - now)\n"
		"end\n"
		"if wait > 0 then return math.ceil(wait) end\n"
		"for i, key in ipairs(KEYS) do\n"
		"  local interval, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * "
		"i])\n"
		"  redis.call('SET', key, tat[i] + interval, 'PX', "
		"math.ceil(tat[i] + interval - now + 1000))\n"
		"end\n"
		"return 0\n",
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
	struct op op; /* op.flow is NULL once cancelled */
	struct rates *rates;
	struct event timer;
	struct cell cells[2];
	int *wait_ms;
	int is_over; /* answered by the timer; the reply is still to come */
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

static void settle(struct taking *t, int wait_ms)
{
	t->is_over = 1;
	event_del(&t->timer);
	if (!t->op.flow)
		return;
	*t->wait_ms = wait_ms;
	op_succeed(&t->op);
	t->op.flow = NULL;
}

static void on_reply(void *arg, const redisReply *reply)
{
	struct taking *t = arg;

	if (!t->is_over && reply && reply->type == REDIS_REPLY_INTEGER)
		settle(t, (int)reply->integer);
	else if (!t->is_over)
		settle(t, t->op.flow ? take_locally(t->rates, t->cells) : 0);
	free(t);
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
}

static void describe(struct cell cells[2], const struct channel *ch, const char *chat,
		     int is_group)
{
	double bot_ms = 1000.0 / ch->per_second;
	double chat_ms = is_group ? 60000.0 / ch->per_group_minute : ch->per_chat_ms;

	snprintf(cells[0].key, sizeof cells[0].key, "rate:%d", ch->id);
	cells[0].interval_ms = bot_ms;
	cells[0].tolerance_ms = 1000.0 - bot_ms > 0 ? 1000.0 - bot_ms : 0;
	snprintf(cells[1].key, sizeof cells[1].key, "rate:%d:%.64s", ch->id, chat);
	cells[1].interval_ms = chat_ms;
	cells[1].tolerance_ms = chat_ms * ((is_group ? GROUP_BURST : CHAT_BURST) - 1);
}

void rates_take(struct rates *r, struct flow *f, flow_step *next, int *wait_ms,
		const struct channel *channel, const char *chat, int is_group)
{
	struct taking *t = calloc(1, sizeof *t);
	char numbers[4][24];

	if (!t)
		abort();
	op_start(&t->op, f, next, cancel);
	t->rates = r;
	t->wait_ms = wait_ms;
	describe(t->cells, channel, chat, is_group);
	evtimer_assign(&t->timer, r->base, on_late, t);
	event_add(&t->timer, &(struct timeval){ .tv_usec = REPLY_MS * 1000 });
	for (int i = 0; i < 2; i++) {
		snprintf(numbers[2 * i], sizeof *numbers, "%.3f", t->cells[i].interval_ms);
		snprintf(numbers[2 * i + 1], sizeof *numbers, "%.3f", t->cells[i].tolerance_ms);
	}
	redis_eval_send(r->redis, on_reply, t, &take_script,
			REDIS_ARGV(t->cells[0].key, t->cells[1].key, numbers[0], numbers[1],
				   numbers[2], numbers[3]));
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
