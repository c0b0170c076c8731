/* Topics of clients: made before what goes into them, made again, refused, closed and opened
 * (schema/0022_topics.sql, 0020_looks.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/courier/message.h"
#include "tests/integration/line_world.h"

enum { GROUP = -1005 };

#define TOPIC                                                                                  \
	"select chat_key from conversation where id = (select conversation_id from "           \
	"desk_topic)"
#define METHODS                                                                                \
	"select coalesce(string_agg(payload ->> 'method' || coalesce(' ' || (payload -> "      \
	"'body' ->> 'name'), ''), ', ' order by place, id), '') from delivery where state = 0" \
	" and payload ->> 'method' like '%ForumTopic'"

static int64_t topic_line(void)
{
	return number("select conversation_id from desk_topic");
}

/* The first operator's chat has topics, and they have the chat. */
static int64_t talk(void)
{
	int64_t c;

	add_operators(2);
	run("update desk_chat set has_topics = true where operator_id = 1");
	c = call_human();
	run("update conversation set title = 'Ann' where chat_key = '7'");
	order(1, "take", c, NULL);
	look(c);
	return c;
}

/* The topic is there, and everything was sent. */
static int64_t made(void)
{
	struct held_line l = hold_line(topic_line());

	end_head(&l, DELIVERY_SENT, "55", NULL);
	while (l.head.id)
		end_head(&l, DELIVERY_SENT, NULL, NULL);
	return topic_line();
}

static void a_topic_is_made_before_what_goes_into_it(void **state)
{
	struct held_line l;
	char expected[32];

	(void)state;
	snprintf(expected, sizeof expected, "9001:?%lld", (long long)talk());
	assert_sql(TOPIC, expected);
	l = hold_line(topic_line());
	assert_int_equal(l.head.kind, DELIVERY_CALL);
	assert_non_null(strstr(l.head.payload, "createForumTopic"));
	assert_non_null(strstr(l.head.payload, "\"Ann\""));
	end_head(&l, DELIVERY_SENT, "55", NULL);
	assert_string_equal(l.chat_key, "9001:55");
	assert_int_equal(l.head.kind, DELIVERY_NOTE); /* the card */
	assert_sql(TOPIC, "9001:55");
}

/* The answer was lost: it is asked again, and what follows must not go where no topic is. */
static void a_topic_that_was_made_is_told_of_again(void **state)
{
	struct held_line l, again;

	(void)state;
	talk();
	l = again = hold_line(topic_line());
	end_head(&l, DELIVERY_SENT, "55", NULL);
	end_head(&again, DELIVERY_SENT, "55", NULL);
	assert_string_equal(again.chat_key, "9001:55");
	assert_int_equal(again.head.id, l.head.id);
}

/* Somebody else has the line by now. */
static void end_late(struct held_line *l, enum delivery_state state, const char *external)
{
	struct delivery_settled s;

	store_settle_delivery(&world.store, begin(), caller_next, &s,
			      &(struct delivery_held){ .job = l->job,
						       .delivery = l->head.id,
						       .claim = &l->claim },
			      &(struct delivery_result){ .state = state,
							 .external_id = external,
							 .error = external ? NULL : "refused",
							 .may_move = 1 });
	assert_int_equal(done(), 0);
	assert_true(s.fenced);
}

/* Who was to make it had been stopped, and hears what became of that when there is another. */
static void a_topic_stays_where_its_line_has_gone_on(void **state)
{
	static const char *const threads[] = { "55", NULL };

	(void)state;
	talk();
	for (int i = 0; i < 2; i++) {
		struct held_line late = hold_line(topic_line()), l;

		run("update job set state = 0, worker_id = null where queue = 2 and state = 1");
		l = hold_line(topic_line());
		assert_int_equal(l.claim.uncertain, 1);
		end_head(&l, DELIVERY_SENT, "56", NULL);
		assert_int_equal(l.head.kind, DELIVERY_NOTE);
		end_late(&late, i ? DELIVERY_FAILED : DELIVERY_SENT, threads[i]);
		assert_sql(TOPIC, "9001:56");
		assert_int_equal(
			number("select count(*) from delivery where kind = 3 and state > 2"),
			0);
		renew_topic(&l);
		put_back_head(&l, 0, 0);
	}
}

