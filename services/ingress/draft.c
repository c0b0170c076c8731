#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "services/ingress/hub.h"

/*
 * The answer under way.  Redis publishes it piece by piece and keeps the whole
 * of it beside; whoever comes late reads the beginning there.
 */

enum { READ_MS = 3000, DRAFT_MAX = 256 << 10 };

struct draft_read {
	struct flow flow;
	struct room *room; /* NULL: everybody has left */
	struct ingress *in;
	char topic[LIVE_TOPIC_SIZE];
	struct live_draft found;
};

static flow_step read_draft, merge_draft, cannot_read, draft_read_release;
static const struct flow_class draft_class = { "draft", cannot_read, draft_read_release };

/* --- showing -------------------------------------------------------------- */

static void show(struct client *c, const struct draft_view *d)
{
	size_t from = strcmp(c->shown, d->answer) == 0 ? c->shown_len : 0;
	json_auto_t *body = NULL;
	char *text;

	if (from > 0 && from >= d->text.len)
		return;
	body = json_pack("{ss sI ss%}", "answer", d->answer, "at", (json_int_t)from, "text",
			 buf_str(&d->text) + from, d->text.len - from);
	if (!body) /* cut inside a character: the next piece completes it */
		return;
	text = json_dumps(body, JSON_COMPACT);
	if (!text)
		abort();
	snprintf(c->shown, sizeof c->shown, "%s", d->answer);
	c->shown_len = d->text.len;
	c->beat_ms = clock_mono_ms();
	web_stream_send(c->stream, NULL, "delta", text, strlen(text));
	free(text);
}

void room_show_draft(struct room *r)
{
	struct client *c;

	if (!*r->draft.answer || r->draft.from > 0 || r->draft.text.len == 0)
		return;
	TAILQ_FOREACH (c, &r->clients, in_room)
		show(c, &r->draft);
}

/* --- listening ------------------------------------------------------------ */

static void begin_view(struct draft_view *d, const char *answer, size_t from)
{
	snprintf(d->answer, sizeof d->answer, "%s", answer);
	d->from = from;
	buf_cut(&d->text, 0);
}

void room_take_delta(struct room *r, const struct live_event *e)
{
	struct draft_view *d = &r->draft;
	size_t end = d->from + d->text.len, skip;

	if (r->is_human)
		return;
	if (e->at == 0 || strcmp(d->answer, e->answer) != 0 || e->at > end || e->at < d->from) {
		struct client *c;

		if (e->at == 0)
			TAILQ_FOREACH (c, &r->clients, in_room)
				c->shown[0] = 0; /* begins anew */
		begin_view(d, e->answer, e->at);
		end = e->at;
	}
	d->at_ms = clock_mono_ms();
	skip = end - e->at;
	if (skip < e->len && d->text.len + e->len < DRAFT_MAX)
		buf_add(&d->text, e->text + skip, e->len - skip);
	if (d->from > 0)
		room_read_draft(r);
	else
		room_show_draft(r);
}

void room_take_end(struct room *r, const char *answer)
{
	json_auto_t *body = json_pack("{ss}", "answer", answer);
	char *text = json_dumps(body, JSON_COMPACT);
	struct client *c;

	if (!text)
		abort();
	TAILQ_FOREACH (c, &r->clients, in_room) {
		if (strcmp(c->shown, answer) != 0)
			continue;
		c->shown[0] = 0;
		c->shown_len = 0;
		web_stream_send(c->stream, NULL, "end", text, strlen(text));
	}
	free(text);
	if (strcmp(r->draft.answer, answer) == 0)
		begin_view(&r->draft, "", 0);
}

/* A human has come: what the bot was writing ends here. */
void room_set_human(struct room *r, int is_human)
{
	r->is_human = is_human;
	if (is_human && *r->draft.answer)
		room_take_end(r, r->draft.answer);
}

/* --- catching up: read_draft -> merge_draft ------------------------------- */

void room_read_draft(struct room *r)
{
	struct draft_read *d;

	if (r->draft_read)
		return;
	d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->room = r;
	d->in = r->hub->in;
	snprintf(d->topic, sizeof d->topic, "%s", r->topic);
	r->draft_read = d;
	flow_begin(&d->flow, &draft_class, d, NULL, READ_MS, read_draft);
}

void room_stop_draft(struct room *r)
{
	if (r->draft_read)
		r->draft_read->room = NULL;
	r->draft_read = NULL;
}

static void read_draft(void *self)
{
	struct draft_read *d = self;

	live_read_draft(d->in->redis, &d->flow, merge_draft, &d->found, d->topic);
}

/* What Redis kept goes before what we have heard since. */
static void merge(struct draft_view *view, const struct live_draft *found)
{
	struct buf heard = { 0 };
	size_t skip = 0;

	if (strcmp(view->answer, found->answer) != 0) {
		if (*view->answer && view->from == 0)
			return; /* a newer answer has begun */
		begin_view(view, found->answer, 0);
		buf_add(&view->text, found->text, found->len);
		return;
	}
	if (view->from == 0 || found->len < view->from)
		return;
	skip = found->len - view->from;
	if (skip < view->text.len)
		buf_add(&heard, view->text.data + skip, view->text.len - skip);
	begin_view(view, found->answer, 0);
	buf_add(&view->text, found->text, found->len);
	buf_add(&view->text, heard.data, heard.len);
	buf_free(&heard);
}

static void merge_draft(void *self)
{
	struct draft_read *d = self;

	if (d->room && d->found.answer && !d->room->is_human) {
		d->room->draft.at_ms = clock_mono_ms();
		merge(&d->room->draft, &d->found);
		room_show_draft(d->room);
	}
	flow_done(&d->flow);
}

/* Nothing is lost: the whole message follows. */
static void cannot_read(void *self)
{
	struct draft_read *d = self;

	log_warn("cannot read a draft: %s", d->flow.err.text);
	flow_done(&d->flow);
}

static void draft_read_release(void *self)
{
	struct draft_read *d = self;

	if (d->room)
		d->room->draft_read = NULL;
	free(d);
}
