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
 * Browsers of people who wait for a human, against doubles of the store and the streams: a
 * place that has changed is told without the conversation being read again, and whatever
 * fails, everybody knows their place a few seconds later.
 */

enum { PEOPLE = 4, SECONDS = 6, FIRST = 2 /* so many places are told one by one */ };

struct web_stream {
	void (*closed)(void *arg);
	void *arg;
	int place, states; /* the last one told, and how many there were */
};

static struct world {
	struct ingress in;
	struct hub *hub;
	struct web_stream streams[PEOPLE];
	int gone; /* so many from the head of the queue */
	int pages, readings;
} world;

static const char *const chats[PEOPLE] = { "a", "b", "c", "d" };

/* --- doubles -------------------------------------------------------------- */

void __wrap_pubsub_subscribe(struct pubsub *p, const char *topic);
void __wrap_pubsub_unsubscribe(struct pubsub *p, const char *topic);
struct web_stream *__wrap_web_stream_begin(struct web_request *req, void (*closed)(void *arg),
					   void *arg);
void __wrap_web_stream_send(struct web_stream *s, const char *id, const char *event,
			    const char *data, size_t len);
void __wrap_web_stream_comment(struct web_stream *s, const char *text);
void __wrap_web_stream_end(struct web_stream *s);
void __wrap_store_messages(struct store *s, struct flow *f, flow_step *next,
			   struct message_page *out, const struct messages_wanted *wanted);
void __wrap_store_places(struct store *s, struct flow *f, flow_step *next, const char **json);
void __wrap_live_read_draft(struct redis *r, struct flow *f, flow_step *next,
			    struct live_draft *out, const char *topic);

void __wrap_pubsub_subscribe(struct pubsub *p, const char *topic)
{
	(void)p, (void)topic;
}

void __wrap_pubsub_unsubscribe(struct pubsub *p, const char *topic)
{
	(void)p, (void)topic;
}

struct web_stream *__wrap_web_stream_begin(struct web_request *req, void (*closed)(void *arg),
					   void *arg)
{
	struct web_stream *s = (struct web_stream *)(void *)req;

	s->closed = closed;
	s->arg = arg;
	return s;
}

void __wrap_web_stream_send(struct web_stream *s, const char *id, const char *event,
			    const char *data, size_t len)
{
	json_auto_t *state = json_loadb(data, len, 0, NULL);
	const json_t *queue = json_object_get(state, "queue");

	assert_null(id);
	assert_string_equal(event, "state");
	s->place = (int)json_integer_value(json_object_get(queue, "place"));
	s->states++;
}

void __wrap_web_stream_comment(struct web_stream *s, const char *text)
{
	(void)s, (void)text;
}

void __wrap_web_stream_end(struct web_stream *s)
{
	(void)s;
}

/* 0: not in the queue any more. */
static int place_of(int person)
{
	return person < world.gone ? 0 : person - world.gone + 1;
}

static int place_told(int person)
{
	return place_of(person) > FIRST ? 50 : place_of(person);
}

static void give_page(struct operation *d)
{
	int place = place_told((int)d->numbers[0]);

	*(struct message_page *)d->out = (struct message_page){
		.conversation_id = 3,
		.responder = place ? RESPONDER_WAITING : RESPONDER_BOT,
		.state = place ? arena_printf(&d->flow->arena,
					      "{\"queue\":{\"place\":%d,\"wait_s\":null}}",
					      place)
			       : NULL,
	};
}

void __wrap_store_messages(struct store *s, struct flow *f, flow_step *next,
			   struct message_page *out, const struct messages_wanted *wanted)
{
	struct operation *d = operation_begin(f, next, give_page, out);

	(void)s;
	world.pages++;
	d->numbers[0] = *wanted->chat_key - 'a';
}

static void give_places(struct operation *d)
{
	json_auto_t *places = json_array();
	char *text;

	for (int i = 0; i < PEOPLE; i++)
		if (place_of(i) > 0 && place_of(i) <= FIRST)
			json_array_append_new(places,
					      json_pack("[i s i]", 2, chats[i], place_of(i)));
	json_array_append_new(places, json_pack("[i s i]", 2, "looks at nothing", 3));
	text = json_dumps(places, 0);
	*(const char **)d->out =
		arena_printf(&d->flow->arena, "{\"wait_s\":null,\"places\":%s,\"more\":%s}",
			     text, PEOPLE - world.gone > FIRST ? "true" : "false");
	free(text);
}