static void whoever_was_there_before_us_makes_room(void **state)
{
	struct held_line l;

	(void)state;
	talk();
	run("insert into conversation (channel_id, chat_key, bot_id) values (4, '9001:55', 1)");
	l = hold_line(topic_line());
	end_head(&l, DELIVERY_SENT, "55", NULL);
	assert_string_equal(l.chat_key, "9001:55");
	assert_int_equal(number("select count(*) from conversation where chat_key like "
				"'9001:55#%'"),
			 1);
}

static void where_topics_are_refused_the_chat_itself_is_used(void **state)
{
	struct held_line l;
	int64_t line, waiting;

	(void)state;
	talk();
	line = topic_line();
	l = hold_line(line);
	waiting = number("select count(*) from delivery where state = 0 and kind = 3 and "
			 "conversation_id > 2");
	assert_true(waiting >= 2);
	end_head(&l, DELIVERY_FAILED, NULL, "Bad Request: the chat is not a forum");
	assert_int_equal(l.head.id, 0);
	assert_int_equal(number("select count(*) from desk_topic"), 0);
	assert_int_equal(number("select has_topics::int from desk_chat where operator_id = 1"),
			 0);
	assert_int_equal(
		number("select count(*) from delivery where state = 0 and kind = 3 and "
		       "conversation_id = 1"),
		waiting);
	assert_int_equal(number("select count(*) from relay r join delivery d on d.id = "
				"r.delivery_id where r.desk_id <> d.conversation_id and r.kind "
				"< 7"),
			 0);
	assert_true(send_line(OWN_DESK) >= waiting);
}

static void what_is_for_nobodys_topic_fails(void **state)
{
	struct held_line l;

	(void)state;
	talk();
	l = hold_line(topic_line());
	run("delete from desk_topic");
	end_head(&l, DELIVERY_FAILED, NULL, "Bad Request: the chat is not a forum");
	assert_int_equal(l.head.id, 0);
	assert_int_equal(number("select count(*) from delivery where error = 'no topics here'"),
			 2);
}

/* --- made again --------------------------------------------------------------------------- */

static void a_deleted_topic_is_made_again(void **state)
{
	int64_t c = talk(), line = made();
	struct held_line l;
	struct topic_renewed again;

	(void)state;
	run("update conversation set title = 'Olga' where chat_key = '9001:55'"); /* she spoke
										   */
	hear(TELEGRAM, "7", "m1", INBOUND_MESSAGE, "hello?", NULL);
	look(c);
	l = hold_line(line);
	assert_string_equal(l.chat_key, "9001:55");
	again = renew_topic(&l);
	assert_int_equal(again.status, TOPIC_RENEWED);
	assert_non_null(strstr(again.chat_key, "9001:?"));
	assert_non_null(strstr(again.head.payload, "createForumTopic"));
	assert_non_null(strstr(again.head.payload, "\"Ann\""));
	l.head = again.head;
	end_head(&l, DELIVERY_SENT, "56", NULL);
	assert_string_equal(l.chat_key, "9001:56");
	assert_non_null(strstr(l.head.payload, "hello")); /* nothing that waited is lost */
	end_head(&l, DELIVERY_SENT, "900", NULL);
	assert_int_equal(l.head.id, 0);
	assert_int_equal(number("select count(*) from delivery where state > 2"), 0);
}

static void only_whoever_holds_the_line_renews(void **state)
{
	int64_t c = talk(), line = made();
	struct held_line l, other;

	(void)state;
	hear(TELEGRAM, "7", "m1", INBOUND_MESSAGE, "hello?", NULL);
	look(c);
	l = hold_line(line);
	other = l;
	other.claim.attempt++;
	assert_int_equal(renew_topic(&other).status, TOPIC_FENCED);
	assert_sql(TOPIC, "9001:55");
	run("delete from desk_topic");
	assert_int_equal(renew_topic(&l).status, TOPIC_FOREIGN);
	assert_int_equal(number("select shown_state(d) from delivery d where kind = 3 "
				"order by id desc limit 1"),
			 DELIVERY_SENDING);
}

