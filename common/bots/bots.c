/*
 * The registry of a running service.  Flows hold pointers into it from one step
 * to the next, so a registry that was replaced lives on until no flow can have
 * seen it.
 */

#include "common/bots/bots.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/base/log.h"
#include "common/base/timer.h"
#include "common/crypto/crypto.h"
#include "common/redis/pubsub.h"

enum { RELOAD_MS = 60000, RETRY_MS = 200, LOAD_MS = 5000, RETIRED_S = 900 };

struct edition {
	LIST_ENTRY(edition) link;
	struct arena arena;
	struct registry *registry;
	uint8_t digest[32];
	struct event retire;
};

struct bots {
	struct event_base *base;
	struct store *store;
	struct pubsub *pubsub;
	struct event *timer;
	struct edition *current;
	LIST_HEAD(, edition) retired;
	void (*changed)(void *arg);
	void *arg;
	int loading, again;
};

static void reload(struct bots *b);

/* --- editions -------------------------------------------------------------- */

static void edition_free(struct edition *e)
{
	if (!e)
		return;
	arena_free(&e->arena);
	free(e);
}

static void on_retired(evutil_socket_t fd, short what, void *arg)
{
	struct edition *e = arg;

	(void)fd, (void)what;
	LIST_REMOVE(e, link);
	edition_free(e);
}

static void retire(struct bots *b, struct edition *e)
{
	if (!e)
		return;
	LIST_INSERT_HEAD(&b->retired, e, link);
	evtimer_assign(&e->retire, b->base, on_retired, e);
	event_add(&e->retire, &(struct timeval){ .tv_sec = RETIRED_S });
}

static void adopt(struct bots *b, const char *json)
{
	struct edition *e = calloc(1, sizeof *e);
	struct err err;

	if (!e)
		abort();
	crypto_sha256(e->digest, json, strlen(json));
	if (b->current && memcmp(b->current->digest, e->digest, sizeof e->digest) == 0) {
		edition_free(e);
		return;
	}
	e->registry = registry_parse(json, &e->arena, &err);
	if (!e->registry) {
		log_error("cannot use the bots: %s", err.text);
		edition_free(e);
		return;
	}
	retire(b, b->current);
	b->current = e;
	log_info("loaded bots=%d channels=%d", e->registry->bot_count,
		 e->registry->channel_count);
	if (b->changed)
		b->changed(b->arg);
}

/* --- loading:  ask -> take ------------------------------------------------- */

struct load {
	struct flow flow;
	struct bots *bots;
	const char *json;
};

static flow_step ask, take, load_failed, load_release;
static const struct flow_class load_class = { "load bots", load_failed, load_release };

static void ask(void *self)
{
	struct load *l = self;

	store_bots(l->bots->store, &l->flow, take, &l->json);
}

static void take(void *self)
{
	struct load *l = self;

	if (l->json)
		adopt(l->bots, l->json);
	flow_done(&l->flow);
}

static void load_failed(void *self)
{
	struct load *l = self;

	if (l->bots->current)
		log_warn("cannot load the bots: %s", l->flow.err.text);
	flow_done(&l->flow);
}

static void load_release(void *self)
{
	struct load *l = self;
	struct bots *b = l->bots;

	free(l);
	b->loading = 0;
	if (b->again) {
		b->again = 0;
		reload(b);
	}
}

static void reload(struct bots *b)
{
	struct load *l;

	if (b->loading) {
		b->again = 1;
		return;
	}
	l = calloc(1, sizeof *l);
	if (!l)
		abort();
	b->loading = 1;
	l->bots = b;
	flow_begin(&l->flow, &load_class, l, "", LOAD_MS, ask);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct bots *b = arg;

	(void)fd, (void)what;
	if (pg_is_up(b->store->relaxed))
		reload(b);
	timer_set(b->timer, b->current ? RELOAD_MS : RETRY_MS);
}

static void on_topic(void *arg, const char *topic, const char *data, size_t len)
{
	(void)topic, (void)data, (void)len;
	reload(arg);
}

/* --- interface ------------------------------------------------------------- */

struct bots *bots_open(struct event_base *base, struct store *store, const char *redis_url,
		       void (*changed)(void *arg), void *arg, struct err *e)
{
	static const struct pubsub_events events = { .message = on_topic };
	struct bots *b = calloc(1, sizeof *b);

	if (!b)
		abort();
	*b = (struct bots){ .base = base, .store = store, .changed = changed, .arg = arg };
	LIST_INIT(&b->retired);
	b->timer = evtimer_new(base, on_timer, b);
	timer_set(b->timer, RETRY_MS / 4);
	b->pubsub = pubsub_open(base, redis_url, &events, b, e);
	if (!b->pubsub) {
		bots_close(b);
		return NULL;
	}
	pubsub_subscribe(b->pubsub, "bots");
	return b;
}

void bots_close(struct bots *b)
{
	struct edition *e;

	if (!b)
		return;
	pubsub_close(b->pubsub);
	event_free(b->timer);
	while ((e = LIST_FIRST(&b->retired))) {
		event_del(&e->retire);
		LIST_REMOVE(e, link);
		edition_free(e);
	}
	edition_free(b->current);
	free(b);
}

const struct registry *bots_registry(const struct bots *b)
{
	return b->current ? b->current->registry : NULL;
}
