/* The store as deliveries see it: what schema/0005_delivery.sql does. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/desk.h"
#include "common/store/file.h"
#include "tests/flow/deliver_world.h"

static struct sending *row_of(int64_t id)
{
	assert_true(id >= 1 && id <= world.count);
	return &world.line[id - 1];
}

static int is_about_topic(const struct sending *row)
{
	return row->kind == DELIVERY_CALL && strstr(row->payload, "ForumTopic") &&
	       !strstr(row->payload, "createForumTopic");
}

static struct outgoing next_delivery(void)
{
	for (int i = 0; i < world.count; i++) {
		struct sending *row = &world.line[i];

		if (row->state > DELIVERY_SENDING)
			continue;
		if (row->due > stage.now_ms) { /* the job waits with it */
			world.job = JOB_READY;
			world.run_at = row->due;
			return (struct outgoing){ 0 };
		}
		row->state = DELIVERY_SENDING;
		return (struct outgoing){ .id = i + 1,
					  .kind = row->kind,
					  .seq = i + 1,
					  .author = AUTHOR_BOT,
					  .body = row->body,
					  .extra = row->extra,
					  .payload = row->payload };
	}
	world.job = JOB_DONE;
	return (struct outgoing){ 0 };
}

static void claim_effect(struct operation *d)
{
	struct delivery_claim *c = d->out;
	int is_ours = d->numbers[1] && world.claimant == d->numbers[2];

	*c = (struct delivery_claim){ .status = CLAIM_GONE };
	if (world.job != JOB_READY && !(is_ours && world.job == JOB_RUNNING))
		return;
	if (world.run_at > stage.now_ms) {
		c->status = CLAIM_EARLY;
		c->wait_ms = (int)(world.run_at - stage.now_ms);
		return;
	}
	for (int i = 0; i < world.count && !is_ours; i++)
		if (world.line[i].state == DELIVERY_SENDING && is_about_topic(&world.line[i])) {
			world.line[i].state = DELIVERY_PENDING;
		} else if (world.line[i].state == DELIVERY_SENDING) {
			world.line[i].state = DELIVERY_UNCERTAIN;
			world.line[i].doubted = world.claimant;
			c->uncertain++;
		}
	world.job = JOB_RUNNING;
	world.claims++;
	world.claimant = d->numbers[2];
	c->attempt = ++world.attempt;
	c->failures = world.failures;
	c->conversation_id = 3;
	c->channel_id = 1;
	c->chat_key = arena_str(&d->flow->arena, world.chat);
	c->is_group = world.is_group;
	c->head = next_delivery();
	c->status = c->head.id ? CLAIM_OK : CLAIM_VOID;
}

void store_claim_delivery(struct store *s, struct flow *f, flow_step *next,
			  struct delivery_claim *out, const struct delivery_wanted *wanted)
{
	struct operation *d = operation_begin(f, next, claim_effect, out);

	(void)s;
	assert_true(!f->arena.blocks && !f->arena.owned); /* nothing of an earlier round */
	assert_int_equal(wanted->job, JOB);
	assert_int_equal(wanted->worker, WORKER_ID);
	assert_true(wanted->claimant > 0);
	d->numbers[1] = wanted->unsure;
	d->numbers[2] = wanted->claimant;
	d->visible = wanted->visible;
}

static struct operation *do_held(struct flow *f, flow_step *next,
				 void (*effect)(struct operation *), void *out,
				 const struct delivery_held *held)
{
	struct operation *d = operation_begin(f, next, effect, out);

	assert_int_equal(held->job, JOB);
	d->numbers[0] = held->claim->attempt;
	d->numbers[1] = held->delivery;
	return d;
}

static int is_fenced(const struct operation *d)
{
	return world.job != JOB_RUNNING || world.attempt != d->numbers[0];
}

/* Who was sending a row has not been found dead yet by whoever takes the line next. */
static int is_held(const struct operation *d)
{
	return world.job != JOB_DONE && world.attempt == d->numbers[0];
}

