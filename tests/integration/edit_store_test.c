/* Edits, both ways: what was shown or sent of a message changes with it
 * (schema/0015_order.sql). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/line_world.h"

#define PARTS                                                                                  \
	"[{\"html\":\"a\",\"plain\":\"a\",\"last\":false},"                                    \
	"{\"html\":\"b\",\"plain\":\"b\",\"last\":true}]"
/* The calls and rests that wait: "method of part; skip n". */
#define WAITING                                                                                \
	"select coalesce(string_agg(coalesce(payload ->> 'method' || ' ' || (payload ->> "     \
	"'of') || ' ' || (payload ->> 'part'), 'skip ' || (payload ->> 'skip')), '; ' order "  \
	"by place, id), '') from delivery where state = 0 and (kind = 4 or payload ? 'skip')"

static int64_t person_says(int64_t c, const char *key, const char *text)
{
	hear(TELEGRAM, "7", key, INBOUND_MESSAGE, text, NULL);
	look(c);
	return number("select max(delivery_id) from relay where kind = 1");
}

static void person_edits(int64_t c, const char *key, const char *message, const char *text)
{
	struct inbound edit = { .action = INBOUND_EDIT,
				.key = key,
				.chat = "7",
				.external_id = message,
				.text = text };

	hear_event(TELEGRAM, &edit);
	look(c);
}

static void assert_waiting(const char *fmt, int64_t a, int64_t b)
{
	char expected[256];

	snprintf(expected, sizeof expected, fmt, (long long)a, (long long)b);
	assert_sql(WAITING, expected);
}

/* --- a person's ---------------------------------------------------------------------- */

static void a_persons_edit_changes_what_was_shown(void **state)
{
	int64_t c = talk_to_first(), shown = person_says(c, "m1", "one");

	(void)state;
	send_line(OWN_DESK);
	person_edits(c, "e1", "m1", "uno");
	assert_waiting("editMessageText %lld 0; skip 1", shown, 0);
	assert_int_equal(number("select count(*) from delivery where payload ->> 'text' like "
				"'%uno%' and state = 0"),
			 2);
	assert_int_equal(send_line(OWN_DESK), 2);
	assert_int_equal(number("select count(*) from desk_notice"), 0);
	person_edits(c, "e2", "m1", "due"); /* an answer to it is still one to the message */
	assert_int_equal(
		number("select count(*) from relay where kind = 1 and desk_id = 1 and seq = 3"),
		3);
}

static void where_that_is_refused_a_notice_says_it(void **state)
{
	int64_t c = talk_to_first(), shown = person_says(c, "m1", "one");
	struct held_line l;

	(void)state;
	send_line(OWN_DESK);
	person_edits(c, "e1", "m1", "uno");
	l = hold_line(OWN_DESK);
	end_head(&l, DELIVERY_FAILED, NULL, "Bad Request: message can't be edited");
	end_head(&l, DELIVERY_SENT, NULL, NULL); /* there was no rest */
	assert_int_equal(number("select count(*) from job where lane > 0 and queue = 3 and "
				"run_at <= now()"),
			 1);
	look(c);
	assert_waiting("", 0, 0);
	assert_int_equal(number("select payload ->> 'reply_to' from delivery where payload ->> "
				"'text' like '%сообщение изменено%uno%'"),
			 shown);
}

static void a_message_in_several_parts_changes_in_all_of_them(void **state)
{
	int64_t c = talk_to_first(), shown = person_says(c, "m1", "long");
	struct held_line l = hold_line(OWN_DESK);

	(void)state;
	split_head(&l, PARTS);
	person_edits(c, "e1", "m1", "longer"); /* it waits behind the parts */
	end_head(&l, DELIVERY_SENT, "501", NULL);
	end_head(&l, DELIVERY_SENT, "502", NULL);
	assert_non_null(strstr(l.head.payload, "\"message_id\": \"501\""));
	end_head(&l, DELIVERY_SENT, "501", NULL);
	assert_non_null(strstr(l.head.payload, "\"message_id\": \"502\""));
	assert_non_null(strstr(l.head.payload, "\"part\": 1"));
	end_head(&l, DELIVERY_SENT, "502", NULL);
	assert_non_null(strstr(l.head.payload, "\"skip\": 2"));
	assert_true(shown > 0);
}

