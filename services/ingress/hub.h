#pragma once

#include "common/base/buf.h"
#include "services/ingress/ingress.h"

/*
 * Conversations that browsers look at.  One room per conversation with at least
 * one client: it listens to the conversation's topic, reads what is new from
 * PostgreSQL, and hands it to its clients.
 *
 * Every client sees each message once and in order: `sent` is the last sequence
 * number it was given, and a page read from PostgreSQL is only handed to clients
 * who have everything before it.
 *
 * Who has more than there is remembers what a restored database has forgotten: they are
 * told to read the conversation anew.
 *
 * The answer under way is kept by the room; each client has been shown a
 * prefix of it, and is given what follows.
 */

struct client {
	TAILQ_ENTRY(client) in_room, in_hub;
	struct room *room;
	struct web_stream *stream;
	const char *network; /* in the stream's arena */
	int64_t sent, expires_ms, beat_ms;
	int64_t asked;    /* `sent` as a page was last asked for; 0: not since it joined */
	int states;       /* the last state told; 0: none */
	char shown[48];   /* the answer shown so far ... */
	size_t shown_len; /* ... up to here */
};

struct draft_view {
	char answer[48]; /* "" when nothing is being written */
	size_t from;     /* what is before it was missed */
	struct buf text;
	int64_t at_ms;
};

struct room {
	TAILQ_ENTRY(room) link;
	struct room *next; /* in its slot */
	struct hub *hub;
	char topic[LIVE_TOPIC_SIZE];
	int channel_id;
	char *chat;
	TAILQ_HEAD(, client) clients;
	int client_count;
	int is_human;    /* it is not the bot who answers: what it writes is not shown */
	char *state;     /* who answers, as JSON; NULL until it was read */
	int state_count; /* how often that has changed */
	int is_waiting;  /* for a human, and the state tells their place */
	int place;       /* as it was read last, for all who wait */
	int64_t told_ms, placed_ms; /* when the state was read, and the places */
	int64_t refreshed_ms;
	int64_t asked_ms; /* when the person spoke last; 0: they have an answer */

	struct draft_view draft;
	struct refresh *refresh;       /* reading messages, if not NULL */
	struct draft_read *draft_read; /* reading the draft, if not NULL */
	int is_stale;                  /* look again when the refresh is over */
};

enum { HUB_SLOTS = 4096, STREAMS_PER_CHAT = 5, STREAMS_PER_NETWORK = 50 };

/* How often PostgreSQL is asked in case a word was lost: at leisure, and while an answer is
 * due. */
enum { ROOM_RECHECK_MS = 20000, ROOM_EXPECTING_MS = 2000, ROOM_EXPECTS_FOR_MS = 20000 };

struct hub {
	struct ingress *in;
	struct pubsub *pubsub;
	struct event *tick;
	int is_queue_moved;            /* since the places of those who wait were read */
	struct queue_read *queue_read; /* reading them, if not NULL */
	TAILQ_HEAD(, room) rooms;
	TAILQ_HEAD(, client) clients;
	struct room *slots[HUB_SLOTS];
};

struct hub *hub_open(struct ingress *in, struct err *e);
void hub_close(struct hub *h);

/* How many streams the chat, and the network (see ingress_network()), have open. */
int hub_count_chat(struct hub *h, int channel_id, const char *chat);
int hub_count_network(struct hub *h, const char *network);

/* The client has everything up to `after`. */
void hub_join(struct hub *h, struct web_request *req, int channel_id, const char *chat,
	      int64_t after, int64_t expires_ms);

/* Somebody in this chat was heard, so a message is due there. */
void hub_expect(struct hub *h, const char *topic);

/* The room of a topic, or NULL. */
struct room *hub_room(struct hub *h, const char *topic);

/* queue.c: the place of somebody who waits for a human may be another now. */
void hub_queue_moved(struct hub *h);
void hub_tend_queue(struct hub *h); /* now and then */
void hub_stop_queue(struct hub *h);

/* edit.c: show a message that was seen before, as it is now. */
void room_show_edit(struct room *r, int64_t seq);

/* refresh.c: read what clients have not seen. */
void room_refresh(struct room *r);
void room_stop_refresh(struct room *r);
/* Who answers, to those who have come, and to all when it is another state. */
void room_tell(struct room *r, const json_t *state);

/* draft.c */
void room_set_human(struct room *r, int is_human);
void room_take_delta(struct room *r, const struct live_event *e);
void room_take_end(struct room *r, const char *answer);
void room_show_draft(struct room *r);
void room_read_draft(struct room *r);
void room_stop_draft(struct room *r);
