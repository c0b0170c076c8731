#include "services/llm-worker/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/timer.h"

enum {
	ROW_OF_FAILURES = 10,
	PAUSE_MIN_MS = 1000, /* after a row of failures */
	PAUSE_MAX_MS = 4000,
	ASKED_MAX_MS = 60000,  /* what it may ask for itself */
	BROKEN_MIN_MS = 60000, /* money, key, model: a human has to act */
	BROKEN_MAX_MS = 600000,
	LOOK_MS = 1000, /* how often waiting turns are looked after */
};

struct waiter {
	struct op op;
	TAILQ_ENTRY(waiter) entry;
	struct gate *gate;
	int64_t since;
	int *granted;
};

struct gate {
	LIST_ENTRY(gate) entry;
	struct gates *gates;
	char name[64], labels[80];
	int max, busy;
	TAILQ_HEAD(, waiter) waiting;

	int failures, is_broken;
	const struct flow *probe; /* passed while paused, and has not left; NULL: none */
	int pause_ms;             /* of the last time it opened; 0: it is well */
	int64_t closed_until;
	struct metric in_flight, state;
};

struct gates {
	struct event_base *base;
	struct event *look;
	LIST_HEAD(, gate) list;
};

/* --- waiting ------------------------------------------------------------------ */

static void wake(struct waiter *w, int granted)
{
	TAILQ_REMOVE(&w->gate->waiting, w, entry);
	*w->granted = granted;
	op_succeed(&w->op);
	free(w);
}

static void forget_waiter(struct op *op)
{
	struct waiter *w = (struct waiter *)op;

	TAILQ_REMOVE(&w->gate->waiting, w, entry);
	free(w);
}

static int has_room(const struct gate *gate)
{
	return gate->max <= 0 || gate->busy < gate->max;
}

/* Those who came before `since`; whether anybody still waits. */
static int send_away(struct gate *gate, int64_t since)
{
	struct waiter *w, *next;

	for (w = TAILQ_FIRST(&gate->waiting); w && w->since < since; w = next) {
		next = TAILQ_NEXT(w, entry);
		wake(w, 0);
	}
	return w != NULL;
}

/* While it is paused one is enough to find out, and the others do not wait for that. */
static void pass(struct gate *gate, const struct flow *f)
{
	metric_set(&gate->in_flight, ++gate->busy);
	if (!gate->pause_ms)
		return;
	gate->probe = f;
	send_away(gate, INT64_MAX);
}

static void admit(struct gate *gate)
{
	const struct flow *f;
	struct waiter *w;

	while ((w = TAILQ_FIRST(&gate->waiting)) && has_room(gate)) {
		f = w->op.flow;
		wake(w, 1);
		pass(gate, f);
	}
}

static void look_later(struct gates *g)
{
	if (!event_pending(g->look, EV_TIMEOUT, NULL))
		timer_set(g->look, LOOK_MS);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct gates *g = arg;
	int64_t limit = clock_mono_ms() - GATE_PATIENCE_MS;
	struct gate *gate;
	int waiting = 0;

	(void)fd, (void)what;
	LIST_FOREACH(gate, &g->list, entry)
	waiting |= send_away(gate, limit);
	if (waiting)
		look_later(g);
}

void gate_wait(struct gate *gate, struct flow *f, flow_step *next, int *granted)
{
	struct waiter *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	op_start(&w->op, f, next, forget_waiter);
	w->gate = gate;
	w->since = clock_mono_ms();
	w->granted = granted;
	TAILQ_INSERT_TAIL(&gate->waiting, w, entry);
	look_later(gate->gates);
}

int gate_enter(struct gate *gate, const struct flow *f)
{
	if (!has_room(gate) || !TAILQ_EMPTY(&gate->waiting))
		return 0;
	pass(gate, f);
	return 1;
}

void gate_leave(struct gate *gate, const struct flow *f)
{
	metric_set(&gate->in_flight, --gate->busy);
	if (gate->probe == f)
		gate->probe = NULL;
	admit(gate);
}

