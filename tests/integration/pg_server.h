#pragma once

#include <libpq-fe.h>
#include <stdint.h>

/*
 * A private PostgreSQL on a socket in a folder of its own, with our schema.
 * Runs as `postgres` if we are root.  Everything fails the test by itself.
 */

struct pg_server;

struct pg_server *pg_server_start(void);
void pg_server_stop(struct pg_server *s);

const char *pg_server_conninfo(const struct pg_server *s);
void pg_server_kill(struct pg_server *s);   /* at once, as after a power cut */
void pg_server_revive(struct pg_server *s); /* with what was committed */

/* Over a connection of the server's own: statements, and the first value as a number or text.
 */
void pg_server_run(struct pg_server *s, const char *sql);
int64_t pg_server_ask(struct pg_server *s, const char *sql);
const char *pg_server_tell(struct pg_server *s, const char *sql); /* until the next call */

/* Everything but the schema, and one bot with the channels 1 telegram, 2 widget, 3 vink. */
void pg_server_clean(struct pg_server *s);

/* Another connection, for interleaving; and: wait until it waits for a lock. */
PGconn *pg_server_connect(const struct pg_server *s);
void pg_server_await_blocked(struct pg_server *s, PGconn *conn);
