#pragma once

#include <stdint.h>

#include "common/pg/pg.h"
#include "tests/integration/caller.h"
#include "tests/integration/pg_server.h"

/* What tests of common/pg begin with: a server for all of them; for each a table t (n int) that
 * is empty, a connection, and those who ask over it. */

extern struct pg_server *server;
extern struct event_base *base;
extern struct pg *pg;
extern int ups, downs; /* how often the connection has come and gone */

enum { CALLERS = 40 };
extern struct caller callers[CALLERS];
extern int64_t got[CALLERS]; /* what they were answered; 0: nothing yet */

/* Of the whole group. */
int pg_world_start(void **state);
int pg_world_stop(void **state);

/* Of each test; conf: without the server's address and our name. */
void pg_world_begin(const struct pg_conf *conf);
int pg_world_begin_plain(void **state); /* with nothing in its conf */
int pg_world_end(void **state);

/* Another connection instead; up when it returns. */
void pg_world_connect(const struct pg_conf *conf);

/* Adds 1000 / $1 and answers it; sleeps for $1 seconds and answers 7; adds $1 and answers its
 * transaction. */
extern const struct pg_stmt pg_world_add, pg_world_slow, pg_world_xid;

/* callers[i] asks; arg: NULL if there is none. */
void pg_world_ask(int i, const struct pg_stmt *stmt, const char *arg, uint64_t order);

/* Its end: 0, or -1 with its err.  And of the first n: how many failed. */
int pg_world_wait(int i);
int pg_world_wait_all(int n);

int64_t pg_world_rows(void); /* of t */
void pg_world_cut(void);     /* what serves our connections ends */

/* The first column into an int64_t; -1: no row. */
pg_decode decode_number;
