#include "services/ingress/team.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/store/order.h"

/* read_people -> keep_people -> (a pause) -> read_people ... */

enum { READ_MS = 5000, PAUSE_S = 5 };

struct team {
	struct flow flow;
	struct ingress *in;
	struct event *timer;
	const char *text; /* what was read */
	json_t *people;   /* {"<channel>:<user>": true}; NULL: not read yet */
	int is_busy, is_paused, is_closing;
};

static flow_step read_people, keep_people, cannot_read, team_release;
static const struct flow_class team_class = { "team", cannot_read, team_release };

static int has_desk(const struct registry *r)
{
	for (int i = 0; r && i < r->channel_count; i++)
		if (strcmp(r->channels[i].kind, "desk") == 0)
			return 1;
	return 0;
}

static void wait_for_next(struct team *t)
{
	if (!t->is_paused)
		event_add(t->timer, &(struct timeval){ .tv_sec = t->people ? PAUSE_S : 1 });
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct team *t = arg;

	(void)fd, (void)what;
	if (!has_desk(bots_registry(t->in->bots))) {
		wait_for_next(t);
		return;
	}
	t->is_busy = 1;
	flow_begin(&t->flow, &team_class, t, NULL, READ_MS, read_people);
}

static void read_people(void *self)
{
	struct team *t = self;

	store_desk_people(&t->in->desk_store, &t->flow, keep_people, &t->text);
}

static void keep_people(void *self)
{
	struct team *t = self;
	json_t *people = json_loads(t->text ? t->text : "", 0, NULL);

	if (people) {
		json_decref(t->people);
		t->people = people;
	}
	wait_for_next(t);
	flow_done(&t->flow);
}

static void cannot_read(void *self)
{
	struct team *t = self;

	log_warn("operators not read: %s", t->flow.err.text);
	wait_for_next(t);
	flow_done(&t->flow);
}

static void team_free(struct team *t)
{
	event_free(t->timer);
	json_decref(t->people);
	free(t);
}

static void team_release(void *self)
{
	struct team *t = self;

	t->is_busy = 0;
	if (t->is_closing)
		team_free(t);
}

struct team *team_open(struct ingress *in)
{
	struct team *t = calloc(1, sizeof *t);

	if (!t || !(t->timer = event_new(in->base, -1, 0, on_time, t)))
		abort();
	t->in = in;
	event_add(t->timer, &(struct timeval){ 0 });
	return t;
}

void team_pause(struct team *t)
{
	if (!t)
		return;
	t->is_paused = 1;
	event_del(t->timer);
}

void team_close(struct team *t)
{
	if (!t)
		return;
	t->is_paused = t->is_closing = 1;
	if (!t->is_busy)
		team_free(t);
}

int team_knows(const struct team *t, int channel_id, const char *user)
{
	struct arena a = { 0 };
	int is_known;

	if (!t || !t->people)
		return 1;
	is_known = user && json_object_get(t->people,
					   arena_printf(&a, "%d:%s", channel_id, user)) != NULL;
	arena_free(&a);
	return is_known;
}
