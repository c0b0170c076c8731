#pragma once

#include "common/store/order.h"
#include "tests/integration/line_world.h"

/* What is said at a desk, and dealt with as operator-relay does it.  Everything fails the test
 * by itself. */

enum { ORDER_WORKER = 1 };

/* What the last claim told; until the next. */
extern json_t *order_work;

#define ORDER_TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, order_world_end)
int order_world_end(void **state);

/* Olga's words, and edits of them; the message's id is the key of its event.  extra: JSON, or
 * NULL.  The job, to be announced. */
int64_t desk_hears(const char *chat, const char *key, const char *text, const char *extra);
int64_t desk_edits(const char *chat, const char *key, const char *message, const char *text);

struct order_claim claim_order_as(int64_t job, int worker, int unsure);
struct order_claim claim_order(int64_t job); /* there is something */
const char *order_said(void);
/* What comes of the last claim, where there is nothing to order: JSON, until the next. */
const json_t *order_actions(void);
/* The finish begins; done() waits for its end. */
void begin_finish(struct order_finished *out, int64_t job, const struct order_claim *c,
		  const json_t *actions);
/* actions: JSON */
struct order_finished finish_order(int64_t job, const struct order_claim *c,
				   const char *actions);
