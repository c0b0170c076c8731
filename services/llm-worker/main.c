#include <string.h>

#include "common/base/log.h"
#include "common/service/service.h"
#include "services/llm-worker/worker.h"

static const struct conf_item conf[] = {
	{ "DATABASE_URL", CONF_SECRET, CONF_AT(struct worker, database_url), NULL,
	  .help = "PostgreSQL" },
	{ "REDIS_URL", CONF_SECRET, CONF_AT(struct worker, redis_url), "redis://127.0.0.1:6379",
	  .help = "Redis" },
	{ "WINDOW", CONF_INT, CONF_AT(struct worker, window), "1000", 1, 10000,
	  "turns in hand at most" },
	{ 0 },
};

static int complain(const struct err *e)
{
	log_error("cannot open: %s", e->text);
	return -1;
}

static int knows_bots(void *arg)
{
	struct worker *w = arg;

	return bots_registry(w->bots) != NULL;
}

static void on_bots(void *arg)
{
	struct worker *w = arg;

	jobs_begin(w->jobs);
}

static int open_queue(struct worker *w, struct err *e)
{
	struct jobs_conf queue = {
		.queue = QUEUE_LLM,
		.redis_url = w->redis_url,
		.redis = w->redis,
		.store = &w->store,
		.window = w->window,
		.is_ready = knows_bots,
	};

	w->jobs = jobs_open(w->base, &queue, turn_begin, w, e);
	return w->jobs ? 0 : -1;
}

static int worker_open(void *self, struct event_base *base)
{
	struct worker *w = self;
	struct err e = { 0 };
	struct http_conf http = { .max_host_connections = w->window, .max_connections = 256 };

	w->base = base;
	for (int i = 0; i < TOPIC_BUCKETS; i++)
		TAILQ_INIT(&w->topics[i]);
	live_open(w);
	w->gates = gates_open(base);
	w->http = http_open(base, &http);
	w->store.durable = pg_open(
		base, &(struct pg_conf){ .conninfo = w->database_url, .name = "llm-worker" });
	w->store.relaxed = pg_open(base, &(struct pg_conf){ .conninfo = w->database_url,
							    .name = "llm-worker-relaxed",
							    .relaxed = 1 });
	w->redis = redis_open(base, w->redis_url, &e);
	if (!w->redis)
		return complain(&e);
	w->pubsub = pubsub_open(base, w->redis_url, &orders_events, w, &e);
	if (!w->pubsub)
		return complain(&e);
	pubsub_subscribe(w->pubsub, LIVE_TURNS_TOPIC);
	w->bots = bots_open(base, &w->store, w->redis_url, on_bots, w, &e);
	if (!w->bots || open_queue(w, &e) != 0)
		return complain(&e);
	return 0;
}

static void worker_pause(void *self)
{
	struct worker *w = self;

	jobs_pause(w->jobs);
}

static void worker_close(void *self)
{
	struct worker *w = self;

	jobs_close(w->jobs);
	bots_close(w->bots);
	pubsub_close(w->pubsub);
	redis_close(w->redis);
	pg_close(w->store.relaxed);
	pg_close(w->store.durable);
	http_close(w->http);
	gates_close(w->gates);
	live_close(w);
}

static const char *worker_unready(void *self)
{
	struct worker *w = self;

	if (!pg_is_up(w->store.durable) || !pg_is_up(w->store.relaxed))
		return "PostgreSQL cannot be reached";
	if (!redis_is_up(w->redis))
		return "Redis cannot be reached";
	return bots_registry(w->bots) ? NULL : "the bots are not loaded yet";
}

int main(int argc, char **argv)
{
	static struct worker worker;

	return service_run(&(struct service){ .name = "llm-worker",
					      .conf = conf,
					      .self = &worker,
					      .drain_s = 20,
					      .open = worker_open,
					      .pause = worker_pause,
					      .close = worker_close,
					      .unready = worker_unready },
			   argc, argv);
}
