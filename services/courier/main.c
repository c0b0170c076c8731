/* Sends what is to be sent: see courier.h. */

#include "common/base/log.h"
#include "common/crypto/crypto.h"
#include "common/service/service.h"
#include "services/courier/courier.h"

static const struct conf_item conf[] = {
	{ "DATABASE_URL", CONF_SECRET, CONF_AT(struct courier, database_url), NULL,
	  .help = "PostgreSQL" },
	{ "REDIS_URL", CONF_SECRET, CONF_AT(struct courier, redis_url),
	  "redis://127.0.0.1:6379", .help = "Redis" },
	{ "TELEGRAM_API_ROOT", CONF_STR, CONF_AT(struct courier, telegram_root),
	  "https://api.telegram.org", .help = "the Bot API's address" },
	{ "WINDOW", CONF_INT, CONF_AT(struct courier, window), "256", 1, 10000,
	  "conversations served at once" },
	{ 0 },
};

static int complain(const struct err *e)
{
	log_error("cannot open: %s", e->text);
	return -1;
}

static int knows_bots(void *arg)
{
	struct courier *c = arg;

	return bots_registry(c->bots) != NULL;
}

static void on_bots(void *arg)
{
	struct courier *c = arg;

	jobs_begin(c->jobs);
}

static int courier_open(void *self, struct event_base *base)
{
	struct courier *c = self;
	struct err e = { 0 };

	c->base = base;
	crypto_random(&c->claimants, sizeof c->claimants);
	c->claimants &= INT64_MAX >> 1; /* many will follow */
	c->http = http_open(base, &(struct http_conf){ .max_host_connections = c->window,
						       .max_connections = c->window });
	c->store.durable = pg_open(
		base, &(struct pg_conf){ .conninfo = c->database_url, .name = "courier" });
	c->store.relaxed = pg_open(base, &(struct pg_conf){ .conninfo = c->database_url,
							    .name = "courier-relaxed",
							    .relaxed = 1 });
	c->redis = redis_open(base, c->redis_url, &e);
	if (!c->redis)
		return complain(&e);
	c->rates = rates_open(base, c->redis);
	c->bots = bots_open(base, &c->store, c->redis_url, on_bots, c, &e);
	if (!c->bots)
		return complain(&e);
	c->jobs = jobs_open(base,
			    &(struct jobs_conf){ .queue = QUEUE_DELIVERY,
						 .redis_url = c->redis_url,
						 .redis = c->redis,
						 .store = &c->store,
						 .window = c->window,
						 .is_ready = knows_bots },
			    deliver_begin, c, &e);
	c->drafts = c->jobs ? drafts_open(c, &e) : NULL;
	return c->drafts ? 0 : complain(&e);
}

static void courier_pause(void *self)
{
	struct courier *c = self;

	drafts_pause(c->drafts);
	jobs_pause(c->jobs);
}

static void courier_close(void *self)
{
	struct courier *c = self;

	drafts_close(c->drafts);
	jobs_close(c->jobs);
	bots_close(c->bots);
	redis_close(c->redis);
	rates_close(c->rates);
	pg_close(c->store.relaxed);
	pg_close(c->store.durable);
	http_close(c->http);
}

static const char *courier_unready(void *self)
{
	struct courier *c = self;

	if (!pg_is_up(c->store.durable) || !pg_is_up(c->store.relaxed))
		return "PostgreSQL cannot be reached";
	if (!redis_is_up(c->redis))
		return "Redis cannot be reached";
	return bots_registry(c->bots) ? NULL : "the bots are not loaded yet";
}

int main(int argc, char **argv)
{
	static struct courier courier;

	return service_run(&(struct service){ .name = "courier",
					      .conf = conf,
					      .self = &courier,
					      .drain_s = 20,
					      .open = courier_open,
					      .pause = courier_pause,
					      .close = courier_close,
					      .unready = courier_unready },
			   argc, argv);
}
