#pragma once

#include "common/store/desk.h"
#include "tests/integration/store_world.h"

/*
 * Operators and cases for tests: orders, and looks at a case as operator-relay
 * takes them.  Everything fails the test by itself.
 */

enum { DESK = 4 }; /* the operators' channel */

/* `n` operators named op1, op2, ...: enabled, on duty, with a chat in Telegram; their ids count
 * from 1. */
void add_operators(int n);
void set_policy(const char *json); /* the bot's */

/* args: JSON, or NULL */
struct desk_done order(int operator_id, const char *verb, int64_t conversation,
		       const char *args);
struct desk_done order_once(int operator_id, const char *verb, int64_t conversation,
			    const char *args, const char *key);

/* The person of chat 7 calls a human; the conversation. */
int64_t call_human(void);

/* Claims the job of the conversation, and finishes it; look() needs no timer to be due. */
struct case_claim claim_case(int64_t conversation);
enum case_end finish_case(int64_t conversation, const struct case_claim *claim);
struct case_claim look(int64_t conversation);
/* Likewise, after what is due in the case became due. */
struct case_claim look_later(int64_t conversation, const char *interval);

/* Follows up what an operator did: the number of cases looked at. */
int follow_duty(int operator_id);

/* "op1 op3": with an open invitation. */
void assert_invited(const char *names);
/* The newest event of a case. */
void assert_event(const char *what);
