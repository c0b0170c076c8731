#include "tests/integration/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/desk_world.h"

enum { WORKER = 1, OPERATOR = 1, ROUNDS_MAX = 20 };

typedef int chat_call(struct chat *c); /* 1: started */

static int64_t ask_number(const char *sql, int64_t id)
{
	char text[256];

	snprintf(text, sizeof text, sql, (long long)id);
	return number(text);
}

/* As one statement, where there are several. */
static void together(struct story *s, chat_call *start)
{
	int is_started[CHATS_MAX] = { 0 };

	for (int i = 0; i < s->n; i++)
		is_started[i] = start(&s->chats[i]);
	for (int i = 0; i < s->n; i++)
		if (is_started[i])
			assert_int_equal(caller_wait(world.base, &s->chats[i].caller), 0);
}

/* --- the bot -------------------------------------------------------------------- */

static int claim(struct chat *c)
{
	store_claim_turn(&world.store, &c->caller.flow, caller_next, &c->claim,
			 &(struct turn_wanted){
				 .job = c->job, .worker = WORKER, .history_messages = 40 });
	return 1;
}

/* As llm-worker does: what is void is given up. */
static int finish(struct chat *c)
{
	int is_void = c->claim.status != CLAIM_OK;
	struct turn_result result = { .outcome = is_void ? TURN_CANCELLED : TURN_ANSWERED,
				      .body = is_void ? NULL : c->answer,
				      .tokens_in = -1,
				      .tokens_out = -1,
				      .first_token_ms = -1,
				      .total_ms = 5 };

	if (c->claim.status != CLAIM_OK && c->claim.status != CLAIM_VOID)
		return 0;
	store_finish_turn(&world.store, &c->caller.flow, caller_next, &c->end, c->job,
			  &c->claim, &result);
	return 1;
}

static int send_it(struct chat *c)
{
	c->line = ask_number("select coalesce((select id from job where queue = 2 and lane = "
			     "%lld), 0)",
			     c->id);
	c->sending = (struct delivery_claim){ .status = CLAIM_VOID };
	if (!c->line)
		return 0;
	store_claim_delivery(
		&world.store, &c->caller.flow, caller_next, &c->sending,
		&(struct delivery_wanted){ .job = c->line, .claimant = 1, .worker = WORKER });
	return 1;
}

static int settle_it(struct chat *c)
{
	if (c->sending.status != CLAIM_OK || !c->sending.head.id)
		return 0;
	store_settle_delivery(&world.store, &c->caller.flow, caller_next, &c->settled,
			      &(struct delivery_held){ .job = c->line,
						       .delivery = c->sending.head.id,
						       .claim = &c->sending },
			      &(struct delivery_result){ .state = DELIVERY_SENT });
	return 1;
}

/* Bytes leave: the bot's only where the bot answers. */
static void watch_chat(struct story *s, struct chat *c)
{
	const struct outgoing *head = &c->sending.head;

	if (c->sending.status != CLAIM_OK || !head->id || head->author != AUTHOR_BOT)
		return;
	if (c == s->chats)
		assert_int_equal(s->responder, RESPONDER_BOT);
	s->sent += c == s->chats && strcmp(head->body, "late") == 0;
}

void story_watch(struct story *s)
{
	for (int i = 0; i < s->n; i++)
		watch_chat(s, &s->chats[i]);
}

/* The rest of the line: settling one gives the next. */
static void go_on(struct story *s)
{
	int is_more = 1;

	for (int round = 0; is_more; round++) {
		assert_in_range(round, 0, ROUNDS_MAX);
		together(s, settle_it);
		is_more = 0;
		for (int i = 0; i < s->n; i++) {
			struct chat *c = &s->chats[i];

			c->sending.head = c->settled.head;
			c->settled.head.id = 0;
			watch_chat(s, c);
			is_more |= c->sending.status == CLAIM_OK && c->sending.head.id != 0;
		}
	}
}

void story_judge(struct story *s)
{
	struct chat *c = &s->chats[0];

	if (c->claim.status != CLAIM_OK)
		return;
	if (s->responder != RESPONDER_BOT) {
		assert_int_equal(c->end.status, TURN_KEPT);
		s->suggested = 1;
	} else if (s->epoch != c->claim.epoch) {
		assert_int_equal(c->end.status, TURN_DROPPED);
	} else {
		assert_int_equal(c->end.status, TURN_PUBLISHED);
		s->said = 1;
	}
}

/* There is something for the bot to answer. */
static int is_asked(const struct story *s)
{
	return s->responder == RESPONDER_BOT &&
	       ask_number("select (answered_seq < last_seq)::int from conversation where id = "
			  "%lld",
			  s->chats[0].id);
}

static chat_call *const calls[STEPS] = { claim, finish, send_it, settle_it };

void story_start(struct story *s, enum step step)
{
	for (int i = 0; i < s->n; i++)
		calls[step](&s->chats[i]);
}

void story_pump(void)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(world.base, EVLOOP_NONBLOCK);
}

