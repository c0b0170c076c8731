#include "common/redis/pubsub.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/redis/connection.h"

enum { SILENCE_MS = 2000, PING_MS = 5000 };

struct topic {
	char *name;
	unsigned serial; /* tells a subscription from an earlier one to the same topic */
};

struct pubsub {
	struct redis *redis;
	struct pubsub_events events;
	void *arg;
	struct event *ping; /* a dead connection would otherwise look like silence */
	void *topics;       /* a tree of struct topic, by name */
	unsigned serials;
};

/* --- the topics ----------------------------------------------------------- */

static int compare_topics(const void *a, const void *b)
{
	return strcmp(((const struct topic *)a)->name, ((const struct topic *)b)->name);
}

static struct topic *find_topic(struct pubsub *p, const char *name)
{
	struct topic key = { .name = (char *)name };
	struct topic **found = tfind(&key, &p->topics, compare_topics);

	return found ? *found : NULL;
}

static struct topic *add_topic(struct pubsub *p, const char *name)
{
	struct topic *t = calloc(1, sizeof *t);

	if (!t || !(t->name = strdup(name)))
		abort();
	t->serial = ++p->serials;
	if (!tsearch(t, &p->topics, compare_topics))
		abort();
	return t;
}

static void topic_free(void *topic)
{
	free(((struct topic *)topic)->name);
	free(topic);
}

/* --- subscribing ---------------------------------------------------------- */

struct asked {
	struct pubsub *pubsub;
	unsigned serial;
};

static void on_subscribed(void *arg, const redisReply *reply)
{
	struct asked asked = *(struct asked *)arg;
	struct pubsub *p = asked.pubsub;
	struct topic *t;

	free(arg);
	if (!reply)
		return; /* on_up asks again */
	if (reply->type != REDIS_REPLY_ARRAY) {
		log_warn("pubsub subscribe why=%s", reply->str ? reply->str : "odd reply");
		return;
	}
	t = find_topic(p, reply->element[1]->str);
	if (t && t->serial == asked.serial && p->events.subscribed)
		p->events.subscribed(p->arg, t->name);
}

/* One topic per command, so that every command has one reply. */
static void ask(struct pubsub *p, const struct topic *t)
{
	struct asked *asked = malloc(sizeof *asked);

	if (!asked)
		abort();
	*asked = (struct asked){ p, t->serial };
	redis_send(p->redis, on_subscribed, asked, REDIS_ARGV("SUBSCRIBE", t->name));
}

static void on_topic(const void *node, VISIT visit, void *pubsub)
{
	if (visit == preorder || visit == leaf)
		ask(pubsub, *(struct topic *const *)node);
}

static void on_all_subscribed(void *arg, const redisReply *reply)
{
	struct pubsub *p = arg;

	if (reply && p->events.up)
		p->events.up(p->arg);
}

static void on_up(void *arg)
{
	struct pubsub *p = arg;

	twalk_r(p->topics, on_topic, p);
	redis_send(p->redis, on_all_subscribed, p, REDIS_ARGV("PING"));
}

void pubsub_subscribe(struct pubsub *p, const char *topic)
{
	struct topic *t;

	assert(!find_topic(p, topic));
	t = add_topic(p, topic);
	if (redis_is_up(p->redis))
		ask(p, t);
}

void pubsub_unsubscribe(struct pubsub *p, const char *topic)
{
	struct topic *t = find_topic(p, topic);

	if (!t)
		return;
	if (redis_is_up(p->redis))
		redis_send(p->redis, NULL, NULL, REDIS_ARGV("UNSUBSCRIBE", topic));
	tdelete(t, &p->topics, compare_topics);
	topic_free(t);
}

/* --- listening ------------------------------------------------------------ */

static void on_message(void *arg, const redisReply *reply)
{
	const char *topic = reply->element[1]->str;
	const redisReply *data = reply->element[2];
	struct pubsub *p = arg;

	if (find_topic(p, topic)) /* or it was unsubscribed while this was on its way */
		p->events.message(p->arg, topic, data->str, (size_t)data->len);
}

static void on_ping(evutil_socket_t fd, short what, void *arg)
{
	struct pubsub *p = arg;

	(void)fd, (void)what;
	if (redis_is_up(p->redis))
		redis_send(p->redis, NULL, NULL, REDIS_ARGV("PING"));
}

struct pubsub *pubsub_open(struct event_base *base, const char *url,
			   const struct pubsub_events *events, void *arg, struct err *e)
{
	struct pubsub *p = calloc(1, sizeof *p);
	struct redis_habits habits = { .silence_ms = SILENCE_MS, .push = on_message, .arg = p };

	if (!p)
		abort();
	p->redis = redis_open_with(base, url, &habits, e);
	if (!p->redis) {
		free(p);
		return NULL;
	}
	p->events = *events;
	p->arg = arg;
	p->ping = timer_every(base, PING_MS, on_ping, p);
	redis_on_up(p->redis, on_up, p);
	return p;
}

void pubsub_close(struct pubsub *p)
{
	if (!p)
		return;
	redis_close(p->redis);
	event_free(p->ping);
	tdestroy(p->topics, topic_free);
	free(p);
}
