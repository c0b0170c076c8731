/* Telegram's limits, kept in a real Redis and without one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "services/courier/courier.h"
#include "tests/integration/redis_server.h"

static struct redis_server *server;
static struct event_base *base;
static struct redis *r;
static struct rates *rates;
static struct channel channel = {
	.id = 3, .per_second = 30, .per_chat_ms = 1000, .per_group_minute = 20
};

struct asking {
	struct flow flow;
	int wait_ms, is_group;
	enum sight_kind sight;
	const char *chat, *entry; /* entry: of a draft; NULL: a message */
	const redisReply *reply;
	int answer; /* of a draft: may it be shown; -1: nobody knows */
};

static int over;

static void note(void *self)
{
	struct asking *a = self;

	a->answer = a->reply ? (int)a->reply->integer : -1;
	flow_done(&a->flow);
}

static void failed(void *self)
{
	struct asking *a = self;

	a->answer = -1;
	flow_done(&a->flow);
}

static void released(void *self)
{
	(void)self;
	over++;
}

static void ask(void *self)
{
	struct asking *a = self;

	if (a->entry)
		rates_take_draft(rates, &a->flow, note, &a->reply, &channel,
				 &(struct sighting){ a->sight, a->chat, a->entry });
	else
		rates_take(rates, &a->flow, note, &a->wait_ms, &channel, a->chat, a->is_group);
}

static struct asking run(struct asking a)
{
	static const struct flow_class class = { "asking", failed, released };
	int before = over;

	flow_begin(&a.flow, &class, &a, NULL, 5000, ask);
	run_until(base, &over, before + 1);
	return a;
}

static int wait_for(const char *chat, int is_group)
{
	return run((struct asking){ .chat = chat, .is_group = is_group }).wait_ms;
}

static int is_seen(enum sight_kind kind, const char *chat, int64_t entry_ms)
{
	char entry[40];

	snprintf(entry, sizeof entry, "%lld-0", (long long)entry_ms);
	return run((struct asking){ .chat = chat, .entry = entry, .sight = kind }).answer;
}

static int is_shown(const char *chat, int64_t entry_ms)
{
	return is_seen(SIGHT_DRAFT, chat, entry_ms);
}

static int set_up(void **state)
{
	struct err e;

	(void)state;
	server = redis_server_start(NULL, NULL);
	base = event_base_new();
	flow_open(base);
	r = redis_open(base, redis_server_url(server), &e);
	assert_non_null(r);
	rates = rates_open(base, r);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	redis_close(r);
	rates_close(rates);
	flow_close();
	event_base_free(base);
	redis_server_stop(server);
	return 0;
}

static void a_chat_may_have_a_few_at_once_and_then_waits(void **state)
{
	int wait;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(wait_for("42", 0), 0);
	wait = wait_for("42", 0);
	assert_true(wait > 0 && wait <= 1000);
	assert_int_equal(wait_for("43", 0), 0);
}

static void a_group_gets_few_a_minute(void **state)
{
	int wait;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(wait_for("-1", 1), 0);
	wait = wait_for("-1", 1);
	assert_true(wait > 1000 && wait <= 3000);
}

static void a_bot_sends_no_more_than_its_share_a_second(void **state)
{
	int taken = 0;
	char chat[16];
	int64_t began = clock_mono_ms();

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(chat, sizeof chat, "%d", 100 + i);
		taken += wait_for(chat, 0) == 0;
	}
	assert_true(taken >= 30);
	assert_true(taken <= 31 + 30 * (clock_mono_ms() - began) / 1000);
}

static void drafts_give_way_to_messages(void **state)
{
	int64_t now = clock_wall_ms();
	int next = 200;
	char chat[16];

	(void)state;
	assert_int_equal(is_shown("42", now), 1);
	assert_int_equal(is_shown("42", now), 0);         /* too soon after the last */
	assert_int_equal(is_shown("43", now - 60000), 0); /* too old */
	assert_int_equal(wait_for("44", 0), 0);
	assert_int_equal(is_shown("44", now - 1), 0); /* the message has been sent since */
	do
		snprintf(chat, sizeof chat, "%d", next++);
	while (wait_for(chat, 0) == 0);
	assert_int_equal(is_shown("45", clock_wall_ms()), 0); /* messages need the room */
}