static void settle_effect(struct operation *d)
{
	struct delivery_settled *out = d->out;
	struct sending *row = row_of(d->numbers[1]);

	*out = (struct delivery_settled){ .fenced = is_fenced(d) };
	if ((row->state == DELIVERY_SENDING && is_held(d)) ||
	    row->state == DELIVERY_UNCERTAIN) {
		row->state = (enum delivery_state)d->numbers[2];
		row->doubted = 0;
		snprintf(row->external_id, sizeof row->external_id, "%s",
			 d->text ? d->text : "");
	}
	if (out->fenced)
		return;
	world.failures = 0;
	if (row->kind == DELIVERY_CALL && strstr(row->payload, "createForumTopic")) {
		snprintf(world.chat, sizeof world.chat, "42:55");
		out->chat_key = "42:55";
	}
	if (row->payload && strstr(row->payload, "\"else\"") && row->state > DELIVERY_SENT)
		out->operator_job = JOB + 1;
	out->operator_conversation = 3;
	out->head = next_delivery();
}

void store_flush(struct store *s)
{
	(void)s;
	world.flushes++;
}

void store_settle_delivery(struct store *s, struct flow *f, flow_step *next,
			   struct delivery_settled *out, const struct delivery_held *held,
			   const struct delivery_result *result)
{
	struct operation *d = do_held(f, next, settle_effect, out, held);

	(void)s;
	assert_true(result->state == DELIVERY_SENT || result->error);
	d->numbers[2] = result->state;
	d->text = result->external_id;
	d->visible = result->visible;
}

static void count_try(struct sending *row, int failed)
{
	json_auto_t *payload = json_loads(row->payload, 0, NULL);
	json_int_t tries = json_integer_value(json_object_get(payload, "tries"));

	json_object_set_new(payload, "tries", json_integer(tries + failed));
	free(row->owned);
	row->payload = row->owned = json_dumps(payload, 0);
}

/* Behind everything else of the line, which goes on at once. */
static void let_pass(struct sending *row, int64_t until, int failed)
{
	struct sending *last = world.line + world.count - 1, moved;

	count_try(row, failed);
	row->state = DELIVERY_PENDING;
	row->due = until;
	world.run_at = row == last ? until : stage.now_ms;
	moved = *row;
	memmove(row, row + 1, (size_t)(last - row) * sizeof *row);
	*last = moved;
}

static void release_effect(struct operation *d)
{
	struct sending *row = row_of(d->numbers[1]);

	*(int *)d->out = is_fenced(d);
	if (is_fenced(d))
		return;
	world.job = JOB_READY;
	if (is_about_topic(row)) {
		let_pass(row, stage.now_ms + d->numbers[2], (int)d->numbers[3]);
		return;
	}
	world.run_at = stage.now_ms + d->numbers[2];
	world.failures += (int)d->numbers[3];
	if (row->state == DELIVERY_SENDING)
		row->state = DELIVERY_PENDING;
}

void store_release_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			    const struct delivery_held *held, const struct delivery_wait *wait)
{
	struct operation *d = do_held(f, next, release_effect, fenced, held);

	(void)s;
	d->numbers[2] = wait->delay_ms;
	d->numbers[3] = wait->failed;
}

static int is_overtaken(const struct sending *row)
{
	for (const struct sending *n = row + 1; n < world.line + world.count; n++)
		if (n->state == DELIVERY_SENT || n->state == DELIVERY_UNCERTAIN)
			return 1;
	return 0;
}

/* What was the claimant's goes out after all, unless something newer did. */
static void return_effect(struct operation *d)
{
	for (struct sending *row = world.line; row < world.line + world.count; row++) {
		if (row->state == DELIVERY_SENDING && world.job == JOB_READY &&
		    world.claimant == d->numbers[1])
			row->state = DELIVERY_PENDING;
		if (row->state != DELIVERY_UNCERTAIN || row->doubted != d->numbers[1])
			continue;
		row->doubted = 0;
		row->state = is_overtaken(row) ? DELIVERY_FAILED : DELIVERY_PENDING;
		if (row->state == DELIVERY_PENDING)
			world.job = JOB_READY;
	}
}

void store_return_delivery(struct store *s, struct flow *f, flow_step *next,
			   int64_t conversation, int64_t claimant, const char *error)
{
	struct operation *d = operation_begin(f, next, return_effect, NULL);

	(void)s;
	assert_int_equal(conversation, 3);
	assert_non_null(error);
	d->numbers[1] = claimant;
}

