/* Messages that answer one particular message (schema/0023_replies.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/line_world.h"

#define SAY(chat, key, text) hear(TELEGRAM, chat, key, INBOUND_MESSAGE, text, NULL)
#define LAST_KEPT                                                                              \
	"select coalesce((extra -> 'reply_to')::text, '') from message where conversation_id " \
	"= 2 order by seq desc limit 1"
/* As operators are shown it, in the console and in Telegram, and as the person is. */
#define LAST_SHOWN                                                                             \
	"select concat_ws(' ', r ->> 'seq', r ->> 'author', r ->> 'text', r -> 'file' ->> "    \
	"'name') from (select (console_messages(2, null, null, 1) -> 'messages' -> 0 -> "      \
	"'extra' -> 'reply_to')::jsonb as r) x"
#define SHOWN_ALIKE                                                                            \
	"select (select extra -> 'reply_to' from messages_page(1, '7', -1, 1) where seq is "   \
	"not null) = (case_messages(2, 0, 1) -> 0 -> 3 -> 'reply_to')::jsonb"

static int64_t say(int64_t c, const char *text, int64_t seq)
{
	char args[128];
	struct desk_done done;

	snprintf(args, sizeof args, "{\"text\":\"%s\",\"reply_to\":{\"seq\":%lld}}", text,
		 (long long)seq);
	done = order(1, "say", c, args);
	assert_int_equal(done.status, DESK_OK);
	return done.seq;
}

/* The bot has answered chat 7, before an operator came. */
static int64_t answered_by_the_bot(const char *answer)
{
	int64_t turn = SAY("7", "q1", "which tent?").turn_job;
	struct turn_claim t = claim_turn(turn, 0, 1);
	struct turn_finished f = finish_turn(turn, &t, TURN_ANSWERED, answer);

	send_line(f.delivery_job ? t.conversation_id : 0);
	return t.last_seq + 1;
}

static void hear_reply(const char *key, const char *id, int64_t at, const char *text)
{
	json_t *reply = json_pack("{ss* sI ss*}", "id", id, "at", (json_int_t)at, "text", text);
	json_t *extra = json_pack("{so}", "reply_to", reply);
	struct inbound event = { .action = INBOUND_MESSAGE,
				 .key = key,
				 .chat = "7",
				 .external_id = key,
				 .text = "this one",
				 .extra = extra };

	hear_event(TELEGRAM, &event);
	json_decref(extra);
}

/* The line is sent up to that message; what it is sent with. */
static const char *sent_with(int64_t c, int64_t seq)
{
	struct held_line l = hold_line(c);
	char id[24];

	while (l.head.seq != seq) {
		snprintf(id, sizeof id, "%lld", (long long)l.head.id + 1000);
		end_head(&l, DELIVERY_SENT, id, NULL);
	}
	return l.head.extra;
}

static void assert_number(const char *extra, int64_t expected)
{
	char part[48];

	snprintf(part, sizeof part, "\"id\": \"%lld\"", (long long)expected);
	assert_non_null(strstr(extra, part));
}

static void words_of_a_person_are_answered_by_their_number(void **state)
{
	int64_t c = talk_to_first();
	int64_t seq = SAY("7", "m1", "which *one*?").seq;

	(void)state;
	assert_int_equal(c, 2);
	seq = say(c, "the red one", seq);
	assert_sql(LAST_KEPT, "{\"seq\": 3}");
	assert_sql(LAST_SHOWN, "3 person which *one*?");
	assert_sql(SHOWN_ALIKE, "t");
	assert_non_null(strstr(sent_with(c, seq), "\"id\": \"m1\""));
}

/* It has no number yet when it is answered. */
static void words_of_an_operator_are_answered_before_they_have_left(void **state)
{
	int64_t c = talk_to_first(), first = say(c, "one", 1), second = say(c, "two", first);
	const char *extra = sent_with(c, second);

	(void)state;
	assert_number(extra, number("select external_id from delivery where conversation_id = 2"
				    " and seq = 3"));
	assert_sql(LAST_SHOWN, "3 operator one");
}

static void words_of_the_bot_are_answered_without_their_marks(void **state)
{
	int64_t c, seq;

	(void)state;
	add_operators(1);
	seq = answered_by_the_bot("## **Tents**\n- see [here](https://a.example/x)");
	c = call_human();
	order(1, "take", c, NULL);
	seq = say(c, "the red one", seq);
	assert_number(sent_with(c, seq),
		      number("select external_id from delivery where kind = 0 and seq = 2"));
	assert_sql("select r -> 'reply_to' ->> 'text' from (select with_reply(conversation_id, "
		   "extra) as r from message where extra ? 'reply_to') x",
		   "Tents see here");
}

/* Its message was lost on the way, or is not known to have arrived. */
static void what_has_no_number_is_answered_without(void **state)
{
	int64_t c = talk_to_first(), first = say(c, "one", 1), second = say(c, "two", first);
	struct held_line l = hold_line(c);

	(void)state;
	while (l.head.seq != second)
		end_head(&l, DELIVERY_FAILED, NULL, "no");
	assert_null(strstr(l.head.extra, "\"id\": \""));
	end_head(&l, DELIVERY_SENT, "7", NULL);
}

