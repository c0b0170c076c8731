#pragma once

#include "common/pg/pg.h"
#include "tests/integration/caller.h"
#include "tests/integration/pg_server.h"

/* What tests of common/pg begin with: a server for all of them, a table t (n int) that is empty
 * and a connection for each. */

extern struct pg_server *server;
extern struct event_base *base;
extern struct pg *pg;
extern int ups, downs; /* how often the connection has come and gone */

/* Of the whole group. */
int pg_world_start(void **state);
int pg_world_stop(void **state);

/* Of each test; conf: without the server's address and our name. */
void pg_world_begin(const struct pg_conf *conf);
int pg_world_end(void **state);

/* Another connection instead; up when it returns. */
void pg_world_connect(const struct pg_conf *conf);

/* The first column into an int64_t; -1: no row. */
pg_decode decode_number;
