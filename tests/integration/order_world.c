#include "tests/integration/order_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "services/operator-relay/plan.h"

json_t *order_work; /* of the last claim */

int order_world_end(void **state)
{
	json_decref(order_work);
	order_work = NULL;
	return world_end(state);
}

static struct accepted take_event(const struct inbound *event)
{
	struct place place = {
		.channel_id = DESK, .bot_id = 1, .mode = DELIVERY_COURIER, .is_desk = 1
	};
	struct accepted a;

	store_accept(&world.store, begin(), caller_next, &a, &place, event);
	assert_int_equal(done(), 0);
	return a;
}

/* extra: JSON, or NULL */
int64_t desk_hears(const char *chat, const char *key, const char *text, const char *extra)
{
	json_auto_t *parsed = extra ? json_loads(extra, 0, NULL) : NULL;
	struct inbound event = { .action = INBOUND_MESSAGE,
				 .key = key,
				 .chat = chat,
				 .lang = "en",
				 .user = "9001",
				 .user_name = "Olga",
				 .title = "Olga",
				 .external_id = key,
				 .text = text,
				 .extra = parsed,
				 .is_group = *chat == '-' };

	return take_event(&event).operator_job;
}

int64_t desk_edits(const char *chat, const char *key, const char *message, const char *text)
{
	struct inbound event = { .action = INBOUND_EDIT,
				 .key = key,
				 .chat = chat,
				 .external_id = message,
				 .text = text };

	return take_event(&event).operator_job;
}

struct order_claim claim_order_as(int64_t job, int worker, int unsure)
{
	struct order_claim c;

	store_claim_order(&world.store, begin(), caller_next, &c, job, worker, unsure);
	assert_int_equal(done(), 0);
	json_decref(order_work);
	order_work = c.work ? json_loads(c.work, 0, NULL) : NULL;
	return c;
}

struct order_claim claim_order(int64_t job)
{
	struct order_claim c = claim_order_as(job, ORDER_WORKER, 0);

	assert_int_equal(c.status, CLAIM_OK);
	return c;
}

const char *order_said(void)
{
	return json_string_value(json_object_get(json_object_get(order_work, "event"), "text"));
}

const json_t *order_actions(void)
{
	struct plan p;

	plan_make(&p, &world.caller.flow.arena, order_work);
	assert_null(p.verb);
	plan_finish(&p, NULL);
	return p.actions;
}

void begin_finish(struct order_finished *out, int64_t job, const struct order_claim *c,
		  const json_t *actions)
{
	const json_t *event = json_object_get(order_work, "event");
	struct order_end end = {
		.seq = json_integer_value(json_object_get(event, "seq")),
		.edited = json_string_value(json_object_get(event, "edited")),
		.actions = actions,
	};

	store_finish_order(&world.store, begin(), caller_next, out, job, c, &end);
}

/* actions: JSON */
struct order_finished finish_order(int64_t job, const struct order_claim *c,
				   const char *actions)
{
	json_auto_t *parsed = json_loads(actions, 0, NULL);
	struct order_finished out;

	assert_non_null(parsed);
	begin_finish(&out, job, c, parsed);
	assert_int_equal(done(), 0);
	return out;
}
