#include "tests/integration/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

int64_t question_number(const char *sql, int64_t id)
{
	char text[512];

	snprintf(text, sizeof text, sql, (long long)id);
	return number(text);
}

int turns_to_come(int64_t conversation)
{
	return (int)question_number(
		"select count(*) from job where queue = 1 and kind = 1 and lane "
		"= %lld",
		conversation);
}

int64_t turn_job_of(int64_t conversation)
{
	return question_number(
		"select coalesce(max(id), 0) from job where queue = 1 and lane = "
		"%lld",
		conversation);
}

void assert_fate(const char *event, const char *fate)
{
	char sql[256];

	snprintf(sql, sizeof sql,
		 "select coalesce(human, turn_outcome::text, 'open') from event_fate()"
		 " where event_key = '%s'",
		 event);
	assert_sql(sql, fate);
}

void assert_exact(void)
{
	assert_sql("select coalesce(string_agg(kind || ' ' || detail, ', '), '')"
		   " from verify_violations() where kind <> 'job of a dead worker'",
		   "");
}

void nobody_comes(int64_t conversation)
{
	set_policy("{" QUESTION_POLICY ", \"at_end\": \"bot\"}");
	look(conversation);
	look_later(conversation, "46 s");
	assert_event("nobody");
}

struct turn_claim answer_anew(int64_t conversation, int64_t first)
{
	struct turn_claim c;
	int64_t job;

	assert_int_equal(turns_to_come(conversation), 1);
	job = turn_job_of(conversation);
	c = claim_turn(job, 0, 1);
	assert_int_equal(c.status, CLAIM_OK);
	assert_int_equal(c.first_seq, first);
	assert_int_equal(finish_turn(job, &c, TURN_ANSWERED, "anew").status, TURN_PUBLISHED);
	assert_int_equal(turns_to_come(conversation), 0);
	return c;
}
