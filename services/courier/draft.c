/*
 * One sight of an answer under way:
 *
 *   take_place -> (open_preview) -> show -> note_shown -> (keep -> erase)
 *
 * While there is no text the bot is seen typing.  Text is a live draft in
 * private chats, and in groups a preview: see preview.c.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/live/draft.h"
#include "common/metrics/metrics.h"
#include "common/redis/stream.h"
#include "services/courier/courier.h"

enum { WINDOW = 64, DEADLINE_MS = 5000, SEND_MS = 4000, PAUSE_MS = 5000 };
enum { PREVIEW_MS = 30000 }; /* the number of one that was sent has to be known */

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
	enum sight_kind kind;
	const redisReply *answer;
	const char *preview; /* the message to edit; "": to be sent */
	struct http_response response;
	struct telegram_reply reply;
	const char *orphan; /* a preview that was sent, until Redis knows of it */
};

static flow_step take_place, check_place, check_preview, show, note_shown, note_kept, leave,
	drop, sight_release;
static const struct flow_class sight_class = { "draft", drop, sight_release };

static const struct channel *channel_of(const struct sight *s)
{
	const struct registry *r = bots_registry(s->drafts->courier->bots);
	const struct channel *ch = r ? registry_channel(r, s->draft.channel_id) : NULL;

	return ch && ch->token ? ch : NULL;
}

static struct preview preview_of(const struct sight *s)
{
	return (struct preview){ channel_of(s), s->draft.chat, s->draft.job };
}

static void take_place(void *self)
{
	struct sight *s = self;
	struct sighting sighting = { s->kind, s->draft.chat, s->entry };

	if (channel_of(s))
		rates_take_draft(s->drafts->courier->rates, &s->flow, check_place, &s->answer,
				 channel_of(s), &sighting);
	else
		drop(s);
}

static void check_place(void *self)
{
	struct sight *s = self;
	struct preview p = preview_of(s);

	if (!p.channel || s->answer->type != REDIS_REPLY_INTEGER || s->answer->integer != 1)
		drop(s);
	else if (s->kind == SIGHT_PREVIEW)
		preview_open(s->drafts->courier->redis, &s->flow, check_preview, &s->answer, &p,
			     s->entry);
	else
		show(s);
}

static void check_preview(void *self)
{
	struct sight *s = self;

	if (!channel_of(s) || s->answer->type != REDIS_REPLY_STRING) {
		drop(s);
		return;
	}
	s->preview = s->answer->str;
	show(s);
}

/* --- showing --------------------------------------------------------------- */

/* The same number while the answer grows; never zero. */
static int64_t draft_id(const struct draft *d)
{
	return d->job % 0x7ffffffe + 1;
}

static struct call preview_call(struct sight *s, const struct telegram_part *part)
{
	struct arena *a = &s->flow.arena;

	if (*s->preview)
		return (struct call){ .method = "editMessageText",
				      .body = telegram_edit_body(a, s->draft.chat, s->preview,
								 part->html, part->plain) };
	return (struct call){ .method = "sendMessage",
			      .body = telegram_send_body(
				      a, &(struct telegram_send){ .chat = s->draft.chat,
								  .html = part->html,
								  .plain = part->plain,
								  .is_silent = 1 }) };
}

static struct call call_of(struct sight *s)
{
	struct arena *a = &s->flow.arena;
	struct telegram_part part;

	if (s->kind == SIGHT_TYPING)
		return (struct call){ .method = "sendChatAction",
				      .body = telegram_action_body(a, s->draft.chat,
								   "typing") };
	telegram_render_draft(&part, a, s->draft.text);
	if (s->kind == SIGHT_PREVIEW)
		return preview_call(s, &part);
	return (struct call){ .method = "sendMessageDraft",
			      .body = telegram_draft_body(a, s->draft.chat, draft_id(&s->draft),
							  part.html, part.plain) };
}

static int is_new_preview(const struct sight *s)
{
	return s->kind == SIGHT_PREVIEW && !*s->preview;
}

static void show(void *self)
{
	struct sight *s = self;
	struct call call = call_of(s);

	call.channel = channel_of(s);
	call.timeout_ms = is_new_preview(s) ? PREVIEW_MS : SEND_MS;
	flow_extend(&s->flow, call.timeout_ms + DEADLINE_MS);
	courier_call(s->drafts->courier, &s->flow, note_shown, &s->response, &call);
}

/* --- what came of it ------------------------------------------------------- */

static void hold(const struct sight *s)
{
	const struct channel *ch = channel_of(s);

	if (ch)
		rates_hold_drafts(s->drafts->courier->rates, ch, s->draft.chat,
				  s->reply.retry_after_ms > 0 ? s->reply.retry_after_ms
							      : PAUSE_MS);
}

static int is_shown(const struct sight *s)
{
	return s->reply.verdict == TELEGRAM_OK || s->reply.verdict == TELEGRAM_UNCHANGED;
}

static void note_shown(void *self)
{
	struct sight *s = self;
	struct preview p = preview_of(s);

	courier_read_reply(&s->reply, &s->flow.arena, &s->response);
	metric_add(is_shown(s) ? &shown : &dropped, 1);
	if (!is_shown(s))
		hold(s);
	if (!is_new_preview(s) || !p.channel) {
		flow_done(&s->flow);
		return;
	}
	flow_extend(&s->flow, DEADLINE_MS);
	s->orphan = is_shown(s) ? s->reply.message_id : NULL;
	preview_keep(s->drafts->courier->redis, &s->flow, note_kept, &s->answer, &p,
		     s->orphan ? s->orphan : "");
}

static void erase(struct sight *s)
{
	struct call call = { .channel = channel_of(s),
			     .method = "deleteMessage",
			     .timeout_ms = SEND_MS };

	if (!s->orphan || !call.channel) {
		flow_done(&s->flow);
		return;
	}
	call.body = telegram_delete_body(&s->flow.arena, s->draft.chat, s->orphan);
	s->orphan = NULL;
	courier_call(s->drafts->courier, &s->flow, leave, &s->response, &call);
}

/* Unless the message itself was quicker than its preview. */
static void note_kept(void *self)
{
	struct sight *s = self;

	if (s->answer->integer != 0)
		s->orphan = NULL;
	erase(s);
}

static void leave(void *self)
{
	struct sight *s = self;

	flow_done(&s->flow);
}

/* Also the failed step: the message itself will come, and what nobody remembers goes. */
static void drop(void *self)
{
	struct sight *s = self;

	if (s->orphan) {
		flow_recover(&s->flow, DEADLINE_MS);
		erase(s);
		return;
	}
	metric_add(&dropped, 1);
	flow_done(&s->flow);
}

static void sight_release(void *self)
{
	struct sight *s = self;

	stream_settle(s->drafts->stream);
	free(s);
}

static enum sight_kind kind_of(const struct draft *d)
{
	if (!*d->text)
		return SIGHT_TYPING;
	return d->is_group ? SIGHT_PREVIEW : SIGHT_DRAFT;
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
	s->kind = kind_of(&s->draft);
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
