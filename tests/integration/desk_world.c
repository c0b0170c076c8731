#include "tests/integration/desk_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "services/operator-relay/relay.h"

void add_operators(int n)
{
	char sql[1024];

	run("insert into channel (bot_id, kind, name, spec, delivery)"
	    " select 1, 'desk', 'desk', '{}', 1 where not exists (select from channel where id "
	    "= 4)");
	snprintf(sql, sizeof sql,
		 "with o as (insert into operator (login, name, enabled, on_duty, given_at)"
		 " select 'op' || n, 'op' || n, true, true, now() + n * interval '1 ms'"
		 " from generate_series(1, %d) n returning id, name),"
		 " c as (insert into conversation (channel_id, chat_key, bot_id)"
		 " select 4, (9000 + id)::text, 1 from o returning id, chat_key)"
		 " insert into desk_chat (conversation_id, operator_id)"
		 " select id, chat_key::int - 9000 from c",
		 n);
	run(sql);
}

void set_policy(const char *json)
{
	char sql[2048];

	snprintf(sql, sizeof sql,
		 "update bot set spec = jsonb_build_object('handoff', '%s'::jsonb)", json);
	run(sql);
}

struct desk_done order_once(int operator_id, const char *verb, int64_t conversation,
			    const char *args, const char *key)
{
	json_auto_t *parsed = args ? json_loads(args, 0, NULL) : NULL;
	struct desk_done out;

	store_desk(&world.store, begin(), caller_next, &out,
		   &(struct desk_order){ .operator_id = operator_id,
					 .verb = verb,
					 .conversation = conversation,
					 .key = key,
					 .args = parsed });
	assert_int_equal(done(), 0);
	return out;
}

struct desk_done order(int operator_id, const char *verb, int64_t conversation,
		       const char *args)
{
	return order_once(operator_id, verb, conversation, args, NULL);
}

int64_t call_human(void)
{
	static int n;
	char key[16];

	snprintf(key, sizeof key, "call%d", ++n);
	return hear(TELEGRAM, "7", key, INBOUND_OPERATOR, "a human!", NULL).conversation_id;
}

static int64_t job_of(int64_t conversation)
{
	char sql[128];

	snprintf(sql, sizeof sql,
		 "select coalesce((select id from job where queue = 3 and lane = %lld), 0)",
		 (long long)conversation);
	return number(sql);
}

struct case_claim claim_case(int64_t conversation)
{
	struct case_claim c;

	store_claim_case(&world.store, begin(), caller_next, &c, job_of(conversation), 1, 0);
	assert_int_equal(done(), 0);
	return c;
}

enum case_end finish_case(int64_t conversation, const struct case_claim *claim)
{
	struct flow *f = begin();
	struct case_finished out;

	store_finish_case(
		&world.store, f, caller_next, &out, job_of(conversation), claim,
		&(struct case_notes){ .json = notes_make(&f->arena, claim->work,
							 claim->channel_id, claim->chat_key) });
	assert_int_equal(done(), 0);
	return out.status;
}

struct case_claim look(int64_t conversation)
{
	struct case_claim c;

	run("update job set run_at = least(run_at, now()) where queue = 3");
	c = claim_case(conversation);
	if (c.status == CLAIM_OK)
		assert_int_equal(finish_case(conversation, &c), CASE_SHOWN);
	else
		assert_int_equal(c.status, CLAIM_VOID);
	return c;
}

/* Instead of waiting, everything that has happened is so much longer ago. */
struct case_claim look_later(int64_t conversation, const char *interval)
{
	char sql[512];

	snprintf(sql, sizeof sql,
		 "update message set created_at = created_at - interval '%s';"
		 "update handoff set called_at = called_at - interval '%s',"
		 " taken_at = taken_at - interval '%s', due_at = due_at - interval '%s',"
		 " told_at = told_at - interval '%s';"
		 "update job set run_at = run_at - interval '%s' where queue = 3",
		 interval, interval, interval, interval, interval, interval);
	run(sql);
	return look(conversation);
}

int follow_duty(int operator_id)
{
	struct duty_claim c;
	json_auto_t *cases = NULL;
	int64_t job = job_of(-operator_id), ring;
	int again, n;

	store_claim_duty(&world.store, begin(), caller_next, &c, job, 1, 0);
	assert_int_equal(done(), 0);
	assert_int_equal(c.status, CLAIM_OK);
	cases = c.cases ? json_loads(c.cases, 0, NULL) : json_array();
	n = (int)json_array_size(cases);
	for (int i = 0; i < n; i++) {
		store_look_again(&world.store, begin(), caller_next, &ring,
				 json_integer_value(json_array_get(cases, (size_t)i)));
		assert_int_equal(done(), 0);
	}
	store_finish_duty(&world.store, begin(), caller_next, &again, job, &c);
	assert_int_equal(done(), 0);
	return n;
}

void assert_invited(const char *names)
{
	assert_sql("select coalesce(string_agg(o.name, ' ' order by o.id), '')"
		   " from invitation i join operator o on o.id = i.operator_id"
		   " where i.state = 0",
		   names);
}

void assert_event(const char *what)
{
	assert_sql("select what from handoff_event order by at desc limit 1", what);
}