static void what_is_not_there_is_not_answered(void **state)
{
	static const char *const args[] = { "{\"text\":\"x\",\"reply_to\":{\"seq\":99}}",
					    "{\"text\":\"x\",\"reply_to\":{\"seq\":2}}",
					    "{\"text\":\"x\",\"reply_to\":{}}",
					    "{\"text\":\"x\",\"reply_to\":null}",
					    "{\"suggestion\":1,\"reply_to\":{\"seq\":99}}" };
	int64_t c = talk_to_first();

	(void)state;
	for (int i = 0; i < 9; i++) { /* another conversation has more */
		char key[] = { 'o', (char)('0' + i), 0 };

		SAY("8", key, "words");
	}
	run("insert into suggestion (conversation_id, last_seq, epoch, body) values (2, 1, 1, "
	    "'x')");
	for (size_t i = 0; i < sizeof args / sizeof *args; i++)
		assert_int_equal(order(1, i < 4 ? "say" : "use", c, args[i]).status,
				 DESK_NO_MESSAGE);
	assert_int_equal(number("select max(seq) from message where conversation_id = 2"), 2);
}

static void a_person_in_telegram_answers_anybody(void **state)
{
	int64_t c, bot, now = number("select extract(epoch from now())::bigint");
	char id[32];

	(void)state;
	add_operators(1);
	bot = answered_by_the_bot("the **red** one");
	c = call_human();
	order(1, "take", c, NULL);
	say(c, "yes?", 1);
	send_line(c);
	snprintf(id, sizeof id, "%lld",
		 (long long)number(
			 "select external_id from delivery where kind = 0 and seq = 2"));
	hear_reply("m1", id, now, "red");
	assert_sql("select with_reply(conversation_id, extra) -> 'reply_to' from message where "
		   "external_id = 'm1'",
		   "{\"seq\": 2, \"text\": \"red\", \"author\": \"bot\"}");
	snprintf(
		id, sizeof id, "%lld",
		(long long)number("select d.external_id from relay r join delivery d on d.id = "
				  "r.delivery_id where r.kind = 7"));
	hear_reply("m2", id, 0, NULL);
	assert_sql("select with_reply(conversation_id, extra) -> 'reply_to' ->> 'text' from "
		   "message where external_id = 'm2'",
		   "yes?");
	hear_reply("m3", "m2", 0, NULL);
	hear_reply("m4", "of old", now, "long ago");
	hear_reply("m5", "of old", 0, NULL);
	assert_sql(
		"select string_agg(coalesce(with_reply(conversation_id, extra) -> 'reply_to' "
		"->> 'seq', with_reply(conversation_id, extra) -> 'reply_to' ->> 'text', "
		"'none'), ' ' order by seq) from message where external_id in ('m3', 'm4', "
		"'m5')",
		"7 long ago none");
	assert_true(bot == 2);
}

static void a_file_is_answered_by_its_name(void **state)
{
	int64_t c = talk_to_first();
	json_t *extra =
		json_pack("{s[{ssss}]}", "attachments", "kind", "photo", "name", "tent.png");
	struct inbound event = { .action = INBOUND_MESSAGE,
				 .key = "m1",
				 .chat = "7",
				 .external_id = "m1",
				 .text = "",
				 .extra = extra };

	(void)state;
	hear_event(TELEGRAM, &event);
	json_decref(extra);
	say(c, "nice", 3);
	assert_sql(LAST_SHOWN, "3 person tent.png");
	assert_sql(SHOWN_ALIKE, "t");
}

static void said_again_it_answers_the_same(void **state)
{
	int64_t c = talk_to_first(), seq;

	(void)state;
	SAY("7", "m1", "which one?");
	seq = say(c, "the red one", 3);
	assert_int_equal(seq, 4);
	assert_int_equal(order(1, "say", c, "{\"again\":4}").seq, 5);
	assert_sql(LAST_KEPT, "{\"seq\": 3}");
}

static void marks_of_markdown_are_no_words(void **state)
{
	static const struct {
		const char *text, *plain;
	} cases[] = {
		{ "'**a** and `b`', false", "a and b" },
		{ "'# Head'||chr(10)||'> quoted'||chr(10)||'1 * 2', false",
		  "Head quoted 1 * 2" },
		{ "'![pic](https://a.example/p.png) [a](b)', false", "pic a" },
		{ "'```sql'||chr(10)||'select 1'||chr(10)||'```', false", "select 1" },
		{ "'3 \\* 4 snake_case', false", "3 * 4 snake_case" },
		{ "'**a**  b', true", "**a** b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char sql[160];

		snprintf(sql, sizeof sql, "select glance(%s)", cases[i].text);
		assert_sql(sql, cases[i].plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(words_of_a_person_are_answered_by_their_number),
		WORLD_TEST(words_of_an_operator_are_answered_before_they_have_left),
		WORLD_TEST(words_of_the_bot_are_answered_without_their_marks),
		WORLD_TEST(what_has_no_number_is_answered_without),
		WORLD_TEST(what_is_not_there_is_not_answered),
		WORLD_TEST(a_person_in_telegram_answers_anybody),
		WORLD_TEST(a_file_is_answered_by_its_name),
		WORLD_TEST(said_again_it_answers_the_same),
		WORLD_TEST(marks_of_markdown_are_no_words),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}