static void what_waits_to_be_shown_is_not_doubled(void **state)
{
	int64_t c = talk_to_first(), shown = person_says(c, "m1", "one"), second;
	struct held_line l = hold_line(OWN_DESK);

	(void)state;
	person_edits(c, "e1", "m1", "uno");
	person_edits(c, "e2", "m1", "due");
	assert_waiting("editMessageText %lld 0; skip 1", shown, 0);
	split_head(&l, PARTS); /* it is several after all */
	second = number("select max(id) from delivery where kind = 1");
	assert_waiting("editMessageText %lld 0; editMessageText %lld 1; skip 2", shown, second);
	assert_int_equal(number("select count(*) from delivery where state = 0 and "
				"payload ->> 'text' like '%due%'"),
			 3);
}

static void what_was_never_shown_is_shown_as_it_is_now(void **state)
{
	int64_t c = talk_to_first();

	(void)state;
	hear(TELEGRAM, "7", "m1", INBOUND_MESSAGE, "one", NULL);
	person_edits(c, "e1", "m1", "uno");
	assert_waiting("", 0, 0);
	assert_int_equal(number("select count(*) from delivery where payload ->> 'text' like "
				"'%uno%'"),
			 1);
	assert_int_equal(number("select count(*) from desk_notice"), 0);
}

/* --- an operator's --------------------------------------------------------------------- */

#define EDIT(text) "{\"seq\":3,\"text\":\"" text "\"}"

static int64_t operator_says(int64_t c, const char *args)
{
	assert_int_equal(order(1, "say", c, args).seq, 3);
	return number("select delivery_id from relay where kind = 7");
}

static void an_operators_edit_changes_what_was_sent(void **state)
{
	int64_t c = talk_to_first(), sent = operator_says(c, "{\"text\":\"one\"}");

	(void)state;
	assert_int_equal(order(1, "edit", c, EDIT("uno")).delivery_job, 0);
	assert_waiting("", 0, 0); /* it is sent as it is by then */
	send_line(c);
	assert_true(order(1, "edit", c, EDIT("due")).delivery_job > 0);
	assert_waiting("editMessageText %lld 0; skip 1", sent, 0);
	assert_int_equal(order(2, "edit", c, EDIT("mine")).status, DESK_DISABLED);
}

/* A claim that has read the old words is seen by nobody before it is committed. */
static void an_edit_waits_for_the_claim_of_what_it_changes(void **state)
{
	int64_t c = talk_to_first(), sent;
	PGconn *claiming, *editing = pg_server_connect(world.server);
	char sql[160];

	(void)state;
	send_line(c);
	sent = operator_says(c, "{\"text\":\"one\"}");
	snprintf(sql, sizeof sql,
		 "select claim_delivery((select id from job where queue = 2 and lane = %lld), "
		 "1, 1, false)",
		 (long long)c);
	claiming = connect_and(sql);
	snprintf(sql, sizeof sql, "select desk(1, 'edit', %lld, null, '%s', 't')", (long long)c,
		 EDIT("uno"));
	assert_true(PQsendQuery(editing, sql));
	pg_server_await_blocked(world.server, editing);
	commit(claiming);
	PQclear(PQgetResult(editing));
	PQfinish(editing);
	assert_waiting("editMessageText %lld 0; skip 1", sent, 0);
}

static void of_an_operators_long_words_every_part_changes(void **state)
{
	int64_t c = talk_to_first(), sent = operator_says(c, "{\"text\":\"long\"}");
	struct held_line l = hold_line(c);
	int64_t second;

	(void)state;
	while (l.head.id != sent)
		end_head(&l, DELIVERY_SENT, "500", NULL);
	split_head(&l, PARTS);
	second = number("select max(delivery_id) from relay where kind = 7");
	assert_true(second > sent);
	end_head(&l, DELIVERY_SENT, "501", NULL);
	end_head(&l, DELIVERY_SENT, "502", NULL);
	order(1, "edit", c, EDIT("longer"));
	assert_waiting("editMessageText %lld 0; editMessageText %lld 1; skip 2", sent, second);
	send_line(c);
	order(1, "edit", c, EDIT("longest")); /* the rest counts, if it was sent */
	assert_int_equal(number("select count(*) from delivery where state = 0"), 4);
}

