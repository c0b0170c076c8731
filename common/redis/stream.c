#include "common/redis/stream.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/redis/connection.h"
#include "common/redis/sweeping.h"

/*
 * Reading:  read_more -> on_entries -> hand_out -> on_round -> read_more ...
 * If the group is missing:  make_group -> on_group -> read_more.
 * Reading on waits for the end of the loop's round: what the entries make us ask
 * of others leaves first, and what they settle makes room for more.
 */

enum { BLOCK_MS = 2000, GRACE_MS = 2000, RETRY_S = 1 };

struct stream {
	struct stream_conf conf;
	stream_fn *fn;
	void *arg;
	struct redis *reader;
	struct sweeping *sweeping;
	struct event *round; /* the end of this round of the loop */
	struct event *again; /* after an error */
	int in_hand;         /* handed out, not settled */
	int is_reading, is_paused;
};

/* --- reading -------------------------------------------------------------- */

static void on_entries(void *arg, const redisReply *reply);

static void read_more(struct stream *s)
{
	char count[12], block[12];
	int room = s->conf.window - s->in_hand;

	if (s->is_reading || s->is_paused || room <= 0 || !redis_is_up(s->reader))
		return;
	s->is_reading = 1;
	snprintf(count, sizeof count, "%d", room);
	snprintf(block, sizeof block, "%d", BLOCK_MS);
	redis_send(s->reader, on_entries, s,
		   REDIS_ARGV("XREADGROUP", "GROUP", s->conf.group, s->conf.consumer, "COUNT",
			      count, "BLOCK", block, "NOACK", "STREAMS", s->conf.key, ">"));
}

/* The value of field "e", or NULL. */
static const char *entry_payload(const redisReply *fields)
{
	for (size_t i = 0; i + 1 < fields->elements; i += 2)
		if (strcmp(fields->element[i]->str, "e") == 0)
			return fields->element[i + 1]->str;
	return NULL;
}

static void hand_out(struct stream *s, const redisReply *entries)
{
	for (size_t i = 0; i < entries->elements && !s->is_paused; i++) {
		const redisReply *entry = entries->element[i];
		const char *id = entry->element[0]->str;
		const char *payload = entry_payload(entry->element[1]);

		s->in_hand++;
		if (payload) {
			s->fn(s->arg, id, payload);
		} else {
			log_warn("stream entry without payload key=%s id=%s", s->conf.key, id);
			stream_settle(s);
		}
	}
}

static void on_group(void *arg, const redisReply *reply)
{
	struct stream *s = arg;

	s->is_reading = 0;
	if (!reply)
		return;
	if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "BUSYGROUP", 9) != 0) {
		log_warn("stream group key=%s why=%s", s->conf.key, reply->str);
		event_add(s->again, &(struct timeval){ .tv_sec = RETRY_S });
		return;
	}
	read_more(s);
}

/* From 0, not from now: entries may have come before the first consumer. */
static void make_group(struct stream *s)
{
	s->is_reading = 1;
	redis_send(s->reader, on_group, s,
		   REDIS_ARGV("XGROUP", "CREATE", s->conf.key, s->conf.group, "0", "MKSTREAM"));
}

/* The first word of the error; the stream may vanish while we are blocked on it. */
static int is_group_missing(const char *error)
{
	return strncmp(error, "NOGROUP", 7) == 0 || strncmp(error, "UNBLOCKED", 9) == 0;
}

static void on_read_error(struct stream *s, const char *error)
{
	if (is_group_missing(error)) {
		make_group(s);
		return;
	}
	log_warn("stream read key=%s why=%s", s->conf.key, error);
	event_add(s->again, &(struct timeval){ .tv_sec = RETRY_S });
}

static void on_entries(void *arg, const redisReply *reply)
{
	struct stream *s = arg;

	s->is_reading = 0;
	if (!reply)
		return; /* on_up starts us again */
	if (reply->type == REDIS_REPLY_ERROR) {
		on_read_error(s, reply->str);
		return;
	}
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0)
		hand_out(s, reply->element[0]->element[1]);
	event_active(s->round, 0, 0);
}

static void on_up(void *arg)
{
	read_more(arg);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	read_more(arg);
}

/* --- settling ------------------------------------------------------------- */

static void on_round(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	read_more(arg);
}

void stream_settle(struct stream *s)
{
	assert(s->in_hand > 0);
	s->in_hand--;
	event_active(s->round, 0, 0);
}

/* --- for callers ---------------------------------------------------------- */

struct stream *stream_open(struct event_base *base, const struct stream_conf *conf,
			   stream_fn *fn, void *arg, struct err *e)
{
	struct redis_habits habits = { .silence_ms = BLOCK_MS + GRACE_MS };
	struct redis *reader = redis_open_with(base, conf->url, &habits, e);
	struct stream *s;

	if (!reader)
		return NULL;
	s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->conf = *conf;
	s->fn = fn;
	s->arg = arg;
	s->reader = reader;
	s->round = event_new(base, -1, 0, on_round, s);
	s->again = evtimer_new(base, on_again, s);
	if (!s->round || !s->again)
		abort();
	s->sweeping = sweeping_open(base, &s->conf);
	redis_on_up(s->reader, on_up, s);
	return s;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	stream_pause(s);
	event_free(s->round);
	event_free(s->again);
	free(s);
}

void stream_pause(struct stream *s)
{
	if (s->is_paused)
		return;
	s->is_paused = 1;
	sweeping_close(s->sweeping);
	redis_close(s->reader); /* also ends a blocked read */
}

int stream_in_hand(const struct stream *s)
{
	return s->in_hand;
}
