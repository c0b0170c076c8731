#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "tests/flow/hub_world.h"
#include "tests/flow/stage.h"

/*
 * Browsers looking at one conversation, against doubles of the store, Redis and
 * the streams.  Whatever fails, at whatever operation: everybody is given every
 * message once and in order, and the answer under way without a gap.
 */

enum { CLIENTS = 3, PAGE = 4, ROUNDS_MAX = 400 };

struct web_stream {
	void (*closed)(void *arg);
	void *arg;
	int64_t seq; /* the last one given */
	int is_wrong, is_ended, joined, deltas, reloads;
	char answer[64];
};

static struct world {
	struct ingress in;
	struct hub *hub;
	char topic[LIVE_TOPIC_SIZE];
	struct web_stream streams[CLIENTS];
	int joined, topics, last_seq;
	const char *draft; /* what Redis keeps */
} world;

/* --- doubles -------------------------------------------------------------- */

void __wrap_pubsub_subscribe(struct pubsub *p, const char *topic);
void __wrap_pubsub_unsubscribe(struct pubsub *p, const char *topic);

void __wrap_pubsub_subscribe(struct pubsub *p, const char *topic)
{
	(void)p;
	world.topics++;
	snprintf(world.topic, sizeof world.topic, "%s", topic);
}

void __wrap_pubsub_unsubscribe(struct pubsub *p, const char *topic)
{
	(void)p;
	world.topics--;
	assert_string_equal(topic, world.topic);
}

struct web_stream *__wrap_web_stream_begin(struct web_request *req, void (*closed)(void *arg),
					   void *arg);
void __wrap_web_stream_send(struct web_stream *s, const char *id, const char *event,
			    const char *data, size_t len);
void __wrap_web_stream_comment(struct web_stream *s, const char *text);
void __wrap_web_stream_end(struct web_stream *s);

struct web_stream *__wrap_web_stream_begin(struct web_request *req, void (*closed)(void *arg),
					   void *arg)
{
	struct web_stream *s = (struct web_stream *)(void *)req;

	s->closed = closed;
	s->arg = arg;
	s->joined = 1;
	return s;
}

/* A piece continues what was shown, or begins anew. */
static void take_delta(struct web_stream *s, const char *data)
{
	json_auto_t *piece = json_loads(data, 0, NULL);
	size_t at = (size_t)json_integer_value(json_object_get(piece, "at"));
	const char *text = json_string_value(json_object_get(piece, "text"));

	assert_non_null(text);
	s->is_wrong |= at != 0 && at != strlen(s->answer);
	snprintf(s->answer + at, sizeof s->answer - at, "%s", text);
	s->deltas++;
}

void __wrap_web_stream_send(struct web_stream *s, const char *id, const char *event,
			    const char *data, size_t len)
{
	assert_int_equal(strlen(data), len);
	assert_false(s->is_ended);
	if (strcmp(event, "message") == 0) {
		s->is_wrong |= strtoll(id, NULL, 10) != s->seq + 1;
		s->seq = strtoll(id, NULL, 10);
	} else if (strcmp(event, "delta") == 0) {
		assert_null(id);
		take_delta(s, data);
	} else if (strcmp(event, "end") == 0) {
		s->answer[0] = 0;
	} else if (strcmp(event, "reload") == 0) {
		s->seq = strtoll(id, NULL, 10);
		s->reloads++;
	}
}

void __wrap_web_stream_comment(struct web_stream *s, const char *text)
{
	(void)text;
	assert_false(s->is_ended);
}

void __wrap_web_stream_end(struct web_stream *s)
{
	s->is_ended = 1;
}

static void give_page(struct operation *d)
{
	struct message_page *page = d->out;
	int64_t seq = d->numbers[0];

	*page = (struct message_page){ .conversation_id = 3, .last_seq = d->numbers[1] };
	page->messages = arena_alloc(&d->flow->arena, PAGE * sizeof *page->messages);
	while (page->n < PAGE && ++seq <= page->last_seq)
		page->messages[page->n++] =
			(struct message){ .seq = seq, .body = "words", .created_at = "now" };
}

void __wrap_store_messages(struct store *s, struct flow *f, flow_step *next,
			   struct message_page *out, const struct messages_wanted *wanted);

void __wrap_store_messages(struct store *s, struct flow *f, flow_step *next,
			   struct message_page *out, const struct messages_wanted *wanted)
{
	struct operation *d = operation_begin(f, next, give_page, out);

	(void)s;
	assert_string_equal(wanted->chat_key, "chat");
	d->numbers[0] = wanted->after;
	d->numbers[1] = world.last_seq; /* what is said from now on, the page does not tell */
}

static void give_draft(struct operation *d)
{
	*(struct live_draft *)d->out =
		(struct live_draft){ .answer = world.draft ? "12.1" : NULL,
				     .text = world.draft,
				     .len = world.draft ? strlen(world.draft) : 0 };
}

void __wrap_live_read_draft(struct redis *r, struct flow *f, flow_step *next,
			    struct live_draft *out, const char *topic);

void __wrap_live_read_draft(struct redis *r, struct flow *f, flow_step *next,
			    struct live_draft *out, const char *topic)
{
	(void)r;
	assert_string_equal(topic, world.topic);
	operation_begin(f, next, give_draft, out);
}

/* --- the stage ------------------------------------------------------------ */

static void begin_world(void)
{
	struct err e;

	stage_open();
	world = (struct world){ .in = { .base = stage.base }, .last_seq = 5 };
	world.hub = hub_open(&world.in, &e);
	assert_non_null(world.hub);
}

