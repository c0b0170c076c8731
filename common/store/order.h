#pragma once

#include "common/store/store.h"

/* What operators say in Telegram, one event after another (schema/0015_order.sql). */

struct order_claim {
	enum claim status; /* CLAIM_VOID: nothing is left, and the job is gone */
	int wait_ms, attempt, failures, channel_id;
	int64_t conversation_id;
	const char *chat_key, *trace;
	const char *work; /* JSON: all that is needed to understand the event */
};

/* Who may work at desks: JSON of desk_people(). */
void store_desk_people(struct store *s, struct flow *f, flow_step *next, const char **json);

void store_claim_order(struct store *s, struct flow *f, flow_step *next,
		       struct order_claim *out, int64_t job, int worker, int unsure);

struct order_end { /* the event, and what came of it: JSON of actions */
	int64_t seq;
	const char *edited; /* as the event says; NULL: its first words */
	const json_t *actions;
};

struct order_finished {
	int fenced;
	const char *lines; /* JSON [[conversation, job], ...]: deliveries to be announced; NULL:
			      none.  Our job is ready again */
};

void store_finish_order(struct store *s, struct flow *f, flow_step *next,
			struct order_finished *out, int64_t job,
			const struct order_claim *claim, const struct order_end *end);
