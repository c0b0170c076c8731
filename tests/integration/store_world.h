#pragma once

#include "common/store/store.h"
#include "tests/integration/caller.h"
#include "tests/integration/pg_server.h"

/*
 * A database with our schema, the store's calls as if they blocked, and short
 * names for what the tests do all the time.  Everything fails the test by itself.
 */

enum { TELEGRAM = 1, WIDGET = 2, VINK = 3 }; /* channels */

struct world {
	struct pg_server *server;
	struct event_base *base;
	struct store store;
	struct caller caller;
	int quiet_ms, quiet_max_ms;
};

extern struct world world;

int world_open(void **state); /* group setup */
int world_close(void **state);
int world_begin(void **state); /* before each test: an empty database */
int world_end(void **state);   /* after: what is left must be consistent */

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

/* The flow to start an operation on, and its end: 0, or -1 with world.caller.err. */
struct flow *begin(void);
int done(void);
/* Until what was begun there waits for a lock that somebody else has. */
void await_held_up(const struct caller *c);

/* p_key is the event's; action and texts as in struct inbound; reply may be NULL. */
struct accepted hear(int channel, const char *chat, const char *key, enum inbound_action action,
		     const char *text, const char *reply);
struct accepted hear_event(int channel, const struct inbound *event);
struct turn_claim claim_turn(int64_t job, int attempt, int worker);
struct turn_finished finish_turn(int64_t job, const struct turn_claim *claim,
				 enum turn_outcome outcome, const char *body);
struct delivery_claim claim_line(int64_t job, int worker);
struct delivery_claim claim_line_as(const struct delivery_wanted *wanted);
struct delivery_settled settle(int64_t job, const struct delivery_claim *claim,
			       int64_t delivery, enum delivery_state state);
/* A message of ours to chat 7: the job of its line, or 0 if somebody has it. */
int64_t post(const char *key, const char *text);
int add_worker(enum queue queue);
void kill_worker(int worker);
struct swept sweep(enum queue queue, int max_deaths);

/* An operator has the conversations whose key is like this, and has said nothing yet. */
void take_over(const char *chat_like);

/* A message in chat 7, as SQL; and other connections, with a transaction left open. */
#define ACCEPT_SQL(key)                                                                        \
	"select accept(1, 1, 1::smallint, '" key "', 't', 1::smallint, '7', false, null,"      \
	" null, null, null, null, 'x', null, null, null, null, null, null, 0, 0)"
PGconn *connect_and(const char *sql);
void do_unhindered(PGconn *conn, const char *select); /* nobody has what it locks */
void commit(PGconn *conn);                            /* and close */

/* SQL on the side: statements, a number, a text. */
void run(const char *sql);
int64_t number(const char *sql);
void assert_sql(const char *sql, const char *expected);