/* The courier has read the old words, and makes parts of them. */
static void what_is_divided_after_the_edit_changes_in_every_part(void **state)
{
	int64_t c = talk_to_first(), sent = operator_says(c, "{\"text\":\"long\"}");
	struct held_line l = hold_line(c);

	(void)state;
	while (l.head.id != sent)
		end_head(&l, DELIVERY_SENT, "500", NULL);
	order(1, "edit", c, EDIT("longer"));
	order(1, "edit", c, EDIT("longest"));
	split_head(&l, PARTS);
	assert_waiting("editMessageText %lld 0; editMessageText %lld 1; skip 2", sent,
		       number("select max(id) from delivery where kind = 1"));
	assert_int_equal(number("select count(*) from delivery where state = 0 and "
				"payload ->> 'text' = 'longest'"),
			 3);
	end_head(&l, DELIVERY_SENT, "501", NULL);
	end_head(&l, DELIVERY_SENT, "502", NULL);
	assert_non_null(strstr(l.head.payload, "\"message_id\": \"501\""));
	end_head(&l, DELIVERY_SENT, "501", NULL);
	assert_non_null(strstr(l.head.payload, "\"message_id\": \"502\""));
}

/* Of what waits to change a message, the newest counts: what an older edit would have sent
 * besides can no more be changed than what never was there. */
static void an_edit_takes_the_place_of_those_that_wait(void **state)
{
	int64_t c = talk_to_first(), sent = operator_says(c, "{\"text\":\"one\"}");

	(void)state;
	send_line(c);
	order(1, "edit", c, EDIT("uno"));
	order(1, "edit", c, EDIT("due"));
	assert_waiting("editMessageText %lld 0; skip 1", sent, 0);
	assert_int_equal(number("select count(*) from delivery where state = 0 and "
				"payload ->> 'text' = 'due'"),
			 2);
}

static void under_a_file_the_caption_changes(void **state)
{
	int64_t c = talk_to_first();
	int64_t sent = operator_says(c, "{\"text\":\"look\",\"extra\":{\"plain\":true,"
					"\"attachments\":[{\"kind\":\"photo\",\"file_id\":"
					"\"F\"}]}}");

	(void)state;
	send_line(c);
	order(1, "edit", c, EDIT("see"));
	assert_waiting("editMessageCaption %lld 0; skip 1", sent, 0);
	assert_int_equal(
		number("select count(*) from delivery where state = 0 and (payload ->> "
		       "'plain')::boolean and (payload ->> 'caption')::boolean"),
		2);
	assert_int_equal(number("select payload ->> 'reply_to' from delivery where payload ? "
				"'skip'"),
			 sent);
	send_line(c); /* its rest was a message: both change now */
	order(1, "edit", c, EDIT("look here"));
	assert_int_equal(
		number("select count(*) from delivery where state = 0 and (payload ->> "
		       "'caption')::boolean and payload ->> 'method' like "
		       "'editMessage%'"),
		2);
	assert_int_equal(number("select payload ->> 'skip' from delivery where state = 0 and "
				"payload ? 'skip'"),
			 2);
}

static void what_becomes_no_caption_is_changed_as_words(void **state)
{
	int64_t c = talk_to_first(), sent;
	struct held_line l;

	(void)state;
	sent = operator_says(
		c, "{\"text\":\"look\",\"extra\":{\"attachments\":[{\"kind\":\"photo\","
		   "\"file_id\":\"F\"}]}}");
	for (l = hold_line(c); l.head.seq != 3;)
		end_head(&l, DELIVERY_SENT, "500", NULL);
	order(1, "edit", c, EDIT("see"));
	assert_waiting("editMessageCaption %lld 0; skip 1", sent, 0);
	split_head(&l, "[{\"html\":\"a\",\"plain\":\"a\",\"last\":false},"
		       "{\"attachment\":{\"kind\":\"photo\"},\"last\":true}]");
	assert_waiting("editMessageText %lld 0; skip 1", sent, 0);
}

