#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/metrics/metrics.h"
#include "services/ingress/line.h"

/*
 * We ask Telegram.  A round: take_lock -> check_lock -> ask_updates ->
 * read_updates -> (accept) -> move_on.  The offset moves only when every update
 * of the batch is committed; what is sent again then is a duplicate.
 */

enum { HOLD_S = 10, CALL_MS = 25000 };
enum { LEASE_MS = 3000, RENEW_MS = 1000, WAIT_FOR_LOCK_MS = 500 };
enum { CONFLICT_MIN_MS = 5000, QUICK_MS = 300, BREATH_MS = 1000, LIMIT = 100 };

static flow_step take_lock, check_lock, ask_updates, read_updates, move_on, drop_webhook,
	webhook_dropped;
static void let_go(struct line *line);

const struct line_keeper poll_keeper = {
	.class = { "poll", line_round_failed, line_round_over },
	.round = take_lock,
	.given_up = let_go,
};

static struct metric conflicts = METRIC(METRIC_COUNTER, "tandem_telegram_conflicts_total", "",
					"Polls refused because somebody else polls.");

/*
 * --- one process polls a bot ------------------------------------------------
 *
 * A call takes long and its process may die in it: the lock is a short one, kept
 * by a timer beside the rounds.
 */

static struct redis_script take_script = {
	.keys = 1,
	.text = "local owner = redis.call('GET', KEYS[1])\n"
		"if owner and owner ~= ARGV[1] then return 0 end\n"
		"redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
		"return 1",
};

static struct redis_script leave_script = {
	.keys = 1,
	.text = "if redis.call('GET', KEYS[1]) == ARGV[1] then\n"
		"  return redis.call('DEL', KEYS[1])\n"
		"end\n"
		"return 0",
};

/* The number before the colon of a token is the bot's id, and no secret. */
static const char *lock_key(const struct line *line, struct arena *a)
{
	return arena_printf(a, "poll:%.*s", (int)strcspn(line->token, ":"), line->token);
}

/* Without Redis nobody is asked: Telegram itself tolerates one poller only. */
static void take_lock(void *self)
{
	struct line *line = self;

	if (!redis_is_up(line->in->redis)) {
		line_introduce(line, ask_updates);
		return;
	}
	redis_eval(line->in->redis, &line->flow, check_lock, &line->lock, &take_script,
		   REDIS_ARGV(lock_key(line, &line->flow.arena), line->owner,
			      arena_int(&line->flow.arena, LEASE_MS)));
}

static void on_hold(evutil_socket_t fd, short what, void *arg)
{
	struct line *line = arg;
	struct arena a = { 0 };

	(void)fd, (void)what;
	if (line->mode == LINE_POLLING && !line_is_over(line))
		redis_eval_send(
			line->in->redis, NULL, NULL, &take_script,
			REDIS_ARGV(lock_key(line, &a), line->owner, arena_int(&a, LEASE_MS)));
	arena_free(&a);
}

static void hold_lock(struct line *line)
{
	if (line->hold)
		return;
	line->hold = timer_every(line->in->base, RENEW_MS, on_hold, line);
}

static void check_lock(void *self)
{
	struct line *line = self;

	if (line->lock->integer != 1) {
		line->mode = LINE_IDLE;
		line_well(line);
		line_rest(line, WAIT_FOR_LOCK_MS);
		return;
	}
	line->mode = LINE_POLLING;
	hold_lock(line);
	line_introduce(line, ask_updates);
}

static void let_go(struct line *line)
{
	struct arena a = { 0 };

	if (line->mode == LINE_POLLING)
		redis_eval_send(line->in->redis, NULL, NULL, &leave_script,
				REDIS_ARGV(lock_key(line, &a), line->owner));
	arena_free(&a);
}

/* --- updates -------------------------------------------------------------- */

static void ask_updates(void *self)
{
	struct line *line = self;
	const char *body = arena_printf(
		&line->flow.arena,
		"{\"offset\":%lld,\"limit\":%d,\"timeout\":%d,\"allowed_updates\":%s}",
		(long long)line->offset, LIMIT, HOLD_S, telegram_allowed_updates());

	line->asked_ms = clock_mono_ms();
	line_call(line, read_updates, "getUpdates", body, CALL_MS);
}

/* A webhook of old stands in our way; or somebody else polls the same bot. */
static void resolve_conflict(struct line *line)
{
	const char *why = line->reply.description ? line->reply.description : "";

	if (strstr(why, "webhook is active")) {
		drop_webhook(line);
		return;
	}
	metric_add(&conflicts, 1);
	if (line->failures < 3)
		line->pause_ms = CONFLICT_MIN_MS;
	flow_fail(&line->flow, ERR_TEMP, "another process polls this bot: %s", why);
}

static void read_updates(void *self)
{
	struct line *line = self;

	telegram_read_reply(&line->reply, &line->flow.arena, line->response.status,
			    line->response.body, line->response.len);
	if (line->reply.verdict == TELEGRAM_CONFLICT) {
		resolve_conflict(line);
		return;
	}
	if (line_read(line) < 0)
		return;
	line_well(line);
	line->pending = 0;
	if (json_array_size(line->reply.result) == 0) {
		int hasty = clock_mono_ms() - line->asked_ms < QUICK_MS;

		line_rest(line, hasty ? BREATH_MS : 0);
		return;
	}
	line_accept(line, move_on, line->reply.result);
}

static void move_on(void *self)
{
	struct line *line = self;
	const json_t *update;
	size_t i;

	json_array_foreach (line->reply.result, i, update) {
		json_int_t id = json_integer_value(json_object_get(update, "update_id"));

		if (id >= line->offset)
			line->offset = id + 1;
	}
	line_rest(line, 0);
}

static void drop_webhook(void *self)
{
	struct line *line = self;

	log_warn("telegram webhook removed, since we poll channel=%s", line->name);
	line_call(line, webhook_dropped, "deleteWebhook", NULL, CALL_MS);
}

static void webhook_dropped(void *self)
{
	struct line *line = self;

	if (line_read(line) == 0)
		ask_updates(self);
}
