#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto/crypto.h"
#include "common/json/jwrite.h"
#include "common/live/live.h"

const char *live_topic(char topic[LIVE_TOPIC_SIZE], int channel_id, const char *chat_key)
{
	struct arena a = { 0 };
	uint8_t digest[32];

	if (snprintf(topic, LIVE_TOPIC_SIZE, "live:%d:%s", channel_id, chat_key) <
	    LIVE_TOPIC_SIZE)
		return topic;
	crypto_sha256(digest, chat_key, strlen(chat_key));
	snprintf(topic, LIVE_TOPIC_SIZE, "live:%d:sha256:%s", channel_id,
		 crypto_hex(&a, digest, sizeof digest));
	arena_free(&a);
	return topic;
}

/* --- what has no draft ---------------------------------------------------- */

static void publish(struct redis *r, const char *topic, const char *data)
{
	redis_send(r, NULL, NULL, REDIS_ARGV("PUBLISH", topic, data));
}

static void publish_number(struct redis *r, const char *topic, const char *type, int64_t n)
{
	char data[64];

	snprintf(data, sizeof data, "{\"t\":\"%s\",\"n\":%lld}", type, (long long)n);
	publish(r, topic, data);
}

/* `event` is an object but for its closing brace. */
static void publish_order(struct redis *r, const char *topic, const char *event)
{
	struct buf data = { 0 };

	buf_printf(&data, "%s,\"topic\":", event);
	jwrite_string(&data, topic);
	buf_puts(&data, "}");
	publish(r, LIVE_TURNS_TOPIC, buf_str(&data));
	buf_free(&data);
}

/* To those who look at the conversation, and to those who answer in it. */
static void publish_to_all(struct redis *r, const char *topic, const char *event)
{
	char data[96];

	snprintf(data, sizeof data, "%s}", event);
	publish(r, topic, data);
	publish_order(r, topic, event);
}

void live_seq(struct redis *r, const char *topic, int64_t seq)
{
	publish_number(r, topic, "seq", seq);
}

void live_person_message(struct redis *r, const char *topic, int64_t seq)
{
	char event[64];

	snprintf(event, sizeof event, "{\"t\":\"message\",\"n\":%lld", (long long)seq);
	publish_to_all(r, topic, event);
}

void live_state(struct redis *r, const char *topic, const char *responder, int epoch)
{
	char event[88];

	snprintf(event, sizeof event, "{\"t\":\"state\",\"responder\":\"%.32s\",\"epoch\":%d",
		 responder, epoch);
	publish_to_all(r, topic, event);
}

void live_edit(struct redis *r, const char *topic, int64_t seq)
{
	publish_number(r, topic, "edit", seq);
}

void live_typing(struct redis *r, const char *topic, const char *who, const char *name)
{
	json_auto_t *event = json_pack("{ss ss ss*}", "t", "typing", "who", who, "name", name);
	char *data = event ? json_dumps(event, JSON_COMPACT) : NULL;

	if (!data)
		abort();
	publish(r, topic, data);
	free(data);
}

void live_desk(struct redis *r, const struct live_desk *event)
{
	char data[160];

	snprintf(data, sizeof data,
		 "{\"t\":\"desk\",\"what\":\"%.32s\",\"conversation\":%lld,\"n\":%lld,"
		 "\"operator\":%d}",
		 event->what, (long long)event->conversation, (long long)event->seq,
		 event->operator_id);
	publish(r, LIVE_DESK_TOPIC, data);
}

void live_stop(struct redis *r, const char *topic)
{
	publish_order(r, topic, "{\"t\":\"stop\"");
}

void live_reset(struct redis *r, const char *topic)
{
	publish_order(r, topic, "{\"t\":\"reset\"");
}

/* --- the answer under way -------------------------------------------------- */

/*
 * KEYS: draft.  ARGV: topic, message, head ("answer\n"), offset, text, seconds.
 * A draft is only ever continued exactly where it ends; one whose beginning was
 * lost is worth nothing.
 */
static struct redis_script delta_script = {
	.keys = 1,
	.text = "local draft, head, at = KEYS[1], ARGV[3], tonumber(ARGV[4])\n"
		"if at == 0 then\n"
		"  redis.call('SET', draft, head .. ARGV[5], 'EX', ARGV[6])\n"
		"elseif redis.call('STRLEN', draft) == #head + at and\n"
		"       redis.call('GETRANGE', draft, 0, #head - 1) == head then\n"
		"  redis.call('APPEND', draft, ARGV[5])\n"
		"  redis.call('EXPIRE', draft, ARGV[6])\n"
		"else\n"
		"  redis.call('DEL', draft)\n"
		"end\n"
		"return redis.call('PUBLISH', ARGV[1], ARGV[2])\n",
};

/* KEYS: draft.  ARGV: topic, message, head.  Another answer's draft stays. */
static struct redis_script end_script = {
	.keys = 1,
	.text = "local draft, head = KEYS[1], ARGV[3]\n"
		"if redis.call('GETRANGE', draft, 0, #head - 1) == head then\n"
		"  redis.call('DEL', draft)\n"
		"end\n"
		"return redis.call('PUBLISH', ARGV[1], ARGV[2])\n",
};

struct names {
	char draft[LIVE_TOPIC_SIZE + 8], head[LIVE_ANSWER_SIZE + 1];
};

static void name_draft(struct names *n, const char *topic, const char *answer)
{
	snprintf(n->draft, sizeof n->draft, "draft:%s", topic);
	snprintf(n->head, sizeof n->head, "%.*s\n", LIVE_ANSWER_SIZE - 1, answer);
}

void live_delta(struct redis *r, const char *topic, const char *answer, size_t at,
		const char *text, size_t len)
{
	struct buf message = { 0 }, added = { 0 };
	char offset[24], ttl[12];
	struct names n;

	name_draft(&n, topic, answer);
	snprintf(offset, sizeof offset, "%zu", at);
	snprintf(ttl, sizeof ttl, "%d", LIVE_DRAFT_TTL_S);
	buf_printf(&message, "{\"t\":\"delta\",\"a\":\"%s\",\"at\":%zu,\"s\":\"", answer, at);
	jwrite_inside(&message, text, len);
	buf_puts(&message, "\"}");
	buf_add(&added, text, len);
	redis_eval_send(
		r, NULL, NULL, &delta_script,
		REDIS_ARGV(n.draft, topic, message.data, n.head, offset, added.data, ttl));
	buf_free(&message);
	buf_free(&added);
}

void live_end(struct redis *r, const char *topic, const char *answer)
{
	char message[96];
	struct names n;

	name_draft(&n, topic, answer);
	snprintf(message, sizeof message, "{\"t\":\"end\",\"a\":\"%.*s\"}",
		 LIVE_ANSWER_SIZE - 1, answer);
	redis_eval_send(r, NULL, NULL, &end_script,
			REDIS_ARGV(n.draft, topic, message, n.head));
}
