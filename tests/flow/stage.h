#pragma once

#include "common/flow/flow.h"

/*
 * What every double of an operation shares: the loop, the clock, and which
 * operation is to fail, the how-manieth, before it had an effect or after.  Or
 * the process is stopped there, and continued when others have its work; unheard:
 * behind the effect, and the answer is lost.
 */

enum failing { FAIL_NEVER, FAIL_BEFORE, FAIL_AFTER, STOP_BEFORE, STOP_AFTER, STOP_UNHEARD };

struct stage {
	struct event_base *base;
	int64_t now_ms; /* time.c makes it the clock */

	int fail_at; /* the how-manieth operation; 0: none */
	enum failing failing;
	enum err_kind fail_kind;
	void (*stopped)(void); /* what others do meanwhile */

	int operations; /* so far */
};

extern struct stage stage;

void stage_open(void); /* everything as presets, and flows may begin */
void stage_close(void);

/* Until no flow is alive; it is a failure if that takes for ever. */
void stage_run(void);

/* An operation under way; its effect on the world and on *out comes from the loop. */
struct operation {
	struct op op;
	struct event timer;
	void (*run)(struct operation *d); /* ends it; presets: fails if it is its turn */
	void (*effect)(struct operation *d);
	flow_step *visible; /* once it had its effect, before it ends; may be NULL */
	void *out;
	int64_t numbers[4];
	const char *text;
	struct flow *flow;
};

struct operation *operation_begin(struct flow *f, flow_step *next,
				  void (*effect)(struct operation *d), void *out);
void operation_without_effect(struct operation *d);

/* Counts an operation: is it the one that fails? */
int stage_fails(void);
/* To be called before it has its effect, and behind that. */
void stage_stop(enum failing when);
