/*
 * One sight of an answer under way:  parse -> take_place -> show -> note_shown
 *
 * In private chats it is a live draft; in groups, and while there is no text
 * yet, the bot is seen typing.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/live/draft.h"
#include "common/metrics/metrics.h"
#include "common/redis/stream.h"
#include "services/courier/courier.h"

enum { WINDOW = 64, DEADLINE_MS = 5000, SEND_MS = 4000, PAUSE_MS = 5000 };

static struct metric shown = METRIC(METRIC_COUNTER, "tandem_drafts_total", "result=\"shown\"",
				    "Sights of answers under way");
static struct metric dropped = METRIC(METRIC_COUNTER, "tandem_drafts_total",
				      "result=\"dropped\"", "Sights of answers under way");

struct drafts {
	struct courier *courier;
	struct stream *stream;
	char consumer[80];
};

struct sight {
	struct flow flow;
	struct drafts *drafts;
	char entry[48];
	struct draft draft;
	int is_typing;
	const redisReply *allowed;
	struct http_response response;
	struct telegram_reply reply;
};

static flow_step take_place, show, note_shown, drop, sight_release;
static const struct flow_class sight_class = { "draft", drop, sight_release };

static const struct channel *channel_of(const struct sight *s)
{
	const struct registry *r = bots_registry(s->drafts->courier->bots);
	const struct channel *ch = r ? registry_channel(r, s->draft.channel_id) : NULL;

	return ch && ch->token ? ch : NULL;
}

static void take_place(void *self)
{
	struct sight *s = self;
	const struct channel *ch = channel_of(s);

	if (!ch) {
		drop(s);
		return;
	}
	rates_take_draft(s->drafts->courier->rates, &s->flow, show, &s->allowed, ch,
			 s->draft.chat, s->entry, s->is_typing);
}

/* The same number while the answer grows; never zero. */
static int64_t draft_id(const struct draft *d)
{
	return d->job % 0x7ffffffe + 1;
}

static const char *body_of(struct sight *s)
{
	struct arena *a = &s->flow.arena;
	struct telegram_part part;

	if (s->is_typing)
		return telegram_action_body(a, s->draft.chat, "typing");
	telegram_render_draft(&part, a, s->draft.text);
	return telegram_draft_body(a, s->draft.chat, draft_id(&s->draft), part.html,
				   part.plain);
}

static void show(void *self)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct sight *s = self;
	struct courier *c = s->drafts->courier;
	const struct channel *ch = channel_of(s);
	const char *body;

	if (!ch || s->allowed->type != REDIS_REPLY_INTEGER || s->allowed->integer != 1) {
		drop(s);
		return;
	}
	body = body_of(s);
	http_send(c->http, &s->flow, note_shown, &s->response,
		  &(struct http_request){
			  .url = telegram_url(&s->flow.arena, c->telegram_root, ch->token,
					      s->is_typing ? "sendChatAction"
							   : "sendMessageDraft"),
			  .headers = headers,
			  .body = body,
			  .body_len = strlen(body),
			  .timeout_ms = SEND_MS });
}

static void note_shown(void *self)
{
	struct sight *s = self;
	const struct channel *ch = channel_of(s);

	telegram_read_reply(&s->reply, &s->flow.arena, s->response.status, s->response.body,
			    s->response.len);
	if (s->reply.verdict == TELEGRAM_OK) {
		metric_add(&shown, 1);
		flow_done(&s->flow);
		return;
	}
	if (ch)
		rates_hold_drafts(s->drafts->courier->rates, ch, s->draft.chat,
				  s->reply.retry_after_ms > 0 ? s->reply.retry_after_ms
							      : PAUSE_MS);
	drop(s);
}

/* Also the failed step: the message itself will come. */
static void drop(void *self)
{
	struct sight *s = self;

	metric_add(&dropped, 1);
	flow_done(&s->flow);
}

static void sight_release(void *self)
{
	struct sight *s = self;

	stream_settle(s->drafts->stream, s->entry);
	free(s);
}

static void begin(struct drafts *d, const char *entry_id, const char *payload)
{
	struct sight *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->drafts = d;
	snprintf(s->entry, sizeof s->entry, "%s", entry_id);
	flow_begin(&s->flow, &sight_class, s, NULL, DEADLINE_MS, take_place);
	if (live_draft_parse(&s->draft, &s->flow.arena, payload) < 0)
		s->draft = (struct draft){ .text = "" }; /* of no channel: dropped */
	s->is_typing = s->draft.is_group || !*s->draft.text;
}

static void on_entry(void *arg, const char *entry_id, const char *payload)
{
	begin(arg, entry_id, payload);
}

struct drafts *drafts_open(struct courier *c, struct err *e)
{
	struct drafts *d = calloc(1, sizeof *d);
	char host[33] = "";

	if (!d)
		abort();
	d->courier = c;
	gethostname(host, sizeof host - 1);
	snprintf(d->consumer, sizeof d->consumer, "%s-%d", host, (int)getpid());
	d->stream = stream_open(c->base,
				&(struct stream_conf){ .url = c->redis_url,
						       .redis = c->redis,
						       .key = LIVE_DRAFTS_KEY,
						       .group = LIVE_DRAFTS_GROUP,
						       .consumer = d->consumer,
						       .window = WINDOW },
				on_entry, d, e);
	if (d->stream)
		return d;
	free(d);
	return NULL;
}

void drafts_pause(struct drafts *d)
{
	stream_pause(d->stream);
}

void drafts_close(struct drafts *d)
{
	if (!d)
		return;
	stream_close(d->stream);
	free(d);
}
