/*
 * Everybody at once on few conversations: people, workers, couriers and chats
 * that move, each process with connections of its own.  Groups of calls lock in
 * one order, so the server must never find a deadlock; and what was accepted is
 * answered, delivered and numbered, which world_end() checks.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/integration/redis_server.h"
#include "tests/integration/store_world.h"

enum { PROCESSES = 6, FLOWS = 12, EVENTS = 150, MOVES = 300, CHATS = 5, MOVING = 2 };
enum { RING = 8192, FLOW_MS = 60000, PAUSE_MS = 2, TICK_MS = 20, TICKS = 1500 };
enum role { SPEAKS, WORKS, SENDS, MOVES_CHATS, ROLES };

struct actor {
	struct flow flow;
	struct store *store;
	flow_step *again; /* the step whose operation is in flight */
	int left, worker, unsure;
	unsigned seed;
	char key[32], chat[32], from[32];
	struct inbound event;
	struct accepted accepted;
	int64_t job;
	struct turn_claim turn;
	struct turn_finished finished;
	struct delivery_claim line;
	struct delivery_settled settled;
	struct delivery_held held;
	int fenced;
};

/* What the doorbells are in life. */
struct ring {
	int64_t jobs[RING];
	int n;
};

static const struct place place = { .channel_id = TELEGRAM,
				    .bot_id = 1,
				    .mode = DELIVERY_COURIER };
static struct store stores[PROCESSES];
static struct actor actors[PROCESSES * FLOWS];
static struct ring turns, lines;
static int spoken, closing, hopeless, next_key, fresh, generation[MOVING];

static void ring_put(struct ring *r, int64_t job)
{
	if (job && r->n < RING)
		r->jobs[r->n++] = job;
}

static int64_t ring_take(struct ring *r, unsigned *seed)
{
	int at;
	int64_t job;

	if (r->n == 0)
		return 0;
	at = rand_r(seed) % r->n;
	job = r->jobs[at];
	r->jobs[at] = r->jobs[--r->n];
	return job;
}

static flow_step settle_head, speak, heard, take_turn, work, finish, finished, take_line, claim,
	sends, sent, put_back, move, over, actor_failed, actor_release;
static const struct flow_class actor_class = { "actor", actor_failed, actor_release };

static void actor_release(void *self)
{
	(void)self;
}

/* The server's words to a call sent alone: only such a failure reaches a flow. */
static void actor_failed(void *self)
{
	struct actor *a = self;

	hopeless += a->flow.err.kind != ERR_TEMP;
	flow_recover(&a->flow, FLOW_MS);
	a->unsure = 1;
	flow_sleep(&a->flow, a->again, PAUSE_MS);
}

static int chance(struct actor *a, int percent)
{
	return rand_r(&a->seed) % 100 < percent;
}

/* --- people ------------------------------------------------------------------------- */

static void choose_event(struct actor *a)
{
	static const enum inbound_action actions[] = {
		INBOUND_MESSAGE, INBOUND_MESSAGE, INBOUND_MESSAGE, INBOUND_MESSAGE,
		INBOUND_COMMAND, INBOUND_STOP,    INBOUND_RESET,   INBOUND_BLOCKED,
	};
	enum inbound_action action = actions[rand_r(&a->seed) % 8];
	int moving = rand_r(&a->seed) % MOVING;

	snprintf(a->key, sizeof a->key, "k%d", next_key++);
	snprintf(a->chat, sizeof a->chat, "t%d", rand_r(&a->seed) % CHATS);
	a->event = (struct inbound){ .action = action, .key = a->key, .chat = a->chat };
	a->event.text = action == INBOUND_BLOCKED ? NULL : "words";
	if (chance(a, 20)) { /* in a chat that moves, perhaps ahead of it */
		snprintf(a->chat, sizeof a->chat, "m%d.%d", moving,
			 generation[moving] + rand_r(&a->seed) % 2);
		a->event.action = INBOUND_COMMAND;
	} else if (action != INBOUND_MESSAGE && action != INBOUND_BLOCKED) {
		a->event.reply = "reply";
		a->event.callback = chance(a, 50) ? "cb" : NULL;
	}
}

static void speak(void *self)
{
	struct actor *a = self;

	a->again = speak;
	store_accept(a->store, &a->flow, heard, &a->accepted, &place, &a->event);
}

