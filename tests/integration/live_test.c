#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/live/live.h"
#include "common/redis/pubsub.h"
#include "tests/integration/redis_server.h"

static struct redis_server *server;
static struct event_base *base;
static struct redis *r;
static struct pubsub *p;

static int heard, subscribed, ups;
static char last[512];
static struct buf topics_heard;
static struct arena arena;

static void on_message(void *arg, const char *topic, const char *data, size_t len)
{
	(void)arg;
	heard++;
	snprintf(last, sizeof last, "%.*s", (int)len, data);
	buf_printf(&topics_heard, "%s ", topic);
}

static void on_subscribed(void *arg, const char *topic)
{
	(void)arg, (void)topic;
	subscribed++;
}

static void on_up(void *arg)
{
	(void)arg;
	ups++;
}

static const struct pubsub_events events = { on_message, on_subscribed, on_up };

static int set_up(void **state)
{
	struct err e;

	(void)state;
	heard = subscribed = ups = 0;
	*last = 0;
	buf_cut(&topics_heard, 0);
	server = redis_server_start(NULL, NULL);
	base = event_base_new();
	flow_open(base);
	r = redis_open(base, redis_server_url(server), &e);
	p = pubsub_open(base, redis_server_url(server), &events, NULL, &e);
	assert_non_null(r);
	assert_non_null(p);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pubsub_close(p);
	redis_close(r);
	flow_close();
	event_base_free(base);
	redis_server_stop(server);
	arena_free(&arena);
	return 0;
}

/* --- subscriptions -------------------------------------------------------- */

static void what_is_published_after_the_confirmation_is_heard(void **state)
{
	(void)state;
	pubsub_subscribe(p, "live:1:a"); /* before the connection is up */
	run_until(base, &subscribed, 1);
	live_seq(r, "live:1:a", 7);
	run_until(base, &heard, 1);
	assert_string_equal(last, "{\"t\":\"seq\",\"n\":7}");
	pubsub_subscribe(p, "live:1:b"); /* after */
	run_until(base, &subscribed, 2);
	live_seq(r, "live:1:b", 8);
	run_until(base, &heard, 2);
	assert_string_equal(buf_str(&topics_heard), "live:1:a live:1:b ");
}

static void those_who_answer_hear_of_every_conversation_on_one_topic(void **state)
{
	struct live_event e;

	(void)state;
	pubsub_subscribe(p, LIVE_TURNS_TOPIC);
	run_until(base, &subscribed, 1);
	live_stop(r, "live:1:\"odd\"");
	run_until(base, &heard, 1);
	assert_int_equal(live_parse(&e, &arena, last, strlen(last)), 0);
	assert_int_equal(e.type, LIVE_STOP);
	assert_string_equal(e.topic, "live:1:\"odd\"");
	live_state(r, "live:1:a", "operator", 3);
	run_until(base, &heard, 2);
	assert_int_equal(live_parse(&e, &arena, last, strlen(last)), 0);
	assert_string_equal(e.responder, "operator");
	assert_int_equal(e.epoch, 3);
	assert_string_equal(e.topic, "live:1:a");
}

static void what_lookers_need_too_is_said_twice(void **state)
{
	(void)state;
	pubsub_subscribe(p, LIVE_TURNS_TOPIC);
	pubsub_subscribe(p, "live:1:a");
	run_until(base, &subscribed, 2);
	live_reset(r, "live:1:a");
	live_person_message(r, "live:1:a", 7);
	live_state(r, "live:1:a", "bot", 2);
	run_until(base, &heard, 5);
	assert_string_equal(buf_str(&topics_heard),
			    "live:turns live:1:a live:turns live:1:a live:turns ");
}

static void nothing_is_heard_after_unsubscribing(void **state)
{
	(void)state;
	pubsub_subscribe(p, "live:1:a");
	pubsub_subscribe(p, "live:1:b");
	run_until(base, &subscribed, 2);
	live_seq(r, "live:1:a", 1);
	pubsub_unsubscribe(p, "live:1:a"); /* the message may be on its way already */
	pubsub_unsubscribe(p, "live:1:unknown");
	live_seq(r, "live:1:b", 2);
	run_until(base, &heard, 1);
	run_for(base, 50);
	assert_string_equal(buf_str(&topics_heard), "live:1:b ");
}

static void only_the_newest_subscription_to_a_topic_is_confirmed(void **state)
{
	(void)state;
	run_until(base, &ups, 1);
	pubsub_subscribe(p, "live:1:a");
	pubsub_unsubscribe(p, "live:1:a");
	pubsub_subscribe(p, "live:1:a");
	run_until(base, &subscribed, 1);
	live_seq(r, "live:1:a", 3);
	run_until(base, &heard, 1);
	assert_int_equal(subscribed, 1);
}