/* The words that were refused were not being sent by whoever died. */
static void who_dies_over_a_deleted_topic_takes_no_words_along(void **state)
{
	int64_t c = talk(), line = made();
	struct held_line l;

	(void)state;
	hear(TELEGRAM, "7", "m1", INBOUND_MESSAGE, "hello?", NULL);
	look(c);
	l = hold_line(line);
	assert_int_equal(renew_topic(&l).status, TOPIC_RENEWED);
	run("update job set state = 0, worker_id = null where queue = 2 and state = 1");
	assert_int_equal(renew_topic(&l).status, TOPIC_FENCED);
	l = hold_line(line);
	assert_int_equal(l.claim.uncertain, 1); /* the call that makes a topic */
	assert_non_null(strstr(l.head.payload, "createForumTopic"));
	end_head(&l, DELIVERY_SENT, "57", NULL);
	assert_non_null(strstr(l.head.payload, "hello"));
	end_head(&l, DELIVERY_SENT, "900", NULL);
	assert_int_equal(l.head.id, 0);
}

/* --- the end of a chat ---------------------------------------------- */

static void a_topic_says_that_the_chat_is_over(void **state)
{
	int64_t c = talk(), line = made();

	(void)state;
	order(1, "close", c, NULL);
	look(c);
	assert_sql(METHODS, "editForumTopic ✓ Ann");
	send_line(line);
	run("select enqueue_operator(3, 1, 't')");
	assert_int_equal(look(c).status, CLAIM_VOID); /* once */
	call_human();
	look(c);
	assert_sql(METHODS, ""); /* nobody has it yet */
	order(1, "take", c, NULL);
	look(c);
	assert_sql(METHODS, "editForumTopic Ann");
	assert_string_equal(hold_line(line).chat_key, "9001:55");
}

static void whoever_gave_the_chat_away_is_done_with_it(void **state)
{
	int64_t c = talk();

	(void)state;
	made();
	order(1, "transfer", c, "{\"operator\":2}");
	look(c);
	assert_sql(METHODS, "editForumTopic ✓ Ann");
	order(2, "transfer", c, "{\"operator\":1}");
	look(c);
	assert_sql(METHODS, "editForumTopic Ann");
}

static void in_a_group_a_topic_is_everybodys(void **state)
{
	int64_t c;
	struct held_line l;

	(void)state;
	add_operators(2);
	run("update channel set spec = '{\"group\": \"-1005\"}' where id = 4");
	c = call_human();
	order(1, "take", c, NULL);
	look(c);
	l = hold_line(topic_line());
	assert_string_equal(l.chat_key, "-1005:?3");
	end_head(&l, DELIVERY_SENT, "55", NULL);
	while (l.head.id)
		end_head(&l, DELIVERY_SENT, NULL, NULL);
	order(1, "transfer", c, "{\"operator\":2}");
	look(c);
	assert_sql(METHODS, "");
	order(2, "transfer", c, NULL); /* back to those who wait */
	look(c);
	assert_sql(METHODS, "");
	order(1, "take", c, NULL);
	order(1, "close", c, NULL);
	look(c);
	assert_sql(METHODS, "closeForumTopic");
	send_line(topic_line());
	call_human();
	order(2, "take", c, NULL);
	look(c);
	assert_sql(METHODS, "reopenForumTopic");
}

/* --- what is in the way --------------------------------------------- */

#define OF_LINE " from job where queue = 2 and lane = (select conversation_id from desk_topic)"
#define LINE    "select state || ' ' || failures || ' ' || (run_at > now())::int" OF_LINE

/* The chat of the topic is over, and so it is to say. */
static int64_t over(int64_t *client)
{
	int64_t line;

	*client = talk();
	line = made();
	order(1, "close", *client, NULL);
	look(*client);
	return line;
}

/* After all words that were before it. */
static struct held_line hold_topic(int64_t line)
{
	struct held_line l = hold_line(line);

	while (!strstr(l.head.payload, "editForumTopic"))
		end_head(&l, DELIVERY_SENT, "600", NULL);
	return l;
}

static void what_a_topic_shows_lets_words_pass(void **state)
{
	int64_t client, line = over(&client);
	struct held_line l = hold_topic(line);

	(void)state;
	put_back_head(&l, 40000, 1);
	assert_sql(LINE, "0 0 1");
	run("insert into delivery (conversation_id, place, kind, payload, trace) select "
	    "id, place_now(), 3, '{\"text\": \"words\"}', 't' from conversation where "
	    "chat_key = '9001:55'; select enqueue_delivery(id, 't') from conversation where "
	    "chat_key = '9001:55'");
	assert_sql(LINE, "0 0 0"); /* at once */
	l = hold_line(line);
	assert_int_equal(l.head.kind, DELIVERY_NOTE);
	end_head(&l, DELIVERY_SENT, "700", NULL);
	assert_int_equal(l.head.id, 0);
	assert_sql(LINE, "0 0 1"); /* it waits for its own time again */
	run("update job set run_at = now();"
	    "update delivery set place = place - 41000000 where state = 0");
	l = hold_line(line);
	assert_non_null(strstr(l.head.payload, "editForumTopic"));
	assert_non_null(strstr(l.head.payload, "\"tries\": 1"));
	end_head(&l, DELIVERY_SENT, NULL, NULL);
	assert_int_equal(number("select count(*)" OF_LINE), 0);
}