void story_await_held_up(const struct story *s)
{
	await_held_up(&s->chats[0].caller);
}

void story_wait(struct story *s)
{
	for (int i = 0; i < s->n; i++)
		assert_int_equal(caller_wait(world.base, &s->chats[i].caller), 0);
}

void story_bot(struct story *s, enum step step)
{
	struct chat *c = &s->chats[0];

	if (step == SETTLE) {
		go_on(s);
		return;
	}
	together(s, calls[step]);
	if (step == CLAIM)
		assert_int_equal(c->claim.status, is_asked(s) ? CLAIM_OK : CLAIM_VOID);
	else if (step == FINISH)
		story_judge(s);
	else
		story_watch(s);
}

/* --- humans ----------------------------------------------------------------------- */

void story_human(struct story *s, const char *what)
{
	struct chat *c = &s->chats[0];

	if (strcmp(what, "call") == 0) {
		struct accepted a =
			hear(TELEGRAM, c->key, c->key, INBOUND_OPERATOR, "a human!", NULL);

		s->responder = a.responder;
		s->epoch = a.epoch;
	} else {
		struct desk_done d = order(OPERATOR, what, c->id, "{\"text\":\"hello\"}");

		assert_int_equal(d.status, DESK_OK);
		s->responder = d.responder;
		s->epoch = d.epoch;
	}
}

/* --- beginning and end --------------------------------------------------------------- */

void story_begin(struct story *s, int chats)
{
	static int number_of;

	*s = (struct story){ .n = chats, .epoch = 1 };
	number_of++;
	for (int i = 0; i < chats; i++) {
		struct chat *c = &s->chats[i];
		struct accepted a;

		caller_begin(world.base, &c->caller);
		c->answer = "late";
		snprintf(c->key, sizeof c->key, "%d-%d", number_of, i);
		snprintf(c->question, sizeof c->question, "q%s", c->key);
		a = hear(TELEGRAM, c->key, c->question, INBOUND_MESSAGE, "how much?", NULL);
		c->id = a.conversation_id;
		c->job = a.turn_job;
	}
}

static int64_t turn_of(const struct chat *c)
{
	return ask_number("select coalesce((select id from job where queue = 1 and lane = "
			  "%lld), 0)",
			  c->id);
}

/* Whatever there is still to be done is done. */
static void settle_down(struct story *s)
{
	struct chat *c = &s->chats[0];

	for (int i = 0; i < s->n; i++)
		s->chats[i].answer = "anew";
	s->n = 1;
	if (s->responder != RESPONDER_BOT && s->responder != RESPONDER_WAITING)
		story_human(s, "close");
	for (int round = 0; (c->job = turn_of(c)) != 0; round++) {
		assert_in_range(round, 0, ROUNDS_MAX);
		together(s, claim);
		assert_true(c->claim.status == CLAIM_OK || c->claim.status == CLAIM_VOID);
		together(s, finish);
	}
	together(s, send_it);
	story_watch(s);
	go_on(s);
}

static void check_first(const struct story *s, int is_left)
{
	int64_t id = s->chats[0].id;

	assert_int_equal(ask_number("select count(*) from message where body = 'late' and"
				    " conversation_id = %lld",
				    id),
			 s->said);
	assert_int_equal(ask_number("select count(*) from suggestion where body = 'late' and"
				    " conversation_id = %lld",
				    id),
			 s->suggested);
	assert_int_equal(ask_number("select count(*) from delivery d join message m using"
				    " (conversation_id, seq) where m.body = 'late' and d.state"
				    " = 2 and conversation_id = %lld",
				    id),
			 s->sent);
	assert_int_equal(ask_number("select count(*) from delivery d join message m using"
				    " (conversation_id, seq) where m.body = 'late' and d.error"
				    " = 'fenced' and conversation_id = %lld",
				    id),
			 s->said - s->sent);
	assert_int_equal(
		ask_number("select count(*) from job where queue < 3 and lane = %lld", id), 0);
	if (is_left)
		assert_int_equal(ask_number("select count(*) from message where author = 1 and"
					    " conversation_id = %lld",
					    id),
				 1);
}

/* Nobody came: one answer, sent once. */
static void check_other(const struct chat *c)
{
	assert_int_equal(ask_number("select count(*) from message where author <> 0 and body ="
				    " 'late' and conversation_id = %lld",
				    c->id),
			 1);
	assert_int_equal(
		ask_number("select count(*) from delivery where state = 2 and conversation_id"
			   " = %lld",
			   c->id),
		1);
	assert_int_equal(ask_number("select count(*) from delivery where conversation_id = "
				    "%lld",
				    c->id),
			 1);
}

void story_leave(struct story *s)
{
	for (int i = 0; i < s->n; i++)
		caller_end(&s->chats[i].caller);
}

void story_end(struct story *s, int is_left)
{
	int chats = s->n;

	settle_down(s);
	check_first(s, is_left);
	for (int i = 1; i < chats; i++)
		check_other(&s->chats[i]);
	s->n = chats;
	story_leave(s);
}