static void many_topics_are_subscribed_again_after_a_restart(void **state)
{
	char topic[LIVE_TOPIC_SIZE];

	(void)state;
	for (int i = 0; i < 200; i++)
		pubsub_subscribe(p, live_topic(topic, i, "chat"));
	run_until(base, &ups, 1);
	assert_int_equal(subscribed, 200);
	redis_server_kill(server);
	run_for(base, 50);
	redis_server_revive(server);
	run_until(base, &ups, 2);
	assert_int_equal(subscribed, 400);
	while (!redis_is_up(r))
		run_for(base, 10);
	live_seq(r, "live:199:chat", 5);
	run_until(base, &heard, 1);
	assert_string_equal(buf_str(&topics_heard), "live:199:chat ");
}

static void a_connection_that_died_in_silence_is_noticed(void **state)
{
	(void)state;
	pubsub_subscribe(p, "live:1:a");
	run_until(base, &ups, 1);
	redis_server_freeze(server);
	run_for(base, 7600); /* the next ping, and 2 s without an answer */
	redis_server_thaw(server);
	run_until(base, &ups, 2);
	assert_int_equal(subscribed, 2);
}

/* --- the draft ------------------------------------------------------------ */

struct reader {
	struct flow flow;
	struct live_draft draft;
	const char *topic;
	int done, failed;
	char answer[64], text[256];
};

static void reader_failed(void *self)
{
	((struct reader *)self)->failed = 1;
	flow_done(&((struct reader *)self)->flow);
}

static void reader_release(void *self)
{
	((struct reader *)self)->done = 1;
}

static const struct flow_class reader_class = { "reader", reader_failed, reader_release };

static void keep(void *self)
{
	struct reader *g = self;

	snprintf(g->answer, sizeof g->answer, "%s", g->draft.answer ? g->draft.answer : "-");
	if (g->draft.answer)
		snprintf(g->text, sizeof g->text, "%.*s", (int)g->draft.len, g->draft.text);
	flow_done(&g->flow);
}

static void ask(void *self)
{
	struct reader *g = self;

	live_read_draft(r, &g->flow, keep, &g->draft, g->topic);
}

static void read_draft(struct reader *g, const char *topic)
{
	*g = (struct reader){ .topic = topic };
	flow_begin(&g->flow, &reader_class, g, "t", 5000, ask);
	run_until(base, &g->done, 1);
	assert_false(g->failed);
}

static void assert_draft(const char *answer, const char *text)
{
	struct reader g;

	read_draft(&g, "live:1:a");
	assert_string_equal(g.answer, answer);
	assert_string_equal(g.text, text);
}

static void delta(const char *answer, size_t at, const char *text)
{
	live_delta(r, "live:1:a", answer, at, text, strlen(text));
}

static void the_draft_holds_the_text_so_far(void **state)
{
	(void)state;
	assert_draft("-", "");
	delta("12.1", 0, "line\n\"one\"");
	delta("12.1", 10, " and \xd0\xb4\xd0\xb2\xd0\xb0");
	assert_draft("12.1", "line\n\"one\" and \xd0\xb4\xd0\xb2\xd0\xb0");
	delta("12.1", 0, "anew");
	assert_draft("12.1", "anew");
	delta("12.2", 0, "another attempt");
	live_end(r, "live:1:a", "12.1"); /* whoever came back from the dead */
	assert_draft("12.2", "another attempt");
	live_end(r, "live:1:a", "12.2");
	assert_draft("-", "");
}

static void a_draft_whose_beginning_is_lost_is_none(void **state)
{
	(void)state;
	delta("12.1", 0, "abc");
	assert_draft("12.1", "abc");
	redis_server_ask(server, "FLUSHALL");
	delta("12.1", 3, "def");
	assert_draft("-", "");
	delta("12.1", 0, "abc");
	delta("12.1", 4, "gap");
	assert_draft("-", "");
}

static void drafts_do_not_stay_for_ever(void **state)
{
	(void)state;
	delta("12.1", 0, "abc");
	delta("12.1", 3, "def");
	assert_draft("12.1", "abcdef");
	assert_in_range(redis_server_ask(server, "TTL draft:live:1:a"), LIVE_DRAFT_TTL_S - 5,
			LIVE_DRAFT_TTL_S);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_published_after_the_confirmation_is_heard),
		TEST(those_who_answer_hear_of_every_conversation_on_one_topic),
		TEST(what_lookers_need_too_is_said_twice),
		TEST(nothing_is_heard_after_unsubscribing),
		TEST(only_the_newest_subscription_to_a_topic_is_confirmed),
		TEST(many_topics_are_subscribed_again_after_a_restart),
		TEST(a_connection_that_died_in_silence_is_noticed),
		TEST(the_draft_holds_the_text_so_far),
		TEST(a_draft_whose_beginning_is_lost_is_none),
		TEST(drafts_do_not_stay_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
