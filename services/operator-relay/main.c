/* Brings humans in: see relay.h. */

#include <stdio.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/service/service.h"
#include "services/operator-relay/relay.h"

static const struct conf_item conf[] = {
	{ "DATABASE_URL", CONF_SECRET, CONF_AT(struct relay, database_url), NULL,
	  .help = "PostgreSQL" },
	{ "REDIS_URL", CONF_SECRET, CONF_AT(struct relay, redis_url), "redis://127.0.0.1:6379",
	  .help = "Redis" },
	{ "WINDOW", CONF_INT, CONF_AT(struct relay, window), "256", 1, 10000,
	  "conversations looked at at once" },
	{ 0 },
};

static void begin(void *arg, const struct doorbell *bell)
{
	static jobs_handler *const handlers[] = {
		[OPERATOR_CASE] = case_begin,
		[OPERATOR_ORDER] = order_begin,
		[OPERATOR_DUTY] = duty_begin,
	};
	struct relay *r = arg;

	if (bell->kind >= OPERATOR_CASE && bell->kind <= OPERATOR_DUTY) {
		handlers[bell->kind](arg, bell);
		return;
	}
	log_warn("dropped a doorbell of kind=%d", bell->kind);
	jobs_settle(r->jobs);
}

static int complain(const struct err *e)
{
	log_error("cannot open: %s", e->text);
	return -1;
}

static void open_lanes(struct relay *r)
{
	for (int i = 0; i < RELAY_LANES; i++)
		r->lanes[i] = (struct store){
			.durable = pg_open(r->base,
					   &(struct pg_conf){ .conninfo = r->database_url,
							      .name = "operator-relay-lane" }),
			.relaxed = pg_open(r->base,
					   &(struct pg_conf){ .conninfo = r->database_url,
							      .name = "operator-relay-looks",
							      .relaxed = 1 }),
		};
}

static int knows_bots(void *arg)
{
	struct relay *r = arg;

	return bots_registry(r->bots) != NULL;
}

static void on_bots(void *arg)
{
	struct relay *r = arg;

	jobs_begin(r->jobs);
}

static int relay_open(void *self, struct event_base *base)
{
	struct relay *r = self;
	struct err e = { 0 };

	r->base = base;
	r->store.durable = pg_open(base, &(struct pg_conf){ .conninfo = r->database_url,
							    .name = "operator-relay" });
	r->store.relaxed = pg_open(base, &(struct pg_conf){ .conninfo = r->database_url,
							    .name = "operator-relay-relaxed",
							    .relaxed = 1 });
	open_lanes(r);
	r->redis = redis_open(base, r->redis_url, &e);
	if (!r->redis)
		return complain(&e);
	r->bots = bots_open(base, &r->store, r->redis_url, on_bots, r, &e);
	if (!r->bots)
		return complain(&e);
	r->jobs = jobs_open(base,
			    &(struct jobs_conf){ .queue = QUEUE_OPERATOR,
						 .redis_url = r->redis_url,
						 .redis = r->redis,
						 .store = &r->store,
						 .window = r->window,
						 .is_ready = knows_bots },
			    begin, r, &e);
	return r->jobs ? 0 : complain(&e);
}

static void relay_pause(void *self)
{
	struct relay *r = self;

	jobs_pause(r->jobs);
}

static void relay_close(void *self)
{
	struct relay *r = self;

	jobs_close(r->jobs);
	bots_close(r->bots);
	redis_close(r->redis);
	for (int i = 0; i < RELAY_LANES; i++)
		pg_close(r->lanes[i].relaxed), pg_close(r->lanes[i].durable);
	pg_close(r->store.relaxed);
	pg_close(r->store.durable);
}

static const char *relay_unready(void *self)
{
	struct relay *r = self;

	if (!pg_is_up(r->store.durable) || !pg_is_up(r->store.relaxed))
		return "PostgreSQL cannot be reached";
	if (!redis_is_up(r->redis))
		return "Redis cannot be reached";
	return bots_registry(r->bots) ? NULL : "the bots are not loaded yet";
}

int main(int argc, char **argv)
{
	static struct relay relay;

	return service_run(&(struct service){ .name = "operator-relay",
					      .conf = conf,
					      .self = &relay,
					      .drain_s = 20,
					      .open = relay_open,
					      .pause = relay_pause,
					      .close = relay_close,
					      .unready = relay_unready },
			   argc, argv);
}
