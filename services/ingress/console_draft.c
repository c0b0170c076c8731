#include <stdlib.h>
#include <string.h>

#include "services/ingress/console_hub.h"

/* The answer under way in a conversation that consoles watch. */

enum { READ_MS = 5000, DRAFT_MAX = 256 << 10 };

static json_t *delta_of(const struct desk_room *r, size_t at, const char *text, size_t len)
{
	return json_pack("{sI ss sI ss%}", "conversation", (json_int_t)r->id, "answer",
			 r->answer, "at", (json_int_t)at, "text", text, len);
}

static void send_delta(struct desk_room *r, struct desk_client *only, size_t at,
		       const char *text, size_t len)
{
	json_auto_t *event = delta_of(r, at, text, len);

	if (only)
		desk_send(only, "delta", event);
	else
		desk_send_to(r->hub, r->id, 0, "delta", event);
}

/* A delta that does not follow what we have tells of a hole; the message will fill it. */
void desk_room_take_delta(struct desk_room *r, const struct live_event *e)
{
	if (e->at == 0) {
		snprintf(r->answer, sizeof r->answer, "%s", e->answer);
		buf_cut(&r->draft, 0);
	} else if (strcmp(r->answer, e->answer) != 0 || e->at != r->draft.len) {
		return;
	}
	if (r->draft.len + e->len > DRAFT_MAX)
		return;
	buf_add(&r->draft, e->text, e->len);
	send_delta(r, NULL, e->at, e->text, e->len);
}

void desk_room_take_end(struct desk_room *r, const char *answer)
{
	json_auto_t *event =
		json_pack("{sI ss}", "conversation", (json_int_t)r->id, "answer", answer);

	*r->answer = 0;
	buf_cut(&r->draft, 0);
	desk_send_to(r->hub, r->id, 0, "end", event);
}

void desk_room_show_draft(struct desk_room *r, struct desk_client *c)
{
	if (*r->answer && r->draft.len)
		send_delta(r, c, 0, buf_str(&r->draft), r->draft.len);
}

struct desk_draft {
	struct flow flow;
	struct desk_room *room; /* NULL: it is closed */
	struct live_draft draft;
};

static flow_step show_draft, no_draft, draft_release, ask_draft;
static const struct flow_class draft_class = { "desk-draft", no_draft, draft_release };

void desk_room_read_draft(struct desk_room *r)
{
	struct desk_draft *d;

	if (r->reading)
		return;
	d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->room = r;
	r->reading = d;
	flow_begin(&d->flow, &draft_class, d, NULL, READ_MS, ask_draft);
}

static void ask_draft(void *self)
{
	struct desk_draft *d = self;

	if (d->room)
		live_read_draft(d->room->hub->in->redis, &d->flow, show_draft, &d->draft,
				d->room->topic);
	else
		flow_done(&d->flow);
}

static void show_draft(void *self)
{
	struct desk_draft *d = self;
	struct desk_room *r = d->room;

	if (r && d->draft.answer && d->draft.len > r->draft.len) {
		snprintf(r->answer, sizeof r->answer, "%s", d->draft.answer);
		buf_cut(&r->draft, 0);
		buf_add(&r->draft, d->draft.text, d->draft.len);
		send_delta(r, NULL, 0, buf_str(&r->draft), r->draft.len);
	}
	flow_done(&d->flow);
}

static void no_draft(void *self)
{
	struct desk_draft *d = self;

	flow_done(&d->flow);
}

static void draft_release(void *self)
{
	struct desk_draft *d = self;

	if (d->room)
		d->room->reading = NULL;
	free(d);
}

void desk_room_stop_draft(struct desk_room *r)
{
	if (r->reading)
		r->reading->room = NULL;
	buf_free(&r->draft);
}
