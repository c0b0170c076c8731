/* What accept() has done, as the text of a row: whole, with nulls, or not a row at all. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/store.h"

static const char *row; /* what PostgreSQL answers */

/* --- a double of common/pg ------------------------------------------------------- */

void pg_call(struct pg *pg, struct flow *f, flow_step *next, const struct pg_call *call)
{
	static char name[] = "accept";
	static char behind[] = "9,9,9,9,9,9,9,9,9,9,9,9"; /* in memory, too */
	PGresAttDesc columns[] = { { .name = name }, { .name = name } };
	PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	char text[64];

	(void)pg, (void)next;
	snprintf(text, sizeof text, "%s", row);
	assert_true(PQsetResultAttrs(rows, 2, columns));
	assert_true(PQsetvalue(rows, 0, 0, text, (int)strlen(text)));
	assert_true(PQsetvalue(rows, 0, 1, behind, (int)strlen(behind)));
	call->decode(call->out, rows, 0, &f->arena);
	PQclear(rows);
}

void pg_flush(struct pg *pg)
{
	(void)pg;
}

/* --- tests ------------------------------------------------------------------------- */

static struct accepted answered(const char *text)
{
	static const struct inbound said = { .key = "k", .chat = "c", .text = "Hello" };
	static const struct place place = { .channel_id = 1, .bot_id = 1 };
	struct store store = { NULL, NULL };
	struct accepted out;
	struct flow f = { 0 };

	row = text;
	memset(&out, 255, sizeof out);
	store_accept(&store, &f, NULL, &out, &place, &said);
	arena_free(&f.arena);
	return out;
}

static void a_whole_row(void **state)
{
	struct accepted a = answered("(t,12,3,4,5,6,2,f,7,8)");

	(void)state;
	assert_int_equal(a.duplicate, 1);
	assert_int_equal(a.conversation_id, 12);
	assert_int_equal(a.seq, 3);
	assert_int_equal(a.reply_seq, 4);
	assert_int_equal(a.turn_job, 5);
	assert_int_equal(a.delivery_job, 6);
	assert_int_equal(a.responder, RESPONDER_OPERATOR);
	assert_int_equal(a.stopped, 0);
	assert_int_equal(a.operator_job, 7);
	assert_int_equal(a.epoch, 8);
}

static void nulls_are_0(void **state)
{
	struct accepted a = answered("(f,,,,,,,,,)");

	(void)state;
	assert_int_equal(a.conversation_id, 0);
	assert_int_equal(a.responder, RESPONDER_BOT);
	assert_int_equal(a.epoch, 0);
}

/* Nothing is read behind its end, where there is another value. */
static void what_is_missing_is_0(void **state)
{
	static const char *const texts[] = { "", "(", "1", "{}", "(f,1,2", "(f,1,2," };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct accepted a = answered(texts[i]);

		assert_int_equal(a.reply_seq, 0);
		assert_int_equal(a.turn_job, 0);
		assert_int_equal(a.responder, RESPONDER_BOT);
		assert_int_equal(a.operator_job, 0);
		assert_int_equal(a.epoch, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_row),
		cmocka_unit_test(nulls_are_0),
		cmocka_unit_test(what_is_missing_is_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