static void a_topic_shows_the_newest_only(void **state)
{
	int64_t client, line = over(&client);
	struct held_line l = hold_topic(line);

	(void)state;
	call_human();
	order(1, "take", client, NULL);
	look(client);
	put_back_head(&l, 40000, 0); /* while that was asked, the chat began again */
	assert_int_equal(number("select count(*) from delivery where error = 'superseded'"), 1);
	assert_sql(METHODS, "editForumTopic Ann");
	assert_sql(LINE, "0 0 0");
	l = hold_topic(line);
	put_back_head(&l, 40000, 0);
	order(1, "close", client, NULL);
	look(client);
	assert_sql(METHODS, "editForumTopic ✓ Ann");
}

static void a_dead_courier_leaves_no_doubt_about_a_topic(void **state)
{
	int64_t client, line = over(&client);

	(void)state;
	hold_topic(line);
	run("update job set state = 0, worker_id = null, deaths = 1 where queue = 2");
	assert_non_null(strstr(hold_line(line).head.payload, "editForumTopic"));
	assert_int_equal(number("select count(*) from delivery where state = 4"), 0);
}

/* PostgreSQL and the courier know the same calls: those that the function lists, and whatever
 * else Telegram has of the kind. */
static void both_know_what_is_about_a_topic(void **state)
{
	static const char others[] =
		" createForumTopic deleteForumTopic unpinAllForumTopicMessages "
		"getForumTopicIconStickers closeGeneralForumTopic reopenGeneralForumTopic "
		"editGeneralForumTopic hideGeneralForumTopic unhideGeneralForumTopic "
		"unpinAllGeneralForumTopicMessages editMessageText editMessageCaption "
		"editMessageReplyMarkup deleteMessage sendMessage answerCallbackQuery";
	char methods[1024], sql[160], *save = NULL;
	int listed = 0;

	(void)state;
	snprintf(methods, sizeof methods, "%s%s",
		 pg_server_tell(world.server,
				"select string_agg(m[1], ' ') from pg_proc p, regexp_matches("
				"p.prosrc, '''([a-z]+[A-Z]\\w*)''', 'g') m"
				" where p.proname = 'is_about_topic'"),
		 others);
	for (char *m = strtok_r(methods, " ", &save); m; m = strtok_r(NULL, " ", &save)) {
		snprintf(sql, sizeof sql, "select is_about_topic('{\"method\": \"%s\"}')::int",
			 m);
		listed += number(sql) == 1;
		assert_int_equal(number(sql),
				 message_is_about_topic(&(struct message_out){ .method = m }));
	}
	assert_int_equal(listed, 3);
	assert_int_equal(number("select is_about_topic('{}')::int"), 0);
	assert_int_equal(message_is_about_topic(&(struct message_out){ 0 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_topic_is_made_before_what_goes_into_it),
		WORLD_TEST(a_topic_that_was_made_is_told_of_again),
		WORLD_TEST(a_topic_stays_where_its_line_has_gone_on),
		WORLD_TEST(whoever_was_there_before_us_makes_room),
		WORLD_TEST(where_topics_are_refused_the_chat_itself_is_used),
		WORLD_TEST(what_is_for_nobodys_topic_fails),
		WORLD_TEST(a_deleted_topic_is_made_again),
		WORLD_TEST(only_whoever_holds_the_line_renews),
		WORLD_TEST(who_dies_over_a_deleted_topic_takes_no_words_along),
		WORLD_TEST(a_topic_says_that_the_chat_is_over),
		WORLD_TEST(whoever_gave_the_chat_away_is_done_with_it),
		WORLD_TEST(in_a_group_a_topic_is_everybodys),
		WORLD_TEST(what_a_topic_shows_lets_words_pass),
		WORLD_TEST(a_topic_shows_the_newest_only),
		WORLD_TEST(a_dead_courier_leaves_no_doubt_about_a_topic),
		WORLD_TEST(both_know_what_is_about_a_topic),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}
