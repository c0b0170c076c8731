/* Whose a question is that was asked before a human was called: every order of the bot's turn,
 * the call, and the end of the case. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/integration/question.h"

/* After the call; "back": the person does not want to wait any more. */
static const struct script {
	const char *steps[3], *fate; /* of the question; NULL: the bot owes an answer */
} scripts[] = {
	{ { "nobody" }, NULL },
	{ { "back" }, NULL },
	{ { "take", "return" }, NULL },
	{ { "take", "say", "return" }, "answered by a human" },
	{ { "take", "say", "close" }, "answered by a human" },
	{ { "take", "close" }, "left to a human who said nothing" },
	{ { "message" }, "left as a message" },
	{ { "block" }, "blocked us meanwhile" },
};

/* How it is called: with a button, a command, words, or by a program, which says nothing. */
enum call { BUTTON, COMMAND, WORDS, PROGRAM, CALLS };

struct play {
	const struct script *script;
	enum call call;
	int claim, finish; /* before which step the bot does that; the call is the first */
	char chat[16], question[20], called[20];
	int64_t id, job;
	struct turn_claim claimed;
};

static int length(const struct script *script)
{
	int n = 0;

	while (n < 3 && script->steps[n])
		n++;
	return n;
}

static void call(struct play *p)
{
	struct inbound event = { .action = INBOUND_OPERATOR,
				 .key = p->called,
				 .chat = p->chat,
				 .text = p->call == WORDS ? "a human, please" : "/operator",
				 .callback = p->call == BUTTON ? "press" : NULL };

	if (p->call == PROGRAM)
		assert_int_equal(order(0, "call", p->id, NULL).status, DESK_OK);
	else
		hear_event(TELEGRAM, &event);
}

static void leave_message(int64_t conversation)
{
	set_policy("{" QUESTION_POLICY ", \"at_end\": \"message\"}");
	look(conversation);
	look_later(conversation, "46 s");
	look_later(conversation, "3 min");
}

static void block(struct play *p)
{
	char key[24];
	struct inbound event = { .action = INBOUND_BLOCKED, .key = key, .chat = p->chat };

	snprintf(key, sizeof key, "b%s", p->question);
	hear_event(TELEGRAM, &event);
	look(p->id);
}

static void take_step(struct play *p, int step)
{
	const char *what = step ? p->script->steps[step - 1] : "call";

	print_message(" %s", what);
	if (!step)
		call(p);
	else if (strcmp(what, "nobody") == 0)
		nobody_comes(p->id);
	else if (strcmp(what, "message") == 0)
		leave_message(p->id);
	else if (strcmp(what, "block") == 0)
		block(p);
	else if (strcmp(what, "back") == 0)
		order(0, "return", p->id, "{\"if_waiting\":true}");
	else
		assert_int_equal(order(1, what, p->id, "{\"text\":\"hello\"}").status, DESK_OK);
}

static void claim(struct play *p, int step)
{
	print_message(" claim");
	p->claimed = claim_turn(p->job, 0, 1);
	assert_int_equal(p->claimed.status, step == 0 ? CLAIM_OK : CLAIM_VOID);
}

static void finish(struct play *p, int step, int is_over)
{
	int is_void = p->claimed.status == CLAIM_VOID;
	struct turn_finished end =
		finish_turn(p->job, &p->claimed, is_void ? TURN_CANCELLED : TURN_ANSWERED,
			    is_void ? NULL : "late");

	print_message(" finish");
	assert_int_not_equal(step, 0);
	assert_int_equal(end.status, is_void || is_over ? TURN_DROPPED : TURN_KEPT);
	assert_int_equal(end.next_ready, is_over && !p->script->fate);
	assert_int_equal(end.operator_job > 0 || end.status != TURN_KEPT, 1);
}

/* What nobody claimed until the end, and nobody needs any more. */
static void drain(struct play *p)
{
	if (turns_to_come(p->id) == 0)
		return;
	assert_int_equal(p->claim, length(p->script) + 1);
	p->claimed = claim_turn(p->job, 0, 1);
	assert_int_equal(p->claimed.status, CLAIM_VOID);
	finish_turn(p->job, &p->claimed, TURN_CANCELLED, NULL);
	assert_int_equal(turns_to_come(p->id), 0);
}

static void judge(struct play *p)
{
	int owes = !p->script->fate;

	assert_exact();
	if (owes) {
		assert_fate(p->question, "open");
		assert_non_null(strstr(answer_anew(p->id, 1).history, "how much?"));
	} else {
		drain(p);
	}
	assert_fate(p->question, owes ? "1" : p->script->fate);
	assert_int_equal(question_number("select count(*) from message where author = 1 and "
					 "conversation_id = %lld",
					 p->id),
			 owes);
	if (p->claim == 0) /* whatever was paid for is on record */
		assert_int_equal(
			question_number("select sum(x.tokens_in) from (select tokens_in, "
					"conversation_id from turn union all select "
					"tokens_in, conversation_id from suggestion) x "
					"where conversation_id = %lld",
					p->id),
			10 + 10 * owes);
	assert_exact();
}

static void act(struct play *p)
{
	static int plays;
	struct accepted a;
	int n = length(p->script) + 1;

	plays++;
	snprintf(p->chat, sizeof p->chat, "p%d", plays);
	snprintf(p->question, sizeof p->question, "q%d", plays);
	snprintf(p->called, sizeof p->called, "c%d", plays);
	a = hear(TELEGRAM, p->chat, p->question, INBOUND_MESSAGE, "how much?", NULL);
	p->id = a.conversation_id;
	p->job = a.turn_job;
	for (int step = 0; step <= n; step++) {
		if (step == p->claim && step < n)
			claim(p, step);
		if (step == p->finish && p->claim < n)
			finish(p, step, step == n);
		if (step < n)
			take_step(p, step);
	}
	print_message("\n");
	judge(p);
}

static void in_every_order_a_question_has_somebody_who_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		int n = length(&scripts[i]) + 1;

		pg_server_clean(world.server);
		add_operators(1);
		run("update operator set capacity = 100");
		set_policy("{" QUESTION_POLICY "}");
		for (enum call how = BUTTON; how < CALLS; how++)
			for (int claim = 0; claim <= n; claim++)
				for (int finish = claim ? claim : 1; finish <= n; finish++)
					act(&(struct play){ .script = &scripts[i],
							    .call = how,
							    .claim = claim,
							    .finish = finish });
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(in_every_order_a_question_has_somebody_who_answers),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}