static void heard(void *self)
{
	struct actor *a = self;

	fresh += !a->accepted.duplicate;
	ring_put(&turns, a->accepted.turn_job);
	ring_put(&lines, a->accepted.delivery_job);
	if (--a->left == 0) {
		spoken++;
		flow_done(&a->flow);
		return;
	}
	if (!chance(a, 10)) /* else the same once more */
		choose_event(a);
	speak(a);
}

/* --- workers ------------------------------------------------------------------------ */

static void take_turn(void *self)
{
	struct actor *a = self;

	a->job = ring_take(&turns, &a->seed);
	a->unsure = 0;
	if (a->job)
		work(a);
	else if (closing)
		flow_done(&a->flow);
	else
		flow_sleep(&a->flow, take_turn, PAUSE_MS);
}

static void work(void *self)
{
	struct actor *a = self;

	a->again = work;
	store_claim_turn(a->store, &a->flow, finish, &a->turn,
			 &(struct turn_wanted){ .job = a->job,
						.attempt = a->unsure ? CLAIM_UNSURE : CLAIM_NEW,
						.worker = a->worker,
						.history_messages = 10 });
}

static void finish(void *self)
{
	struct actor *a = self;
	int is_void = a->turn.status == CLAIM_VOID;
	struct turn_result result = { .outcome = is_void ? TURN_CANCELLED : TURN_ANSWERED,
				      .body = is_void ? NULL : "answer",
				      .tokens_in = -1,
				      .tokens_out = -1,
				      .first_token_ms = -1,
				      .total_ms = -1 };

	a->again = finish;
	if (a->turn.status == CLAIM_BUSY)
		flow_sleep(&a->flow, work, PAUSE_MS);
	else if (a->turn.status != CLAIM_OK && !is_void)
		take_turn(a);
	else
		store_finish_turn(a->store, &a->flow, finished, &a->finished, a->job, &a->turn,
				  &result);
}

static void finished(void *self)
{
	struct actor *a = self;

	ring_put(&lines, a->finished.delivery_job);
	ring_put(&turns, a->finished.next_ready ? a->job : 0);
	take_turn(a);
}

/* --- couriers ----------------------------------------------------------------------- */

static void take_line(void *self)
{
	struct actor *a = self;

	a->job = ring_take(&lines, &a->seed);
	a->unsure = 0;
	if (a->job)
		claim(a);
	else if (closing)
		flow_done(&a->flow);
	else
		flow_sleep(&a->flow, take_line, PAUSE_MS);
}

static void claim(void *self)
{
	struct actor *a = self;

	a->again = claim;
	store_claim_delivery(a->store, &a->flow, sends, &a->line,
			     &(struct delivery_wanted){ .job = a->job,
							.claimant = 1,
							.worker = a->worker,
							.unsure = a->unsure });
}

static void settle_head(void *self)
{
	struct actor *a = self;

	a->again = settle_head;
	store_settle_delivery(a->store, &a->flow, sent, &a->settled, &a->held,
			      &(struct delivery_result){ .state = DELIVERY_SENT });
}

static void send_head(struct actor *a, int64_t delivery)
{
	a->held = (struct delivery_held){ a->job, delivery, &a->line };
	a->again = settle_head; /* what follows is done twice without harm */
	if (chance(a, 10))
		put_back(a);
	else if (chance(a, 10))
		store_set_reachable(a->store, &a->flow, settle_head, &a->line, 1);
	else
		settle_head(a);
}

static void sends(void *self)
{
	struct actor *a = self;

	if (a->line.status == CLAIM_BUSY)
		flow_sleep(&a->flow, claim, PAUSE_MS);
	else if (a->line.status == CLAIM_EARLY)
		flow_sleep(&a->flow, claim, a->line.wait_ms);
	else if (a->line.status == CLAIM_OK)
		send_head(a, a->line.head.id);
	else
		take_line(a);
}

static void sent(void *self)
{
	struct actor *a = self;

	hopeless += a->settled.fenced;
	if (a->settled.head.id)
		send_head(a, a->settled.head.id);
	else
		take_line(a);
}

static void put_back(void *self)
{
	struct actor *a = self;

	a->again = put_back;
	store_release_delivery(a->store, &a->flow, claim, &a->fenced, &a->held,
			       &(struct delivery_wait){ .delay_ms = 1 });
}

/* --- chats that move ---------------------------------------------------------------- */