int gate_busy(const struct gate *gate)
{
	return gate->busy;
}

/* --- the breaker ---------------------------------------------------------------- */

int gate_is_open(const struct gate *gate)
{
	return !gate->pause_ms || (clock_mono_ms() >= gate->closed_until && !gate->probe);
}

static void close_gate(struct gate *gate, int ms)
{
	gate->pause_ms = ms;
	gate->closed_until = clock_mono_ms() + ms;
	metric_set(&gate->state, 1);
	send_away(gate, INT64_MAX);
}

static int longer(int ms, int min, int max)
{
	if (2 * ms < min)
		return min;
	return 2 * ms > max ? max : 2 * ms;
}

void gate_succeeded(struct gate *gate)
{
	gate->failures = 0;
	if (!gate->pause_ms)
		return;
	log_info("recovered provider=%s", gate->name);
	gate->pause_ms = gate->is_broken = 0;
	gate->probe = NULL;
	metric_set(&gate->state, 0);
}

void gate_failed(struct gate *gate, enum llm_failure failure)
{
	if (failure == LLM_TRY_OTHER) {
		close_gate(gate, longer(gate->is_broken ? gate->pause_ms : 0, BROKEN_MIN_MS,
					BROKEN_MAX_MS));
		gate->is_broken = 1;
		log_error("gave up provider=%s pause_s=%d: check its key, model and account",
			  gate->name, gate->pause_ms / 1000);
		return;
	}
	if (failure != LLM_TRY_AGAIN)
		return;
	gate->failures++;
	if (gate->pause_ms ? clock_mono_ms() < gate->closed_until
			   : gate->failures < ROW_OF_FAILURES)
		return;
	close_gate(gate, longer(gate->pause_ms, PAUSE_MIN_MS, PAUSE_MAX_MS));
	log_warn("paused provider=%s failures=%d pause_s=%d", gate->name, gate->failures,
		 gate->pause_ms / 1000);
}

void gate_pause(struct gate *gate, int ms)
{
	if (ms > ASKED_MAX_MS)
		ms = ASKED_MAX_MS;
	if (gate->pause_ms && gate->closed_until >= clock_mono_ms() + ms)
		return;
	close_gate(gate, ms);
	log_warn("paused provider=%s pause_s=%d: it asked for it", gate->name,
		 gate->pause_ms / 1000);
}

/* --- all of them ------------------------------------------------------------------ */

struct gate *gate_of(struct gates *g, const struct provider *p)
{
	struct gate *gate;

	LIST_FOREACH(gate, &g->list, entry)
	{
		if (strcmp(gate->name, p->name) == 0) {
			gate->max = p->max_in_flight;
			return gate;
		}
	}
	gate = calloc(1, sizeof *gate);
	if (!gate)
		abort();
	snprintf(gate->name, sizeof gate->name, "%s", p->name);
	snprintf(gate->labels, sizeof gate->labels, "provider=\"%s\"", gate->name);
	gate->gates = g;
	gate->max = p->max_in_flight;
	TAILQ_INIT(&gate->waiting);
	gate->in_flight = (struct metric)METRIC(METRIC_GAUGE, "llm_requests_in_flight",
						gate->labels, "Requests to a provider now");
	gate->state = (struct metric)METRIC(METRIC_GAUGE, "llm_provider_closed", gate->labels,
					    "1 while a provider is left alone");
	metric_set(&gate->in_flight, 0);
	metric_set(&gate->state, 0);
	LIST_INSERT_HEAD(&g->list, gate, entry);
	return gate;
}

struct gates *gates_open(struct event_base *base)
{
	struct gates *g = calloc(1, sizeof *g);

	if (!g)
		abort();
	g->base = base;
	g->look = evtimer_new(base, on_look, g);
	LIST_INIT(&g->list);
	return g;
}

/* The gates stay: their metrics are known to the process for as long as it lives. */
void gates_close(struct gates *g)
{
	if (!g)
		return;
	event_free(g->look);
	g->look = NULL;
	if (LIST_EMPTY(&g->list))
		free(g);
}
