#include <stdlib.h>
#include <string.h>

#include "services/ingress/hub.h"
#include "services/ingress/message.h"

/* A message that has changed since it was shown:  read_one -> show_one */

enum { READ_MS = 5000 };

struct edit {
	struct flow flow;
	struct ingress *in;
	char topic[LIVE_TOPIC_SIZE]; /* the room may be gone when the message was read */
	char *chat;
	int channel_id;
	int64_t seq;
	struct message_page page;
};

static flow_step read_one, show_one, cannot_read, edit_release;
static const struct flow_class edit_class = { "edit", cannot_read, edit_release };

void room_show_edit(struct room *r, int64_t seq)
{
	struct edit *e = calloc(1, sizeof *e);

	if (!e || !(e->chat = strdup(r->chat)))
		abort();
	e->in = r->hub->in;
	e->channel_id = r->channel_id;
	e->seq = seq;
	snprintf(e->topic, sizeof e->topic, "%s", r->topic);
	flow_begin(&e->flow, &edit_class, e, NULL, READ_MS, read_one);
}

static void read_one(void *self)
{
	struct edit *e = self;

	store_messages(&e->in->store, &e->flow, show_one, &e->page,
		       &(struct messages_wanted){ .channel_id = e->channel_id,
						  .chat_key = e->chat,
						  .after = e->seq - 1,
						  .limit = 1 });
}

/* Without an id: it does not move anybody on in the order of messages. */
static void send_edit(struct edit *e, struct room *r)
{
	const struct message *m = &e->page.messages[0];
	json_auto_t *body = message_shown(e->in, &e->flow.arena, e->page.conversation_id, m);
	char *text = json_dumps(body, JSON_COMPACT);
	struct client *c;

	if (!text)
		abort();
	TAILQ_FOREACH (c, &r->clients, in_room)
		if (c->sent >= m->seq)
			web_stream_send(c->stream, NULL, "edit", text, strlen(text));
	free(text);
}

static void show_one(void *self)
{
	struct edit *e = self;
	struct room *r = e->in->hub ? hub_room(e->in->hub, e->topic) : NULL;

	if (r && e->page.n == 1 && e->page.messages[0].seq == e->seq)
		send_edit(e, r);
	flow_done(&e->flow);
}

/* Whoever opens the page anew sees it. */
static void cannot_read(void *self)
{
	struct edit *e = self;

	flow_done(&e->flow);
}

static void edit_release(void *self)
{
	struct edit *e = self;

	free(e->chat);
	free(e);
}