void __wrap_store_places(struct store *s, struct flow *f, flow_step *next, const char **json)
{
	(void)s;
	world.readings++;
	operation_begin(f, next, give_places, json);
}

static void give_draft(struct operation *d)
{
	*(struct live_draft *)d->out = (struct live_draft){ 0 };
}

void __wrap_live_read_draft(struct redis *r, struct flow *f, flow_step *next,
			    struct live_draft *out, const char *topic)
{
	(void)r, (void)topic;
	operation_begin(f, next, give_draft, out);
}

/* --- the stage ------------------------------------------------------------ */

static void settle(void)
{
	for (int i = 0; i < 400 && flow_count() > 0; i++)
		event_base_loop(stage.base, EVLOOP_ONCE);
}

static void pass(int seconds)
{
	for (int i = 0; i < seconds; i++) {
		stage.now_ms += 1000;
		event_active(world.hub->tick, 0, 0);
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
		settle();
	}
}

static void begin_world(void)
{
	struct err e;

	stage_open();
	world = (struct world){ .in = { .base = stage.base } };
	world.hub = world.in.hub = hub_open(&world.in, &e);
	assert_non_null(world.hub);
	for (int i = 0; i < PEOPLE; i++)
		hub_join(world.hub, (struct web_request *)(void *)&world.streams[i], 2,
			 chats[i], 0, INT64_MAX);
	settle();
}

static void end_world(void)
{
	hub_close(world.hub);
	settle();
	stage_close();
}

/* The first one is served: their own conversation says so, the desk that something was done. */
static void serve(void)
{
	static const char state[] = "{\"t\":\"state\",\"responder\":\"operator\",\"epoch\":2}";
	char topic[LIVE_TOPIC_SIZE];

	live_topic(topic, 2, chats[world.gone++]);
	listening.events->message(listening.arg, topic, state, sizeof state - 1);
	hub_queue_moved(world.hub);
}

static int all_know(void)
{
	for (int i = 0; i < PEOPLE; i++)
		if (world.streams[i].place != place_told(i))
			return 0;
	return 1;
}

/* --- the tests ------------------------------------------------------------ */

static void places_are_read_once_for_all(void **state)
{
	(void)state;
	begin_world();
	assert_true(all_know());
	assert_int_equal(world.pages, PEOPLE);
	serve();
	pass(1);
	assert_true(all_know());
	assert_int_equal(world.pages, PEOPLE + 1);
	assert_int_equal(world.readings, 1);
	pass(3);
	assert_int_equal(world.readings, 1);
	assert_int_equal(world.streams[3].states, 1); /* theirs has not changed */
	end_world();
}

static void many_words_are_one_reading(void **state)
{
	(void)state;
	begin_world();
	serve();
	serve();
	for (int i = 0; i < 100; i++)
		hub_queue_moved(world.hub);
	pass(1);
	assert_true(all_know());
	assert_int_equal(world.readings, 1);
	serve();
	serve();
	settle();
	pass(1);
	assert_true(all_know());
	hub_queue_moved(world.hub);
	pass(1);
	assert_int_equal(world.readings, 1); /* since nobody waits any more */
	end_world();
}

/* Where the word to their own conversation was lost, it is the places that tell. */
static void who_left_the_queue_is_looked_after(void **state)
{
	(void)state;
	begin_world();
	world.gone = PEOPLE - 1;
	hub_queue_moved(world.hub);
	pass(SECONDS);
	assert_true(all_know());
	end_world();
}

static void play(void)
{
	serve();
	hub_tend_queue(world.hub); /* it is read while their own page is */
	serve();
	pass(SECONDS);
	assert_true(all_know());
	end_world();
}

static void whatever_fails_everybody_knows_in_the_end(void **state)
{
	int operations, before;

	(void)state;
	begin_world();
	before = stage.operations;
	play();
	operations = stage.operations;
	assert_true(operations > before + 2);
	for (int n = before + 1; n <= operations; n++)
		for (enum failing f = FAIL_BEFORE; f <= FAIL_AFTER; f++) {
			begin_world();
			stage.fail_at = n;
			stage.failing = f;
			play();
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_read_once_for_all),
		cmocka_unit_test(many_words_are_one_reading),
		cmocka_unit_test(who_left_the_queue_is_looked_after),
		cmocka_unit_test(whatever_fails_everybody_knows_in_the_end),
	};

	log_open("test", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