static void move(void *self)
{
	struct actor *a = self;
	int which = rand_r(&a->seed) % MOVING;

	if (a->left-- == 0) {
		spoken++;
		flow_done(&a->flow);
		return;
	}
	a->again = move;
	snprintf(a->from, sizeof a->from, "m%d.%d", which, generation[which]++);
	snprintf(a->chat, sizeof a->chat, "m%d.%d", which, generation[which]);
	snprintf(a->key, sizeof a->key, "k%d", next_key++);
	if (chance(a, 50)) {
		store_move_chat(a->store, &a->flow, move, TELEGRAM, a->from, a->chat);
		return;
	}
	a->event = (struct inbound){
		.action = INBOUND_MIGRATED, .key = a->key, .chat = a->from, .text = a->chat
	};
	store_accept(a->store, &a->flow, over, &a->accepted, &place, &a->event);
}

static void over(void *self)
{
	struct actor *a = self;

	fresh++;
	flow_sleep(&a->flow, move, PAUSE_MS);
}

/* --- the test ----------------------------------------------------------------------- */

static void open_stores(void)
{
	for (int i = 0; i < PROCESSES; i++) {
		struct pg_conf conf = { .conninfo = pg_server_conninfo(world.server),
					.name = "load" };

		stores[i].durable = pg_open(world.base, &conf);
		conf.relaxed = 1;
		stores[i].relaxed = pg_open(world.base, &conf);
	}
	for (int i = 0; i < PROCESSES; i++)
		while (!pg_is_up(stores[i].durable) || !pg_is_up(stores[i].relaxed))
			run_for(world.base, TICK_MS);
}

/* Two processes of each kind; the last flow of those who speak moves chats. */
static int begin_actors(void)
{
	static flow_step *const first[ROLES] = { speak, take_turn, take_line, move };
	int speakers = 0;

	for (int i = 0; i < PROCESSES * FLOWS; i++) {
		struct actor *a = &actors[i];
		enum role role = (enum role)(i / FLOWS % MOVES_CHATS);

		if (role == SPEAKS && i % FLOWS == FLOWS - 1)
			role = MOVES_CHATS;
		a->store = &stores[i / FLOWS];
		a->seed = (unsigned)i + 1;
		a->left = role == MOVES_CHATS ? MOVES : EVENTS;
		if (role == WORKS || role == SENDS)
			a->worker = add_worker(role == WORKS ? QUEUE_LLM : QUEUE_DELIVERY);
		else
			speakers++;
		if (role == SPEAKS)
			choose_event(a);
		flow_begin(&a->flow, &actor_class, a, "0123456789abcdef", FLOW_MS, first[role]);
	}
	return speakers;
}

/* What nobody came for is announced again, as in life, until nothing is left. */
static void work_off(void)
{
	for (int tick = 0; tick < TICKS && number("select count(*) from job") > 0; tick++) {
		for (enum queue q = QUEUE_LLM; q <= QUEUE_DELIVERY; q++) {
			struct swept swept = sweep(q, 8);

			for (int i = 0; i < swept.n; i++)
				ring_put(q == QUEUE_LLM ? &turns : &lines, swept.jobs[i].id);
		}
		run_for(world.base, TICK_MS);
	}
	closing = 1;
	for (int tick = 0; flow_count() > 1; tick++) { /* the caller's stays */
		assert_in_range(tick, 0, TICKS);
		run_for(world.base, TICK_MS);
	}
}

/* A backend that leaves has told the statistics everything. */
static void close_stores(void)
{
	for (int i = 0; i < PROCESSES; i++) {
		pg_close(stores[i].relaxed);
		pg_close(stores[i].durable);
	}
	while (number("select count(*) from pg_stat_activity"
		      " where application_name like '%load%'") > 0)
		run_for(world.base, TICK_MS);
}

static void everybody_at_once_and_nobody_blocks_another(void **state)
{
	int speakers;

	(void)state;
	open_stores();
	speakers = begin_actors();
	run_until(world.base, &spoken, speakers);
	work_off();
	close_stores();
	assert_int_equal(number("select deadlocks from pg_stat_database"
				" where datname = current_database()"),
			 0);
	assert_int_equal(hopeless, 0);
	assert_int_equal(number("select count(*) from job"), 0);
	assert_int_equal(number("select count(*) from inbound"), fresh);
	assert_int_equal(number("select count(*) from delivery where state not in (2, 3)"), 0);
	assert_int_equal(number("select count(*) from delivery"
				" where state = 3 and error <> 'unreachable'"),
			 0);
	assert_true(number("select count(*) from turn where outcome = 1") > 0);
	assert_true(number("select count(*) from conversation where chat_key like 'm%'") >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(everybody_at_once_and_nobody_blocks_another),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}