/* The parts take places right behind the first. */
static void split_effect(struct operation *d)
{
	json_t *parts;
	struct sending *row = row_of(d->numbers[1]);
	int more;

	*(int *)d->out = is_fenced(d);
	if (is_fenced(d))
		return;
	assert_true(row->kind == DELIVERY_MESSAGE ||
		    row->kind == DELIVERY_NOTE); /* only once */
	parts = json_loads(d->text, 0, NULL);
	more = (int)json_array_size(parts) - 1;
	assert_true(more > 0 && world.count + more <= LINE_MAX);
	memmove(row + 1 + more, row + 1,
		(size_t)(world.line + world.count - row - 1) * sizeof *row);
	world.count += more;
	world.splits++;
	for (int i = 0; i <= more; i++) {
		row[i] = (struct sending){ .kind = DELIVERY_PART,
					   .state = i ? DELIVERY_PENDING : DELIVERY_SENDING,
					   .extra = row->extra };
		row[i].payload = row[i].owned = json_dumps(json_array_get(parts, (size_t)i), 0);
	}
	json_decref(parts);
}

void store_split_delivery(struct store *s, struct flow *f, flow_step *next, int *fenced,
			  const struct delivery_held *held, const char *parts)
{
	struct operation *d = do_held(f, next, split_effect, fenced, held);

	(void)s;
	d->text = parts;
}

void store_look_again(struct store *s, struct flow *f, flow_step *next, int64_t *job,
		      int64_t conversation)
{
	(void)s;
	assert_int_equal(conversation, 3);
	*job = JOB + 1;
	operation_begin(f, next, operation_without_effect, NULL);
}

void store_set_reachable(struct store *s, struct flow *f, flow_step *next,
			 const struct delivery_claim *claim, int reachable)
{
	(void)s;
	assert_int_equal(claim->conversation_id, 3);
	world.unreachable = !reachable;
	operation_begin(f, next, operation_without_effect, NULL);
}

/* The refused row waits; the call that makes a topic goes before it. */
static void renew_effect(struct operation *d)
{
	struct topic_renewed *out = d->out;
	struct sending *row = row_of(d->numbers[1]);

	*out = (struct topic_renewed){ .status = world.has_topic ? TOPIC_RENEWED
								 : TOPIC_FOREIGN };
	if (is_fenced(d))
		out->status = TOPIC_FENCED;
	if (out->status != TOPIC_RENEWED)
		return;
	assert_true(world.count < LINE_MAX);
	memmove(row + 1, row, (size_t)(world.line + world.count - row) * sizeof *row);
	world.count++;
	row[1].state = DELIVERY_PENDING;
	*row = (struct sending){ .kind = DELIVERY_CALL,
				 .payload = "{\"method\":\"createForumTopic\","
					    "\"body\":{\"name\":\"Ann\"}}" };
	snprintf(world.chat, sizeof world.chat, "42:?3");
	out->chat_key = "42:?3";
	out->head = next_delivery();
}

void store_renew_topic(struct store *s, struct flow *f, flow_step *next,
		       struct topic_renewed *out, const struct delivery_held *held)
{
	(void)s;
	do_held(f, next, renew_effect, out, held);
}

static void move_effect(struct operation *d)
{
	snprintf(world.chat, sizeof world.chat, "%s", d->text);
}

void store_move_chat(struct store *s, struct flow *f, flow_step *next, int channel_id,
		     const char *from, const char *to)
{
	struct operation *d = operation_begin(f, next, move_effect, NULL);

	(void)s, (void)channel_id, (void)from;
	d->text = to;
}

/* The file 5 is two pieces, of which the first is "the ". */
static void piece_effect(struct operation *d)
{
	struct file_bytes *out = d->out;
	const char *text = world.has_file ? (d->numbers[0] ? "bytes" : "the ") : "";

	out->len = strlen(text);
	memcpy(out->room, text, out->len);
}

void store_read_piece(struct store *s, struct flow *f, flow_step *next, struct file_bytes *out,
		      int64_t file, size_t at)
{
	struct operation *d = operation_begin(f, next, piece_effect, out);

	(void)s;
	assert_int_equal(file, 5);
	d->numbers[0] = (int64_t)at;
}
