#include "tests/integration/line_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { WORKER = 1, LINE_MAX = 100 };

static int64_t job_of(int64_t conversation)
{
	char sql[128];

	snprintf(sql, sizeof sql,
		 "select coalesce((select id from job where queue = 2 and lane = %lld), 0)",
		 (long long)conversation);
	return number(sql);
}

struct held_line hold_line(int64_t conversation)
{
	struct held_line l = { .job = job_of(conversation) };

	l.claim = claim_line(l.job, WORKER);
	assert_int_equal(l.claim.status, CLAIM_OK);
	l.head = l.claim.head;
	l.chat_key = l.claim.chat_key;
	return l;
}

static struct delivery_held held(const struct held_line *l)
{
	return (struct delivery_held){ .job = l->job,
				       .delivery = l->head.id,
				       .claim = &l->claim };
}

void end_head(struct held_line *l, enum delivery_state state, const char *external,
	      const char *error)
{
	struct delivery_held what = held(l);
	struct delivery_settled s;

	assert_in_range(l->ended++, 0, LINE_MAX);
	store_settle_delivery(&world.store, begin(), caller_next, &s, &what,
			      &(struct delivery_result){ .state = state,
							 .external_id = external,
							 .error = error,
							 .may_move = 1 });
	assert_int_equal(done(), 0);
	assert_int_equal(s.fenced, 0);
	l->head = s.head;
	if (s.chat_key)
		l->chat_key = s.chat_key;
}

void put_back_head(struct held_line *l, int delay_ms, int is_failure)
{
	struct delivery_held what = held(l);
	int fenced;

	store_release_delivery(
		&world.store, begin(), caller_next, &fenced, &what,
		&(struct delivery_wait){ delay_ms, .failed = is_failure, .error = "later" });
	assert_int_equal(done(), 0);
	assert_int_equal(fenced, 0);
}

int send_line(int64_t conversation)
{
	struct held_line l = hold_line(conversation);
	int n = 0;

	for (; l.head.id; n++) {
		char id[24];

		snprintf(id, sizeof id, "%lld", (long long)l.head.id + 1000);
		end_head(&l, DELIVERY_SENT, id, NULL);
	}
	return n;
}

void split_head(struct held_line *l, const char *parts)
{
	struct delivery_held what = held(l);
	int fenced;

	store_split_delivery(&world.store, begin(), caller_next, &fenced, &what, parts);
	assert_int_equal(done(), 0);
	assert_int_equal(fenced, 0);
}

struct topic_renewed renew_topic(struct held_line *l)
{
	struct delivery_held what = held(l);
	struct topic_renewed out;

	store_renew_topic(&world.store, begin(), caller_next, &out, &what);
	assert_int_equal(done(), 0);
	return out;
}

int64_t talk_to_first(void)
{
	int64_t c;

	add_operators(1);
	c = call_human();
	order(1, "take", c, NULL);
	look(c);
	send_line(OWN_DESK);
	return c;
}