static void an_edit_that_does_not_reach_the_client_is_told(void **state)
{
	int64_t c = talk_to_first();
	struct held_line l;

	(void)state;
	operator_says(c, "{\"text\":\"one\"}");
	send_line(c);
	order(1, "edit", c, EDIT("uno"));
	l = hold_line(c);
	end_head(&l, DELIVERY_FAILED, NULL, "Bad Request: message to edit not found");
	assert_sql("select what || ' ' || seq || ' ' || detail from desk_notice",
		   "failed 3 Bad Request: message to edit not found");
}

static struct held_line hold_words(int64_t c, int64_t sent)
{
	struct held_line l = hold_line(c);

	while (l.head.id != sent)
		end_head(&l, DELIVERY_SENT, "500", NULL);
	return l;
}

/* It is tried all the same, so that who has edited is told; but nothing follows what is lost.
 */
static void an_edit_of_what_is_lost_fails(enum delivery_state lost)
{
	int64_t c = talk_to_first(), sent = operator_says(c, "{\"text\":\"one\"}");
	struct held_line l = hold_words(c, sent);

	end_head(&l, lost, NULL, "timeout");
	assert_true(order(1, "edit", c, EDIT("uno")).delivery_job > 0);
	assert_waiting("editMessageText %lld 0", sent, 0);
	assert_non_null(strstr(hold_line(c).head.payload, "\"message_id\": null"));
}

static void an_edit_of_what_failed_fails(void **state)
{
	(void)state;
	an_edit_of_what_is_lost_fails(DELIVERY_FAILED);
}

static void an_edit_of_what_is_uncertain_fails(void **state)
{
	(void)state;
	an_edit_of_what_is_lost_fails(DELIVERY_UNCERTAIN);
}

static void a_part_that_failed_is_none(void **state)
{
	int64_t c = talk_to_first(), sent = operator_says(c, "{\"text\":\"long\"}");
	struct held_line l = hold_words(c, sent);

	(void)state;
	split_head(&l, PARTS);
	end_head(&l, DELIVERY_SENT, "501", NULL);
	end_head(&l, DELIVERY_FAILED, NULL, "Bad Request: x");
	order(1, "edit", c, EDIT("longer"));
	assert_waiting("editMessageText %lld 0; skip 1", sent, 0);
}

static void who_fetches_sees_the_edit_anyway(void **state)
{
	int64_t c;

	(void)state;
	add_operators(1);
	c = hear(WIDGET, "w", "w1", INBOUND_OPERATOR, "a human!", NULL).conversation_id;
	order(1, "take", c, NULL);
	assert_int_equal(order(1, "say", c, "{\"text\":\"one\"}").status, DESK_OK);
	assert_int_equal(order(1, "edit", c, EDIT("uno")).status, DESK_OK);
	assert_int_equal(number("select count(*) from delivery where conversation_id <> 1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_persons_edit_changes_what_was_shown),
		WORLD_TEST(where_that_is_refused_a_notice_says_it),
		WORLD_TEST(a_message_in_several_parts_changes_in_all_of_them),
		WORLD_TEST(what_waits_to_be_shown_is_not_doubled),
		WORLD_TEST(what_was_never_shown_is_shown_as_it_is_now),
		WORLD_TEST(an_operators_edit_changes_what_was_sent),
		WORLD_TEST(an_edit_waits_for_the_claim_of_what_it_changes),
		WORLD_TEST(of_an_operators_long_words_every_part_changes),
		WORLD_TEST(what_is_divided_after_the_edit_changes_in_every_part),
		WORLD_TEST(an_edit_takes_the_place_of_those_that_wait),
		WORLD_TEST(under_a_file_the_caption_changes),
		WORLD_TEST(what_becomes_no_caption_is_changed_as_words),
		WORLD_TEST(an_edit_that_does_not_reach_the_client_is_told),
		WORLD_TEST(an_edit_of_what_failed_fails),
		WORLD_TEST(an_edit_of_what_is_uncertain_fails),
		WORLD_TEST(a_part_that_failed_is_none),
		WORLD_TEST(who_fetches_sees_the_edit_anyway),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}
