#pragma once

#include "common/base/buf.h"
#include "services/ingress/console.h"

/*
 * What consoles see live.  A browser has one stream; it may watch one conversation.
 *
 * Words about changes come over the topic "live:desk" and, for watched conversations, over
 * their own; each only says where to look.  What has changed is read from PostgreSQL, once for
 * all who look (`news`), and kept in order: a desk_room knows up to where its messages were
 * shown. Streams have no memory: after each `hello` the browser reads what it shows anew.
 */

struct desk_client {
	TAILQ_ENTRY(desk_client) link;
	struct desk_hub *hub;
	struct web_stream *stream;
	int operator_id;
	int64_t watch; /* 0: none */
	int64_t beat_ms, ends_ms;
	char token_hash[TOKEN_HASH];
};

struct desk_room { /* of a client's conversation */
	TAILQ_ENTRY(desk_room) link;
	struct desk_hub *hub;
	int64_t id;
	char topic[LIVE_TOPIC_SIZE];   /* "" while it is not known, or nobody watches */
	int64_t seq, note, suggestion; /* shown up to here; seq and note -1: not known */
	int64_t again;    /* from here on messages have to be shown again; 0: none */
	int64_t last_seq; /* as the last look at watched conversations found it */
	int epoch, has_open;
	int64_t heard_ms;
	struct desk_news *news; /* being read, if not NULL */
	int is_stale;
	char answer[LIVE_ANSWER_SIZE]; /* being written; "" when none is */
	struct buf draft;
	struct desk_draft *reading; /* the draft, if not NULL */
};

TAILQ_HEAD(desk_clients, desk_client);
TAILQ_HEAD(desk_rooms, desk_room);

struct desk_hub {
	struct ingress *in;
	struct pubsub *pubsub;
	struct event *tick;
	struct desk_clients clients;
	struct desk_rooms rooms;
	int client_count, room_count;
	struct desk_look *look; /* a round of looking, if not NULL */
	int64_t checked_ms;
	int operators_stale;
	json_t *operators; /* as they were shown last */
};

enum { DESK_STREAMS = 10, DESK_ROOMS = 10000 };

struct desk_hub *desk_hub_open(struct ingress *in, struct err *e);
void desk_hub_close(struct desk_hub *h);

int desk_hub_count(const struct desk_hub *h, int operator_id);
void desk_hub_join(struct desk_hub *h, struct web_request *req,
		   const struct session_operator *who, const char *token_hash, int64_t watch);
/* Streams of sessions that are not in the list have to go. */
void desk_hub_keep(struct desk_hub *h, const char *token_hashes);

/* --- console_room.c -------------------------------------------------------- */

struct desk_room *desk_room_find(struct desk_hub *h, int64_t id);
struct desk_room *desk_room_with_topic(struct desk_hub *h, const char *topic);
struct desk_room *desk_room_open(struct desk_hub *h, int64_t id); /* made on demand */
void desk_room_close(struct desk_room *r);
int desk_room_is_watched(const struct desk_room *r);

/* Read what is new there, and show it. */
void desk_room_news(struct desk_room *r);
void desk_room_take(struct desk_room *r, const struct live_event *e);

/* --- console_draft.c: the answer under way ------------------------------------ */

void desk_room_take_delta(struct desk_room *r, const struct live_event *e);
void desk_room_take_end(struct desk_room *r, const char *answer);
void desk_room_show_draft(struct desk_room *r,
			  struct desk_client *c); /* to one who came late */
void desk_room_read_draft(struct desk_room *r);
void desk_room_stop_draft(struct desk_room *r);

/* --- console_hub.c: sending ---------------------------------------------------- */

/* Read anew what you show. */
void desk_hello(struct desk_client *c);
/* To one, to those who watch the conversation (or hold it), or to all (id 0). */
void desk_send(struct desk_client *c, const char *event, const json_t *data);
void desk_send_to(struct desk_hub *h, int64_t id, int holder, const char *event,
		  const json_t *data);

/* --- console_look.c: at what nobody tells us, once in a second ---------------- */

void desk_look(struct desk_hub *h);
void desk_look_stop(struct desk_hub *h);