static void join(int64_t after)
{
	struct web_stream *s = &world.streams[world.joined++];

	s->seq = after;
	hub_join(world.hub, (struct web_request *)(void *)s, 2, "chat", after, INT64_MAX);
}

static void hear(const char *data)
{
	listening.events->message(listening.arg, world.topic, data, strlen(data));
}

/* What is under way comes to its end. */
static void settle(void)
{
	for (int i = 0; i < ROUNDS_MAX && flow_count() > 0; i++)
		event_base_loop(stage.base, EVLOOP_ONCE);
}

static int all_have_all(void)
{
	for (int i = 0; i < world.joined; i++)
		if (world.streams[i].seq < world.last_seq)
			return 0;
	return 1;
}

/* Seconds pass until nobody lacks anything; the hub looks for itself. */
static void catch_up(void)
{
	settle();
	for (int second = 0; second < ROUNDS_MAX && !all_have_all(); second++) {
		stage.now_ms += 1000;
		event_active(world.hub->tick, 0, 0);
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
		settle();
	}
}

static void end_world(void)
{
	for (int i = 0; i < world.joined; i++) {
		assert_int_equal(world.streams[i].seq, world.last_seq);
		assert_false(world.streams[i].is_wrong);
	}
	world.streams[0].closed(
		world.streams[0].arg); /* one leaves, the others are sent away */
	world.streams[0].is_ended = 1;
	hub_close(world.hub);
	assert_int_equal(world.topics, 0);
	for (int i = 0; i < world.joined; i++)
		assert_true(world.streams[i].is_ended);
	settle();
	stage_close();
}

/* --- the tests ------------------------------------------------------------ */

static void play_messages(void)
{
	join(0);
	join(4);
	listening.events->subscribed(listening.arg, world.topic);
	settle();
	world.last_seq = 9; /* and the word of it is lost */
	join(2);
	settle();
	world.last_seq = 11;
	hear("{\"t\":\"seq\",\"n\":11}");
	catch_up();
	end_world();
}

static void everybody_is_given_every_message_once(void **state)
{
	int operations;

	(void)state;
	begin_world();
	play_messages();
	operations = stage.operations;
	assert_true(operations > 4);
	for (int n = 1; n <= operations; n++)
		for (enum failing f = FAIL_BEFORE; f <= FAIL_AFTER; f++) {
			begin_world();
			stage.fail_at = n;
			stage.failing = f;
			play_messages();
		}
}

static void who_comes_late_is_shown_the_whole_answer(void **state)
{
	(void)state;
	begin_world();
	world.draft = "Good ";
	join(5);
	listening.events->subscribed(listening.arg, world.topic);
	hear("{\"t\":\"delta\",\"a\":\"12.1\",\"at\":5,\"s\":\"day\"}");
	settle();
	assert_string_equal(world.streams[0].answer, "Good day");
	join(5);
	hear("{\"t\":\"delta\",\"a\":\"12.1\",\"at\":8,\"s\":\"!\"}");
	settle();
	assert_string_equal(world.streams[0].answer, "Good day!");
	assert_string_equal(world.streams[1].answer, "Good day!");
	hear("{\"t\":\"end\",\"a\":\"12.1\"}");
	assert_string_equal(world.streams[1].answer, "");
	end_world();
}

/* The beginning was missed and cannot be read: half an answer is shown to nobody. */
static void an_answer_without_its_beginning_is_not_shown(void **state)
{
	(void)state;
	begin_world();
	join(5);
	settle();
	hear("{\"t\":\"delta\",\"a\":\"12.1\",\"at\":5,\"s\":\"day\"}");
	settle();
	assert_int_equal(world.streams[0].deltas, 0);
	world.draft = "Good day";
	hear("{\"t\":\"delta\",\"a\":\"12.1\",\"at\":8,\"s\":\"!\"}");
	settle();
	assert_string_equal(world.streams[0].answer, "Good day!");
	end_world();
}

/* A backup was put in place: there are fewer messages than they have. */
static void who_has_more_than_there_is_begins_anew(void **state)
{
	(void)state;
	begin_world();
	join(9);
	join(5);
	settle();
	assert_int_equal(world.streams[0].seq, 5);
	assert_int_equal(world.streams[0].reloads, 1);
	assert_int_equal(world.streams[1].reloads, 0);
	world.last_seq = 7;
	hear("{\"t\":\"seq\",\"n\":7}");
	catch_up();
	world.last_seq = 6;
	hear("{\"t\":\"seq\",\"n\":6}");
	settle();
	assert_int_equal(world.streams[0].reloads, 2);
	assert_int_equal(world.streams[1].reloads, 1);
	end_world();
}

static void who_is_newer_than_the_page_has_not_too_much(void **state)
{
	(void)state;
	begin_world();
	join(5);
	for (int i = 0; stage.operations == 0 && i < ROUNDS_MAX; i++)
		event_base_loop(stage.base, EVLOOP_ONCE);
	world.last_seq = 6;
	join(6);
	catch_up();
	assert_int_equal(world.streams[1].reloads, 0);
	end_world();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_is_given_every_message_once),
		cmocka_unit_test(who_comes_late_is_shown_the_whole_answer),
		cmocka_unit_test(who_has_more_than_there_is_begins_anew),
		cmocka_unit_test(who_is_newer_than_the_page_has_not_too_much),
		cmocka_unit_test(an_answer_without_its_beginning_is_not_shown),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
