#include "common/redis/sweeping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/metrics/metrics.h"
#include "common/redis/redis.h"

enum { EVERY_MS = 30000 };

struct sweeping {
	const struct stream_conf *conf;
	struct event *timer;
};

static struct metric trimmed = METRIC(METRIC_COUNTER, "tandem_stream_trimmed_total", "",
				      "Stream entries cut away after somebody had read them.");

static struct redis_script sweep_script = {
	.keys = 2,
	.text = "local stream, group, me = KEYS[1], ARGV[1], ARGV[2]\n"
		"if not redis.call('SET', KEYS[2], me, 'NX', 'PX', ARGV[3]) then return 0 end\n"
		"if redis.call('EXISTS', stream) == 0 then return 0 end\n"

		"local function map(list)\n"
		"  local m = {}\n"
		"  for i = 1, #list, 2 do m[list[i]] = list[i + 1] end\n"
		"  return m\n"
		"end\n"

		"local groups, ours = {}, false\n"
		"for i, g in ipairs(redis.call('XINFO', 'GROUPS', stream)) do\n"
		"  groups[i] = map(g)\n"
		"  ours = ours or groups[i].name == group\n"
		"end\n"
		"if not ours then return 0 end\n"

		"for _, c in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do\n"
		"  c = map(c)\n"
		"  if c.idle > tonumber(ARGV[4]) and c.name ~= me then\n"
		"    redis.call('XGROUP', 'DELCONSUMER', stream, group, c.name)\n"
		"  end\n"
		"end\n"

		"local function less(a, b)\n"
		"  local am, as = a:match('(%d+)-(%d+)')\n"
		"  local bm, bs = b:match('(%d+)-(%d+)')\n"
		"  am, as, bm, bs = tonumber(am), tonumber(as), tonumber(bm), tonumber(bs)\n"
		"  return am < bm or am == bm and as < bs\n"
		"end\n"

		"local lowest\n"
		"for _, g in ipairs(groups) do\n"
		"  local id = g['last-delivered-id']\n"
		"  if not lowest or less(id, lowest) then lowest = id end\n"
		"end\n"
		"return redis.call('XTRIM', stream, 'MINID', '~', lowest, 'LIMIT', 0)\n",
};

struct redis_script *stream_sweep_script(void)
{
	return &sweep_script;
}

static void on_swept(void *arg, const redisReply *reply)
{
	(void)arg; /* may be gone */
	if (!reply)
		return;
	if (reply->type == REDIS_REPLY_ERROR)
		log_warn("stream sweep why=%s", reply->str);
	if (reply->type == REDIS_REPLY_INTEGER)
		metric_add(&trimmed, (double)reply->integer);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	const struct stream_conf *conf = ((struct sweeping *)arg)->conf;
	char turn[256];

	(void)fd, (void)what;
	snprintf(turn, sizeof turn, "sweep:%s:%s", conf->key, conf->group);
	redis_eval_send(
		conf->redis, on_swept, NULL, &sweep_script,
		REDIS_ARGV(conf->key, turn, conf->group, conf->consumer, "29000", "3600000"));
}

struct sweeping *sweeping_open(struct event_base *base, const struct stream_conf *conf)
{
	struct sweeping *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->conf = conf;
	s->timer = timer_every(base, EVERY_MS, on_timer, s);
	return s;
}

void sweeping_close(struct sweeping *s)
{
	if (!s)
		return;
	event_free(s->timer);
	free(s);
}
