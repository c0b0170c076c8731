/* The store as turns see it: what schema/0004_turn.sql does. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/turn_world.h"

static struct operation *begin(struct flow *f, flow_step *next,
			       void (*effect)(struct operation *), void *out)
{
	world.begun_after_end += world.job == JOB_DEAD;
	return operation_begin(f, next, effect, out);
}

static enum claim judge_claim(int attempt, int worker)
{
	if (world.job == JOB_DONE || world.job == JOB_DEAD)
		return CLAIM_GONE;
	if (attempt == CLAIM_UNSURE && world.job == JOB_RUNNING && world.worker_id == worker)
		return CLAIM_OK;
	if (attempt > 0)
		return world.job == JOB_RUNNING && world.attempt == attempt ? CLAIM_OK
									    : CLAIM_GONE;
	return world.job == JOB_READY ? CLAIM_OK : CLAIM_GONE;
}

static void claim_effect(struct operation *d)
{
	int attempt = (int)d->numbers[0], worker = (int)d->numbers[1];
	struct turn_claim *c = d->out;

	*c = (struct turn_claim){ .status = judge_claim(attempt, worker) };
	if (c->status != CLAIM_OK)
		return;
	if (world.busy > 0 && world.busy--) {
		c->status = CLAIM_BUSY;
		return;
	}
	if (world.early_ms) {
		*c = (struct turn_claim){ .status = CLAIM_EARLY, .wait_ms = world.early_ms };
		world.early_ms = 0;
		return;
	}
	world.attempt += attempt <= 0;
	world.job = JOB_RUNNING;
	world.worker_id = worker;
	world.claims++;
	*c = (struct turn_claim){
		.status = world.is_stopped ? CLAIM_VOID : CLAIM_OK,
		.stop = world.is_stopped,
		.attempt = world.attempt,
		.failures = world.failures,
		.epoch = 1,
		.conversation_id = 3,
		.first_seq = world.first_seq,
		.last_seq = 1,
		.channel_id = 1,
		.bot_id = 1,
		.chat_key = "chat",
		.lang = "en",
		.trace = "0123456789abcdef",
		.history = world.is_stopped ? NULL : world.history,
	};
}

void store_claim_turn(struct store *s, struct flow *f, flow_step *next, struct turn_claim *out,
		      const struct turn_wanted *wanted)
{
	struct operation *d = begin(f, next, claim_effect, out);

	(void)s;
	assert_int_equal(wanted->job, JOB);
	d->numbers[0] = wanted->attempt;
	d->numbers[1] = wanted->worker;
}

static void search_effect(struct operation *d)
{
	static struct passage items[] = {
		{ .slug = "d",
		  .lang = "en",
		  .title = "Delivery",
		  .body = "Three days.",
		  .rank = 0.9 },
	};

	world.searches++;
	if (world.search_event)
		world_publish(world.search_event);
	*(struct passages *)d->out = (struct passages){ world.passage_count, items };
}

void store_search(struct store *s, struct flow *f, flow_step *next, struct passages *out,
		  const struct passages_wanted *wanted)
{
	(void)s;
	assert_int_equal(strlen(wanted->lang), 2);
	assert_true(wanted->bot_id == 1 && wanted->text[0] && wanted->limit > 0);
	begin(f, next, search_effect, out);
}

static void commit_finish(struct operation *d, struct turn_finished *out)
{
	const struct turn_result *r = (const void *)d->text;

	if (r->outcome == TURN_HANDED && world.no_operators && !r->body) {
		out->status = TURN_ALONE;
		return;
	}
	world.job = JOB_DONE;
	world.finishes++;
	world.result = *r;
	snprintf(world.body, sizeof world.body, "%s", r->body ? r->body : "");
	snprintf(world.error, sizeof world.error, "%s", r->error ? r->error : "");
	snprintf(world.provider, sizeof world.provider, "%s", r->provider ? r->provider : "");
	if (r->outcome == TURN_HANDED) {
		snprintf(world.handoff_reason, sizeof world.handoff_reason, "%s",
			 r->handoff_reason);
		snprintf(world.handoff_detail, sizeof world.handoff_detail, "%s",
			 r->handoff_detail ? r->handoff_detail : "");
		*out = (struct turn_finished){ .status = TURN_HANDED_OVER, .operator_job = 14 };
		return;
	}
	if (r->outcome == TURN_CANCELLED || world.responder) {
		out->status = TURN_DROPPED;
		return;
	}
	out->reply_seq = r->body ? 2 : 0;
	out->delivery_job = r->body && world.mode == DELIVERY_COURIER ? 13 : 0;
}

static void finish_effect(struct operation *d)
{
	struct turn_finished *out = d->out;

	*out = (struct turn_finished){ .status = TURN_PUBLISHED };
	if (world.job == JOB_RUNNING && world.attempt == d->numbers[0])
		commit_finish(d, out);
	else
		out->status = TURN_FENCED;
}

void store_finish_turn(struct store *s, struct flow *f, flow_step *next,
		       struct turn_finished *out, int64_t job, const struct turn_claim *claim,
		       const struct turn_result *result)
{
	struct operation *d = begin(f, next, finish_effect, out);

	(void)s;
	assert_int_equal(job, JOB);
	assert_string_equal(claim->chat_key, "chat");
	assert_int_equal(claim->last_seq, 1);
	d->numbers[0] = claim->attempt;
	d->text = arena_dup(&f->arena, result, sizeof *result);
	d->visible = result->visible;
}

void store_flush(struct store *s)
{
	(void)s;
	world.flushes++;
}

static void bury_effect(struct operation *d)
{
	*(int *)d->out = 0;
	world.job = JOB_DEAD;
}

void store_bury_job(struct store *s, struct flow *f, flow_step *next, int *fenced, int64_t job,
		    int attempt, const char *error)
{
	(void)s, (void)job, (void)attempt;
	assert_non_null(error);
	begin(f, next, bury_effect, fenced);
}