/* A group counts every message: a growing answer leaves room for the message itself. */
static void previews_leave_a_group_room_for_the_message(void **state)
{
	int64_t now = clock_wall_ms();

	(void)state;
	assert_int_equal(is_seen(SIGHT_PREVIEW, "-7", now), 1);
	assert_int_equal(is_seen(SIGHT_PREVIEW, "-7", now), 0); /* too soon after the last */
	for (int i = 0; i < 3; i++)
		assert_int_equal(wait_for("-8", 1), 0);
	assert_int_equal(is_seen(SIGHT_PREVIEW, "-8", clock_wall_ms() + 1000), 0);
	assert_int_equal(is_seen(SIGHT_TYPING, "-8", clock_wall_ms() + 1000), 1);
	assert_int_equal(wait_for("-8", 1), 0);
}

static void many_refusals_slow_the_whole_bot(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		rates_flooded(rates, &channel, "41", 1000);
	assert_int_equal(wait_for("42", 0), 0);
	rates_flooded(rates, &channel, "41", 1000);
	assert_true(wait_for("43", 0) > 500);
}

/* Telegram counts what a group gets, whichever of its topics it is for. */
static void the_topics_of_a_group_share_its_limits(void **state)
{
	static const char *const topics[] = { "-9", "-9:1", "-9:2", "-9:?", "-9:1" };

	(void)state;
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
		assert_int_equal(wait_for(topics[i], 1), 0);
	assert_true(wait_for("-9:3", 1) > 1000);
	assert_int_equal(wait_for("-91:3", 1), 0);
}

static void who_was_told_to_wait_waits_in_all_lines_of_a_chat(void **state)
{
	int wait;

	(void)state;
	rates_flooded(rates, &channel, "-9:1", 40000);
	wait = wait_for("-9:2", 1);
	assert_true(wait > 30000 && wait <= 40000);
	assert_true(wait_for("-9:1", 1) > 30000);
	assert_int_equal(is_seen(SIGHT_PREVIEW, "-9:2", clock_wall_ms()), 0);
	assert_int_equal(wait_for("-91", 1), 0);
}

static void set(const char *key, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)value);
	redis_send(r, NULL, NULL, REDIS_ARGV("SET", key, digits));
}

/* Redis's clock was set back by an hour: nobody waits until it has caught up. */
static void a_clock_that_was_set_back_stops_nobody(void **state)
{
	int wait;

	(void)state;
	set("rate:3", clock_wall_ms() + 3600000);
	wait = wait_for("42", 0);
	assert_true(wait > 0 && wait <= 1000);
	set("rate:3", 0);
	set("rate:3:-1", clock_wall_ms() + 3600000);
	wait = wait_for("-1", 1);
	assert_true(wait > 1000 && wait <= 3000);
}

static void without_redis_each_courier_keeps_the_limits_by_itself(void **state)
{
	(void)state;
	assert_int_equal(wait_for("42", 0), 0);
	redis_server_kill(server);
	for (int i = 0; i < 3; i++)
		assert_int_equal(wait_for("42", 0), 0);
	assert_true(wait_for("42", 0) > 0);
	assert_int_equal(is_shown("42", clock_wall_ms()), -1);
	redis_server_revive(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_chat_may_have_a_few_at_once_and_then_waits,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_group_gets_few_a_minute, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bot_sends_no_more_than_its_share_a_second,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(drafts_give_way_to_messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(previews_leave_a_group_room_for_the_message,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_refusals_slow_the_whole_bot, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_topics_of_a_group_share_its_limits, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			who_was_told_to_wait_waits_in_all_lines_of_a_chat, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_was_set_back_stops_nobody, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			without_redis_each_courier_keeps_the_limits_by_itself, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
